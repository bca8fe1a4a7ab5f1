"""Every page and file there is for everybody: the page that lists them, and the list for search engines."""

import datetime
from collections import defaultdict
from dataclasses import dataclass
from operator import attrgetter
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.contrib.sitemaps.views import sitemap
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from committee.models import MeetingVersion
from indicators.models import Assessment, IndicatorVersion
from strategies.models import InitiativeVersion

from .models import Publication
from .moment import public
from .overview import plan_texts
from .together import read_together

# (name of the address, label, what it is for), as the site map lists them.
PLAN_PAGES = (
    ("overview", _("Overview"), _("The plan at a glance: is it working, what is new, what is late, what comes next.")),
    ("directions", _("Directions"), _("The directions of the plan.")),
    ("strategies:strategies", _("Strategies"), _("The directions, their strategies, and how each stands.")),
    ("indicators:indicators", _("Indicators"), _("Every indicator, to be filtered and sorted.")),
    ("compare", _("Compare"), _("Up to four indicators side by side.")),
    ("strategies:initiatives", _("Initiatives"), _("Schemes, institutions and projects, with their milestones.")),
    ("committee:committee", _("Committee"), _("Who reviews the plan, when, and what was found.")),
    ("committee:actions", _("Actions"), _("What the committee asks of the offices, and what became of it.")),
)  # fmt: skip
NEWS_PAGES = (
    ("publications", _("Publications"), _("Everything that was ever made public here, by number.")),
    ("feed", _("Feed (Atom)"), _("The same for a feed reader.")),
    ("subscribe", _("Publications by mail"), _("A short mail with a link whenever something is published.")),
    ("calendar", _("Calendar"), _("What is announced, and which figures are due.")),
    ("late", _("What is late"), _("Overdue figures and delayed initiatives.")),
    ("corrections", _("Corrections"), _("What we got wrong, and what is right.")),
    ("search", _("Search"), _("By word, in the page's language.")),
)
FIGURE_PAGES = (
    ("data", _("Data"), _("The figures as files, and what each column means.")),
    ("api-documentation", _("Programming interface (API)"), _("The same figures for programs.")),
    ("method", _("Method"), _("How progress is judged, in words and numbers.")),
    (
        "verify",
        _("How to check our figures"),
        _("The ledger, and how to check that nothing in it was changed."),
    ),
)
SITE_PAGES = (
    ("report", _("Report an error"), _("Tell us what is wrong; the office that answers for it reads it.")),
    (
        "notices",
        _("Important notices"),
        _("Whose site this is, how its figures may be used, how to reach us."),
    ),
    ("privacy", _("Privacy"), _("What is kept of readers, and what is not.")),
    ("accessibility", _("Accessibility"), _("What was tested and how, and what falls short.")),
    ("sitemap", _("Site map"), _("This page.")),
)
PAGES = (*PLAN_PAGES, *NEWS_PAGES, *FIGURE_PAGES, *SITE_PAGES)
# Files that hold the same in several forms stand on one line.
FILES = (
    *(
        [f"{name}.{form}" for form in ("csv", "xlsx", "json")]
        for name in ("observations", "targets", "assessments", "indicators")
    ),
    ["sdmx/structure.xml", "sdmx/data.xml", "sdmx/data.csv"],
    ["blueprint.stratml.xml", "performance.stratml.xml"],
    ["catalog.jsonld"],
)
# Answers to a question of the reader, files that are no pages, and what a search engine need not show.
NOT_FOR_SEARCH = {"search", "feed", "report", "subscribe"}
# What may not be walked through by machines, in each language and outside of them.
CLOSED, CLOSED_IN_LANGUAGES = (
    ("accounts", "admin", "demo"),
    ("desk", "room", "search", "report", "publications/subscribe"),
)


def listed(pages):
    return [{"url": reverse(name), "label": label, "purpose": purpose} for name, label, purpose in pages]


def nouns_at(moment):
    """What has a page of its own at a moment, in one query."""
    return read_together(
        **plan_texts(moment),
        indicators=IndicatorVersion.objects.as_at(moment.number),
        initiatives=InitiativeVersion.objects.as_at(moment.number),
        meetings=MeetingVersion.objects.as_at(moment.number),
    )


# The page


