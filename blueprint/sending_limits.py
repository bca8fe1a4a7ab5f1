"""How often one network address may send something, without keeping which address that is."""

import datetime
import hashlib
import secrets

from django.core.cache import cache

WINDOW = 60 * 60
# So many days without a single report in between may pass and no salt is left.
DAYS_CLEARED = 60


def seconds_to_wait(purpose: str, address: str, *, at_most: int, now: datetime.datetime) -> int:
    """0 if one more is allowed, which counts it; else how long until it is. ``at_most`` in each clock hour.

    Each takes a place of its own by ``add``, which only one of several processes can: no count is lost between them.
    """
    hour, passed = divmod(int(now.timestamp()), WINDOW)
    name = f"{purpose}:{hour}:{unrecognisable(address, now)}"
    if any(cache.add(f"{name}:{place}", 1, WINDOW) for place in range(at_most)):
        return 0
    return WINDOW - passed


def unrecognisable(address: str, now: datetime.datetime) -> str:
    """The address under a salt that is drawn anew each day and lost the day after: nobody can find the way back."""
    name = "salt:{:%Y-%m-%d}".format
    salt = cache.get(name(now))
    if salt is None:
        salt = cache.get_or_set(name(now), lambda: secrets.token_hex(16), 24 * 60 * 60)
        # What has expired stands in the table until somebody asks for it.
        cache.delete_many(name(now - datetime.timedelta(days=past)) for past in range(1, DAYS_CLEARED + 1))
    return hashlib.sha256(f"{salt} {address}".encode()).hexdigest()[:32]
