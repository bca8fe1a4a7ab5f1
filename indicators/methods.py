"""The method as data: its versions, its rules in the order in which they are tried, and what each can lead to.

What the rules mean in numbers is in ``progress``; this is what the method page and the links to it are made of.
"""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from blueprint.nouns import decimal_text

from .arithmetic import CAVEATS, RULES
from .periods import Period
from .progress import truncate


@dataclass(frozen=True)
class MethodVersion:
    """A version of the method. What was judged by an earlier one keeps that version's number beside it."""

    number: int
    since: datetime.date
    changes: Promise


VERSIONS = (
    MethodVersion(
        number=1,
        since=datetime.date(2026, 11, 22),
        changes=_("The first version. What was published before it is judged by it too."),
    ),
)


class RuleInWords(NamedTuple):
    number: int
    words: Promise
    condition: str  # the same in the letters of the method, where it has some
    statuses: tuple[str, ...]


_CONDITIONS = {
    5: "x ≥ xT, d · (v − T) ≥ 0",
    6: "x ≥ xT, d · (v − T) < 0",
    7: "x ≥ xT",
    8: "x > xb, d · (v − T) ≥ 0",
    9: "xT < today",
    10: "xb ≥ xT",
    11: "x ≤ xb",
    12: "d · (T − b) ≤ 0",
    13: "r = ((v − b) ÷ (T − b)) ÷ ((x − xb) ÷ (xT − xb))",
}
_STATUSES = {
    1: ("qualitative",),
    2: ("not_set",),
    3: ("no_data",),
    4: ("not_comparable",),
    5: ("achieved",),
    6: ("missed",),
    7: ("not_conclusive",),
    8: ("reached_early",),
    9: ("awaiting",),
    10: ("not_comparable",),
    11: ("no_data",),
    12: ("moving_away", "not_conclusive"),
    13: ("on_track", "behind", "far_behind", "moving_away", "not_conclusive", "not_comparable"),
}

RULES_IN_WORDS = tuple(
    RuleInWords(number, words, _CONDITIONS.get(number, ""), _STATUSES[number])
    for number, words in RULES.items()
)

# The reading of r, with the limits it lies between; the limits themselves are in ``progress.READINGS``.
READINGS_IN_WORDS = (
    ("on_track", "r ≥ 0.95"),
    ("behind", "0.60 ≤ r < 0.95"),
    ("far_behind", "0 ≤ r < 0.60"),
    ("moving_away", "r < 0"),
)

CAVEATS_IN_WORDS = tuple(CAVEATS.values())

_EXAMPLES = ("2024", "2024-H1", "2024-Q3", "2024-10", "2024-10-31")


def positions() -> list[dict]:
    """One period of each kind, its last day, and its position worked out."""
    return [_position(Period.parse(code)) for code in _EXAMPLES]


def _position(period: Period) -> dict:
    days = datetime.date(period.year, 12, 31).timetuple().tm_yday
    return {
        "code": period.code,
        "end": period.end,
        "sum": f"{period.year} + {period.end.timetuple().tm_yday}/{days}",
        "x": decimal_text(truncate(period.position, 4)),
    }
