"""Reference numbers such as BP-7K3M-92QK: read out over the telephone, not to be guessed, and wrong ones told at once."""

import re
import secrets

# No 0, 1, I, L or O, which are read for one another. As many as a prime number: with it, and a weight for each
# place, one wrong character or two that changed places never give another number that holds.
CHARACTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
WEIGHTS = range(1, 8)


def new_reference() -> str:
    """One of 27 thousand million."""
    return spelled("".join(secrets.choice(CHARACTERS) for _ in WEIGHTS))


def spelled(drawn: str) -> str:
    checked = drawn + check_of(drawn)
    return f"BP-{checked[:4]}-{checked[4:]}"


def check_of(drawn: str) -> str:
    total = sum(weight * CHARACTERS.index(each) for weight, each in zip(WEIGHTS, drawn, strict=True))
    return CHARACTERS[total % len(CHARACTERS)]


def read_reference(typed: str) -> str | None:
    """The number as it was given out, from small letters, blanks and dashes of any kind; None if it cannot be one."""
    plain = re.sub(r"[\s‐-―－-]", "", typed).upper().removeprefix("BP")
    if len(plain) != len(WEIGHTS) + 1 or set(plain) - set(CHARACTERS):
        return None
    return spelled(plain[:-1]) if check_of(plain[:-1]) == plain[-1] else None
