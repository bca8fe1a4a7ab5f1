"""The publications as an Atom feed: each with what it changed, in words, and the checkpoint of the ledger after it."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Case, Count, F, Value, When, Window
from django.db.models.functions import RowNumber
from django.urls import reverse
from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import gettext as _

from indicators.figures import period_label, with_unit
from indicators.models import Observation
from indicators.models.observation import Kind
from indicators.notices import notice_of

from .clock import HONG_KONG
from .differences import Names, breakdown_name, short_name
from .models import Checkpoint, Publication
from .nouns import Change, noun, nouns
from .templatetags.ui import noun_label, published
from .wording import TAGS, reader, words

NEWEST = 50
# A revised value always has its sentence, as far as a feed can carry it; first figures only where they are few.
REVISIONS, FIRST_FIGURES = 100, 10


class Feed(Atom1Feed):
    """Atom with texts as texts: nothing in it is markup."""

    def root_attributes(self):
        return {"xmlns": "http://www.w3.org/2005/Atom", "xml:lang": self.feed["language"]}

    def latest_post_date(self):
        return self.feed["updated"]

    def add_item_elements(self, handler, item):
        handler.addQuickElement("title", item["title"])
        handler.addQuickElement("link", "", {"href": item["link"], "rel": "alternate", "type": "text/html"})
        handler.addQuickElement("id", item["unique_id"])
        handler.addQuickElement("published", spelled_moment(item["pubdate"]))
        handler.addQuickElement("updated", spelled_moment(item["updateddate"]))
        for term, label in item["kinds"]:
            handler.addQuickElement("category", "", {"term": term, "label": label})
        handler.addQuickElement("summary", item["description"], {"type": "text"})
        handler.addQuickElement("content", item["content"], {"type": "text"})


def spelled_moment(moment: datetime.datetime) -> str:
    return moment.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def feed_of(moment: Any) -> tuple[str, bool]:
    """The feed, and whether it is settled: a checkpoint that could not be signed at once comes later."""
    listed = list(Publication.objects.by(moment.number).defer("leaf", "tree_nodes")[:NEWEST])
    own = settings.SITE_URL + reverse("feed")
    feed = Feed(
        title=_("Blueprint progress"),
        description="",
        subtitle=_("Everything on this site was made public by one of these."),
        link=settings.SITE_URL + reverse("publications"),
        feed_url=own + moment.query,
        feed_guid=own,
        language=TAGS[reader()],
        author_name=_("Blueprint progress"),
        author_link=settings.SITE_URL,
        updated=last_change(moment, listed),
    )
    sentences, signed = sentences_of(listed, moment.number), checkpoints_of(listed)
    for row in listed:
        add(feed, row, sentences[row.number], signed.get(row.number, ""))
    return feed.writeString("utf-8"), len(signed) == len(listed)


def last_change(moment: Any, listed: Sequence[Publication]) -> datetime.datetime:
    if listed:
        return listed[0].recorded_at.replace(microsecond=0)
    return datetime.datetime.combine(moment.today, datetime.time(), HONG_KONG)


def add(feed: Feed, row: Publication, sentences: Sequence[str], checkpoint: str) -> None:
    link = settings.SITE_URL + row.get_absolute_url()
    said = [words(row, "notes"), *sentences, row.own_reason]
    summary = "\n".join(text for text in said if text)
    head = _("Publication %(number)s, %(day)s") % {"number": row.number, "day": published(row)}
    kept = f"{_('Checkpoint of the ledger after it')}{_(': ')}\n{checkpoint}" if checkpoint else ""
    feed.add_item(
        title=words(row, "title"),
        link=link,
        description=summary or head,
        content="\n\n".join(part for part in (head, summary, kept) if part),
        # Not in a language: the three feeds tell of the same publications, each in its own words.
        unique_id=link,
        pubdate=row.published_at,
        updateddate=row.recorded_at,
        kinds=[(row.kind, row.get_kind_display())],
    )


def checkpoints_of(listed: Sequence[Publication]) -> dict[int, str]:
    """The checkpoint first signed after each of them: a key that came later signs the last one once more."""
    rows = Checkpoint.objects.filter(publication__in=[row.number for row in listed]).order_by(
        "-signed_at", "-pk"
    )
    return dict(rows.values_list("publication_id", "note"))


# What each of them changed, in sentences


def sentences_of(listed: Sequence[Publication], number: int) -> dict[int, list[str]]:
    """A sentence for each revised value, one for each first figure where these are few, and how many of all else."""
    numbers = [row.number for row in listed]
    found = defaultdict(list)
    counted = counts_of(numbers)
    told: dict[int, int] = defaultdict(int)
    firsts = counts_of_first(numbers)
    for row, text in figure_sentences(listed, number):
        if row.kind != Kind.FIRST or firsts[row.publication_id] <= FIRST_FIGURES:
            found[row.publication_id].append(text)
            told[row.publication_id] += 1
    for publication in numbers:
        for name, count in counted[publication]:
            rest = count - told[publication] if name == "observation" else count
            if rest:
                found[publication].append(f"{noun_label(name)}{_(': ')}{rest}")
    return found


def counts_of(numbers: Sequence[int]) -> dict[int, list[tuple[str, int]]]:
    """Publication -> (noun, how many of it), in one query over all nouns."""
    each = [
        kind.version.objects.filter(publication__in=numbers)
        .order_by()
        .values_list(Value(kind.name), "publication_id")
        .annotate(count=Count("pk"))
        for kind in nouns()
    ]
    found = defaultdict(list)
    order = {kind.name: kind.order for kind in nouns()}
    for name, publication, count in sorted(each[0].union(*each[1:], all=True), key=lambda row: order[row[0]]):
        found[publication].append((name, count))
    return found


def counts_of_first(numbers: Sequence[int]) -> dict[int, int]:
    rows = Observation.objects.filter(publication__in=numbers, kind=Kind.FIRST).order_by()
    return defaultdict(int, rows.values_list("publication_id").annotate(count=Count("pk")))


def figure_sentences(listed: Sequence[Publication], number: int) -> Iterable[tuple[Observation, str]]:
    """Figures of the publications, revised ones first, no more of one publication than a feed can carry."""
    place = Window(
        RowNumber(),
        partition_by=F("publication_id"),
        order_by=[
            Case(When(kind=Kind.FIRST, then=Value(1)), default=Value(0)),
            "indicator",
            "period",
            "breakdown",
        ],
    )
    rows = Observation.objects.filter(publication__in=[row.number for row in listed]).annotate(place=place)
    rows = rows.select_related("publication").defer("publication__leaf", "publication__tree_nodes")
    told = list(rows.filter(place__lte=REVISIONS).order_by("publication_id", "place"))
    kind = noun("observation")
    names = Names([Change(kind, kind.content(row)) for row in told], {}, number)
    earlier = replaced_by(told, listed)
    for row in told:
        stood = [one for one in earlier[key_of(row)] if one.publication_id < row.publication_id]
        yield row, sentence_of(row, stood[-1] if stood else None, names)


def key_of(row: Observation) -> tuple[str, str, str]:
    return row.indicator_id, row.breakdown, row.period


def replaced_by(told: Sequence[Observation], listed: Sequence[Publication]) -> dict[tuple, list[Observation]]:
    """What stood before the revised ones, the oldest first."""
    revised = {key_of(row) for row in told if row.kind != Kind.FIRST}
    before = {number for row in listed for number in row.replaces}
    rows = Observation.objects.filter(publication__in=before, indicator__in={key[0] for key in revised})
    found = defaultdict(list)
    for row in rows.order_by("publication_id") if revised else ():
        found[key_of(row)].append(row)
    return found


def sentence_of(row: Observation, before: Observation | None, names: Names) -> str:
    """The notice of a revised value; a first figure as it is."""
    indicator, unit = names.version("indicator", row.indicator_id), names.unit_of(row.indicator_id)
    name = short_name(indicator, row.indicator_id)
    if before is not None:
        notice = notice_of(before, row, indicator, {unit.unit_id: unit} if unit else {})
        return f"{name}{_(', ')}{notice.text}"
    part = breakdown_name(indicator, row.breakdown)
    said = {
        "name": f"{name}{_(', ')}{part}" if part else name,
        "value": with_unit(row.value, unit, row.qualifier),
        "period": period_label(row.period),
    }
    return _("%(name)s: %(value)s in %(period)s.") % said
