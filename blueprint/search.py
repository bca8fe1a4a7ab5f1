"""What a visitor looks for, in every kind of thing that is public: found by words, ranked, and shown by kind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.core.exceptions import BadRequest
from django.db.models import Q
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from committee.models import ActionVersion, Finding, MeetingVersion
from indicators.models import IndicatorVersion
from indicators.standings import names_of, standings
from indicators.summaries import public_among
from strategies.models import InitiativeVersion, MeasureVersion, MilestoneVersion, StrategyVersion

from .models import DirectionVersion, OfficeVersion, Publication
from .moment import public
from .paging import paged
from .search_words import LONGEST, MOST_WORDS, SHORTEST, Words, spellings
from .together import read_together
from .wording import FALLBACK, LANGUAGES, TAGS, reader, words

ON_A_PAGE = 20


@dataclass(frozen=True)
class Kind:
    """A kind of thing that can be found: by what it is called, and by what is said of it."""

    model: Any
    names: tuple[str, ...]
    address: Callable[[Any, "Around"], str]
    said: tuple[str, ...] = ()
    code: str = ""
    # What stands before the name, such as a strategy's number.
    before: Callable[[Any, "Around"], str] = lambda row, around: ""

    @property
    def label(self) -> str:
        return str(self.model._meta.verbose_name_plural)

    def rows(self, number: int):
        if self.model is Publication:
            return Publication.objects.by(number).defer("leaf", "tree_nodes")
        return self.model.objects.as_at(number, or_first=self.model is IndicatorVersion)

    def holding(self, looked_for: Words, number: int):
        """Those that hold every word, each anywhere."""
        columns = [f"{name}_{language}" for name in (*self.names, *self.said) for language in LANGUAGES]
        columns += [f"{self.code}__code"] if self.code else []
        every = Q()
        for word in looked_for.each:
            anywhere = Q()
            for column in columns:
                for spelling in spellings(word):
                    anywhere |= Q(**{f"{column}__icontains": spelling})
            every &= anywhere
        return self.rows(number).filter(every)


@dataclass(frozen=True)
class Around:
    """What the found things are named and linked by."""

    meetings: dict[str, Any]
    strategies: dict[str, Any]

    def meeting_address(self, row) -> str:
        meeting = self.meetings.get(row.meeting_id)
        if meeting is None or meeting.example:
            return reverse("committee:committee")
        return reverse("committee:meeting", args=[meeting.number])

    def strategy_named(self, row) -> str:
        strategy = self.strategies.get(row.strategy_id)
        return f"{strategy.number} {words(strategy, 'text')}" if strategy else ""


KINDS = {
    "indicators": Kind(
        IndicatorVersion,
        ("name", "short_name"),
        lambda row, around: row.get_absolute_url(),
        said=("definition", "note"),
        code="indicator",
    ),
    "strategies": Kind(
        StrategyVersion,
        ("text",),
        lambda row, around: row.get_absolute_url(),
        before=lambda row, around: str(row.number),
    ),
    "directions": Kind(
        DirectionVersion,
        ("text",),
        lambda row, around: reverse("direction", args=[row.direction_id]),
        before=lambda row, around: str(row.number),
    ),
    "measures": Kind(
        MeasureVersion,
        ("text",),
        lambda row, around: reverse("strategies:strategy", args=[row.strategy_id]),
        said=("note",),
    ),
    "initiatives": Kind(
        InitiativeVersion,
        ("name",),
        lambda row, around: reverse("strategies:initiative", args=[row.initiative_id]),
        said=("note",),
        code="initiative",
    ),
    "milestones": Kind(
        MilestoneVersion,
        ("title",),
        lambda row, around: reverse("strategies:initiative", args=[row.initiative_id]),
    ),
    "findings": Kind(
        Finding,
        (),
        lambda row, around: around.meeting_address(row),
        said=("text",),
        before=lambda row, around: around.strategy_named(row),
    ),
    "actions": Kind(ActionVersion, ("text",), lambda row, around: around.meeting_address(row)),
    "publications": Kind(
        Publication,
        ("title",),
        lambda row, around: row.get_absolute_url(),
        said=("notes",),
        before=lambda row, around: str(row.number),
    ),
    "offices": Kind(
        OfficeVersion,
        ("name",),
        lambda row, around: f"{reverse('indicators:indicators')}?office={row.office_id}",
        said=("role",),
        code="office",
    ),
}


@dataclass
class Result:
    kind: str
    row: Any
    address: str
    name: str
    tag: str
    text: str = ""
    text_tag: str = ""
    example: bool = False
    rank: int = 0
    standing: Any = field(default=None)


@dataclass(frozen=True)
class Found:
    """Everything that fits, in the order in which it is shown."""

    results: list[Result]
    names: dict[str, list]

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """(kind, what it is called, how many), in the order of the kinds."""
        grouped = groupby(self.results, key=lambda result: result.kind)
        return [(kind, label_of(kind), len(list(group))) for kind, group in grouped]


def label_of(kind: str) -> str:
    return _("committee meetings") if kind == "meetings" else KINDS[kind].label


ORDER = [*list(KINDS)[:8], "meetings", *list(KINDS)[8:]]


def find(looked_for: Words, moment) -> Found:
    """Three queries, however much there is, and one more at a past moment."""
    number = moment.number
    asked = {name: kind.holding(looked_for, number) for name, kind in KINDS.items()}
    publications = asked.pop("publications")
    # Agendas are lists in one column: there are few meetings, and they are needed for links besides.
    rows = read_together(
        **asked,
        all_meetings=MeetingVersion.objects.as_at(number),
        all_strategies=StrategyVersion.objects.as_at(number, or_first=True),
        **names_of(moment),
    )
    rows["publications"] = list(publications)
    rows["indicators"] = public_among(rows["indicators"], moment)
    around = Around(
        meetings={row.meeting_id: row for row in rows["all_meetings"]},
        strategies={row.strategy_id: row for row in rows["all_strategies"]},
    )
    results = [result_of(name, row, looked_for, around) for name in KINDS for row in rows[name]]
    results += meetings_among(rows["all_meetings"], looked_for)
    results.sort(key=lambda result: (ORDER.index(result.kind), result.rank, place(result)))
    return Found(results, {name: rows[name] for name in ("units", "stages")})


def place(result: Result) -> tuple:
    """Numbered things by their number, publications and meetings newest first, the others by name."""
    if result.kind in ("publications", "meetings"):
        return (-result.row.number, "")
    return (getattr(result.row, "number", 0), result.name)


def result_of(kind_name: str, row, looked_for: Words, around: Around) -> Result:
    kind = KINDS[kind_name]
    languages = FALLBACK[reader()]
    name, tag = said_first(row, kind.names[:1], languages)
    before = kind.before(row, around)
    result = Result(
        kind=kind_name,
        row=row,
        address=kind.address(row, around),
        name=f"{before} {name}".strip() or row.meeting_id,
        tag=tag,
        example=getattr(row, "example", False),
    )
    if looked_for.all_in(column_texts(row, kind.names)):
        result.rank = 0 if looked_for.all_in([name]) else 1
    else:
        result.rank = 2
    if looked_for.all_in([result.name]):
        return result
    result.text, result.text_tag = where_said(row, kind, looked_for, languages)
    return result


def column_texts(row, names) -> list[str]:
    return [getattr(row, f"{name}_{language}") for name in names for language in LANGUAGES]


def said_first(row, names, languages) -> tuple[str, str]:
    """The first of these texts that is there, and its language as HTML writes it where it is not the reader's."""
    for name in names:
        for language in languages:
            text = getattr(row, f"{name}_{language}")
            if text:
                return text, "" if language == reader() else TAGS[language]
    return "", ""


