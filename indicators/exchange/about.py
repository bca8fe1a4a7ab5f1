"""What a file says about itself: title, licence, source, and the point in time at which it stands."""

import datetime
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from blueprint.clock import HONG_KONG
from blueprint.models import PlanVersion
from blueprint.moment import Moment

from .dictionary import Table, in_languages

# Where no plan has been published yet.
UNTITLED = _("Blueprint progress")
SOURCES_NOTE = _(
    "The figures are facts, taken from the sources named beside them; the terms of those sources hold for their documents. What is ours, the compilation, the texts we wrote and the assessments, is free to use for any purpose if you name this site."
)


@dataclass(frozen=True)
class Edition:
    """A table as one file holds it: all of it or of one indicator, current or with history, at a moment."""

    table: Table
    moment: Moment
    code: str = ""
    history: bool = False

    def stem_of(self, name: str) -> str:
        """The name that a file is saved under, without its ending: editions are told apart by it."""
        number = f"{name}{'-history' if self.history else ''}.{self.moment.number}"
        return f"{number}.{self.moment.today}" if self.table.by_day else number

    @property
    def path(self) -> str:
        return f"/data/indicators/{self.code}" if self.code else f"/data/{self.table.name}"

    def lasting(self, ending: str) -> str:
        """The address that gives this edition for ever."""
        return f"{settings.SITE_URL}{self.path}.{ending}?{self.query}"

    @property
    def query(self) -> str:
        """A status follows from the day too, and the day of the last publication may be long past."""
        moment = self.moment
        by_number = moment.publication and (
            not self.table.by_day or moment.publication.published_on == moment.today
        )
        said = f"as_at={moment.number if by_number else moment.today}"
        return f"{said}&history=1" if self.history else said

    @property
    def changed_at(self) -> datetime.datetime | None:
        """When it last became other than it was: the publication, or the midnight that moved a status."""
        publication = self.moment.publication
        if publication is None:
            return None
        midnight = datetime.datetime.combine(self.moment.today, datetime.time(), HONG_KONG)
        return max(publication.published_at, midnight) if self.table.by_day else publication.published_at

    def facts(self, ending: str) -> dict[str, Any]:
        """The head of a document, in the order in which it is read."""
        publication = self.moment.publication
        stood: dict[str, Any] = {"publication": self.moment.number}
        if publication is not None:
            stood["published_at"] = publication.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        if self.table.by_day:
            stood["date"] = self.moment.today.isoformat()
        return {
            "title": self.table.name,
            "description": in_languages(self.table.holds),
            "plan": plan_titles(self.moment),
            "indicator": self.code or None,
            "as_at": stood,
            "history": self.history,
            "url": self.lasting(ending),
            "publisher": {"name": settings.SITE_HOST, "url": settings.SITE_URL},
            "licence": settings.DATA_LICENCE,
            "terms": in_languages(SOURCES_NOTE),
        }


def plan_titles(moment: Moment) -> dict[str, str]:
    plan = PlanVersion.objects.as_at(moment.number, or_first=True).first()
    if plan is None:
        return in_languages(UNTITLED)
    titles = {"en": plan.title_en, "zh-Hant": plan.title_zh_hant, "zh-Hans": plan.title_zh_hans}
    return {tag: title for tag, title in titles.items() if title}
