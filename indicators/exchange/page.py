"""What the data page lists: every file in its forms, and the words for each column."""

from itertools import groupby
from operator import attrgetter
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from blueprint.models import PlanVersion
from blueprint.moment import Moment
from blueprint.wording import words

from . import catalogue
from .about import SOURCES_NOTE, UNTITLED, Edition
from .dictionary import OBSERVATIONS, TABLES
from .offered import OFFERS


def data_page(moment: Moment) -> dict[str, Any]:
    plan = PlanVersion.objects.as_at(moment.number, or_first=True).first()
    edition = Edition(OBSERVATIONS, moment)
    name = words(plan, "title") or str(UNTITLED)
    text = _("Every figure, target and assessment of the plan, with its sources and every earlier version.")
    return {
        "page": "data",
        "groups": groups(),
        "tables": TABLES,
        "edition": edition,
        "licence": settings.DATA_LICENCE,
        "terms": SOURCES_NOTE,
        "dataset": catalogue.described(name, text, edition),
    }


def groups() -> list[dict[str, Any]]:
    """Tables with their forms in one line; what is in a standard's own form has a line a file."""
    listed = []
    for name, offers in groupby(OFFERS, key=attrgetter("group")):
        files = list(offers)
        for part in [files] if name in {table.name for table in TABLES} else [[file] for file in files]:
            listed.append({"name": part[0].path.rpartition(".")[0], "holds": part[0].holds, "files": part})
    return listed