def where_said(row, kind: Kind, looked_for: Words, languages) -> tuple[str, str]:
    """The text that holds the most of the words: in the reader's language, if it is said there."""
    texts = [
        (getattr(row, f"{name}_{language}"), language)
        for language in languages
        for name in (*kind.said, *kind.names)
    ]
    text, language = max(texts, key=lambda one: sum(bool(p.search(one[0])) for p in looked_for.patterns))
    if looked_for.first_in(text) is None:
        return "", ""
    return looked_for.excerpt(text), "" if language == reader() else TAGS[language]


def meetings_among(meetings, looked_for: Words) -> list[Result]:
    return [
        meeting_result(row, looked_for)
        for row in meetings
        if looked_for.all_in([f"{meeting_name(row)} {row.held_on}", *agenda_texts(row)])
    ]


def meeting_name(row) -> str:
    return _("Meeting %(number)s") % {"number": row.number}


def agenda_texts(row, *languages) -> list[str]:
    return [
        item[language] for item in row.agenda for language in languages or LANGUAGES if item.get(language)
    ]


def meeting_result(row, looked_for: Words) -> Result:
    address = (
        reverse("committee:committee") if row.example else reverse("committee:meeting", args=[row.number])
    )
    result = Result("meetings", row, address, meeting_name(row), "", example=row.example)
    if not looked_for.all_in([result.name]):
        result.rank = 2
        language = next((one for one in FALLBACK[reader()] if agenda_texts(row, one)), reader())
        result.text = looked_for.excerpt(_("; ").join(agenda_texts(row, language)))
        result.text_tag = "" if language == reader() else TAGS[language]
    return result