@public
def site_map(request):
    texts = nouns_at(request.moment)
    context = {
        "page": "sitemap",
        "groups": [
            (_("The plan"), listed(PLAN_PAGES)),
            (_("What is new"), listed(NEWS_PAGES)),
            (_("The figures"), listed(FIGURE_PAGES)),
            (_("This site"), listed(SITE_PAGES)),
        ],
        "files": [[(reverse(name), name) for name in line] for line in FILES],
        "directions": directions_of(texts),
        "meetings": sorted(texts["meetings"], key=attrgetter("number")),
    }
    return render(request, "blueprint/sitemap.html", context)


def directions_of(texts):
    """Directions with their strategies, and under each the pages of its indicators and initiatives."""
    under = defaultdict(lambda: defaultdict(list))
    for name in ("indicators", "initiatives"):
        for version in sorted(texts[name], key=attrgetter("pk")):
            under[version.strategy_id][name].append(version)
    strategies = sorted(texts["strategies"], key=attrgetter("number"))
    return [
        {
            "direction": direction,
            "strategies": [
                {"strategy": strategy, **under[strategy.strategy_id]}
                for strategy in strategies
                if strategy.direction_id == direction.direction_id
            ],
        }
        for direction in sorted(texts["directions"], key=attrgetter("number"))
    ]


# For search engines


@dataclass(frozen=True)
class Address:
    """A page by its address without the language, and the day of the publication that changed it last, if known."""

    path: str
    changed: datetime.date | None = None


class Pages(Sitemap):
    """Each page in each language, and of each the two others."""

    i18n = alternates = True
    protocol, host = urlsplit(settings.SITE_URL)[:2]

    def __init__(self, addresses):
        self.addresses = addresses

    def items(self):
        return self.addresses

    def location(self, item):
        return f"/{get_language()}{item.path}"

    def lastmod(self, item):
        return item.changed

    def get_domain(self, site=None):
        return self.host


@public
def site_map_file(request):
    return sitemap(request, {"pages": Pages(list(addresses_at(request.moment)))})


def addresses_at(moment):
    for name, _label, _purpose in PAGES:
        if name not in NOT_FOR_SEARCH:
            yield address(reverse(name))
    texts, days = nouns_at(moment), days_of(moment.number)
    changed = changes_of_indicators(moment.number)
    for direction in texts["directions"]:
        yield address(reverse("direction", args=[direction.direction_id]))
    for strategy in texts["strategies"]:
        yield address(strategy.get_absolute_url())
    for indicator in texts["indicators"]:
        last = max(indicator.publication_id, changed.get(indicator.indicator_id, 0))
        yield address(indicator.get_absolute_url(), days[last])
    for initiative in texts["initiatives"]:
        yield address(reverse("strategies:initiative", args=[initiative.initiative_id]))
    for meeting in texts["meetings"]:
        yield address(reverse("committee:meeting", args=[meeting.number]))
    for number, day in days.items():
        yield address(reverse("publication", args=[number]), day)


def address(url: str, changed: Any = None) -> Address:
    return Address(url.removeprefix(f"/{get_language()}"), changed)


def days_of(number):
    """{publication: the day it was recorded here}: what was loaded from the past changed pages then, and not before."""
    rows = Publication.objects.filter(number__lte=number).order_by("number")
    return {
        publication: recorded.date() for publication, recorded in rows.values_list("number", "recorded_at")
    }


def changes_of_indicators(number):
    """{indicator: the last publication of a figure, baseline or target of it}, for each writes its assessments anew."""
    rows = Assessment.objects.as_at(number).values_list("indicator", "publication_id")
    return dict(rows.distinct())


@public
def robots(request):
    closed = [f"/{name}/" for name in CLOSED]
    closed += [f"/{code}/{name}/" for code, _name in settings.LANGUAGES for name in CLOSED_IN_LANGUAGES]
    said = [
        "User-agent: *",
        *(f"Disallow: {path}" for path in closed),
        "",
        f"Sitemap: {settings.SITE_URL}/sitemap.xml",
    ]
    return HttpResponse("\n".join(said) + "\n", content_type="text/plain; charset=utf-8")


@public
def security(request):
    """RFC 9116, where somebody is named to tell of a weakness. It has to expire, and is made anew each day."""
    if not settings.SECURITY_CONTACT:
        raise Http404
    expires = request.moment.today + datetime.timedelta(days=180)
    said = [
        f"Contact: {settings.SECURITY_CONTACT}",
        f"Expires: {expires.isoformat()}T00:00:00Z",
        "Preferred-Languages: en, zh-Hant, zh-Hans",
        f"Canonical: {settings.SITE_URL}/.well-known/security.txt",
    ]
    return HttpResponse("\n".join(said) + "\n", content_type="text/plain; charset=utf-8")
