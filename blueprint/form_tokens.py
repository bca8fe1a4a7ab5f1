"""What stands in place of a session and its CSRF cookie in a form that is open to everybody.

A reader has no session that another site could make use of, so there is nothing for CSRF to protect: whoever can make a
reader's browser send this form could as well send it themselves. What is left to do needs no cookie: a form is ours (signed),
recent (it carries when it was made), not sent sooner than anybody can write, and sent twice is still one (its number).
"""

import secrets
import time
from dataclasses import dataclass

from django.core import signing

LONGEST, SHORTEST = 24 * 60 * 60, 3


@dataclass(frozen=True)
class FormToken:
    """``number`` is of this one form; ``age`` in seconds since it was made."""

    number: str
    age: float

    @property
    def too_soon(self) -> bool:
        return self.age < SHORTEST


def new_token(purpose: str) -> str:
    return signing.dumps([secrets.token_urlsafe(24), int(time.time())], salt=purpose)


def read_token(purpose: str, token: str) -> FormToken | None:
    """None if it is not ours, for another purpose, or too old."""
    try:
        number, made = signing.loads(token, salt=purpose, max_age=LONGEST)
    except signing.BadSignature:
        return None
    return FormToken(number, time.time() - made)