def marked_up(looked_for: Words, text: str, tag: str):
    """The text with the words marked, and with its language where that differs from the page's."""
    pieces = format_html_join(
        "",
        "{}",
        (
            (format_html("<mark>{}</mark>", piece) if hit else piece,)
            for piece, hit in looked_for.marked(text)
        ),
    )
    return format_html('<span lang="{}">{}</span>', tag, pieces) if tag else pieces


# The page


def asked_for(request) -> Words:
    asked = request.GET.getlist("q")
    if len(asked) > 1:
        raise BadRequest(_("Give q once only."))
    return Words("".join(asked).strip())


def fault_of(looked_for: Words) -> str:
    if looked_for.too_long:
        return _("Look for at most %(words)s words, of %(signs)s characters together.") % {
            "words": MOST_WORDS,
            "signs": LONGEST,
        }
    if looked_for.too_short:
        return _("Look for at least %(signs)s characters.") % {"signs": SHORTEST}
    return ""


@public
def search(request):
    looked_for = asked_for(request)
    fault = fault_of(looked_for)
    context = {"page": "search", "looked_for": looked_for, "fault": fault, "longest": LONGEST}
    if looked_for.text and not fault:
        context |= results_page(request, looked_for)
    return render(request, "blueprint/search.html", context, status=400 if fault else 200)


def results_page(request, looked_for: Words) -> dict[str, Any]:
    found = find(looked_for, request.moment)
    page = paged(request, found.results, ON_A_PAGE)
    shown = list(page["part"])
    codes = [result.row.indicator_id for result in shown if result.kind == "indicators"]
    stand = (
        {each.code: each for each in standings(request.moment, codes=codes, names=found.names)}
        if codes
        else {}
    )
    for result in shown:
        result.name = marked_up(looked_for, result.name, result.tag)
        result.text = marked_up(looked_for, result.text, result.text_tag)
        if result.kind == "indicators":
            result.standing = stand.get(result.row.indicator_id)
    totals = {kind: count for kind, _label, count in found.counts}
    grouped = groupby(shown, key=lambda result: result.kind)
    return page | {
        "counts": found.counts,
        "groups": [(label_of(kind), totals[kind], list(results)) for kind, results in grouped],
    }
