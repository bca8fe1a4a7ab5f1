"""Pages of a list that does not move under its reader: a cursor names the publication and the date it began with.

As at one publication and date a list never changes, so a place in it is a number.
"""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest
from django.core.signing import BadSignature, Signer
from django.http import QueryDict
from django.utils.http import urlencode

from ..moment import Moment

DEFAULT, MOST = 50, 200
# Of the parameters those that say where in the list to read, and not which list.
OF_PAGING = ("cursor", "limit")


@dataclass(frozen=True)
class Page:
    """Some rows of a list, and the addresses of those after and before them."""

    rows: list[Any]
    next: str | None
    previous: str | None

    @property
    def link(self) -> str:
        """As the header ``Link`` has it (RFC 8288)."""
        named = (("next", self.next), ("prev", self.previous))
        return ", ".join(f'<{address}>; rel="{name}"' for name, address in named if address)


@dataclass(frozen=True)
class Place:
    """Where in which list, at which moment."""

    moment: Moment
    at: int
    limit: int
    path: str
    asked: QueryDict

    @classmethod
    def read(cls, path: str, asked: QueryDict, moment: Moment) -> "Place":
        limit = read_limit(asked.get("limit") or str(DEFAULT))
        place = cls(moment, 0, limit, path, asked)
        return place.moved_to(asked["cursor"]) if asked.get("cursor") else place

    def moved_to(self, cursor: str) -> "Place":
        try:
            number, day, at = self.signer().unsign_object(cursor)
        except (BadSignature, ValueError):
            raise BadRequest(
                "This cursor was not made for this list and this limit. Follow next and previous of an answer."
            ) from None
        pinned = replace(self.moment, number=number, today=datetime.date.fromisoformat(day), publication=None)
        return replace(self, moment=pinned, at=at)

    def signer(self) -> Signer:
        """A cursor made for another list, with other filters, in other steps or by somebody else is none."""
        asked = urlencode([*sorted(self.filters()), ("limit", self.limit)])
        return Signer(sep=".", salt=f"blueprint.api {self.path}?{asked}")

    def filters(self) -> list[tuple[str, str]]:
        return [(name, value) for name, value in self.asked.items() if value and name not in OF_PAGING]

    def page(self, rows: Sequence[Any], finish: Callable[[list[Any]], list[Any]] = list) -> Page:
        """``rows`` may be a queryset: no more is read of it than the page needs. ``finish`` adds what it lacks."""
        found = list(rows[self.at : self.at + self.limit + 1])
        return Page(
            rows=finish(found[: self.limit]),
            next=self.address(self.at + self.limit) if len(found) > self.limit else None,
            previous=self.address(max(0, self.at - self.limit)) if self.at else None,
        )

    def address(self, at: int) -> str:
        moment = self.moment
        cursor = self.signer().sign_object([moment.number, moment.today.isoformat(), at])
        query = [*self.filters(), *([("limit", self.limit)] if self.limit != DEFAULT else [])]
        return f"{settings.SITE_URL}{self.path}?{urlencode([*query, ('cursor', cursor)])}"


def read_limit(text: str) -> int:
    if text.isascii() and text.isdigit() and len(text) <= 4 and 1 <= int(text) <= MOST:
        return int(text)
    raise BadRequest(f"limit takes a number from 1 to {MOST}.")
