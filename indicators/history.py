"""Everything that was ever published of an indicator: figures, targets, baseline, texts, and how its status changed."""

import datetime
import itertools
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from operator import attrgetter, itemgetter
from typing import Any

from django.db.models import QuerySet, TextField, Value
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from blueprint.differences import Names, field_changes
from blueprint.models import Publication
from blueprint.nouns import Change, noun
from blueprint.wording import reader, words

from . import progress
from .figures import period_label, with_unit
from .models import Assessment, Baseline, IndicatorVersion, Observation, TargetVersion
from .models.observation import TOTAL
from .notices import in_pairs, notice_of, part_name, promise, target_change_text
from .periods import Period

# Of one publication what it says of figures stands first, and the status that followed last.
FIGURE, TARGET, BASELINE, TEXT, STATUS = KINDS = ("figure", "target", "baseline", "text", "status")


@dataclass(frozen=True)
class Step:
    """One thing that happened, before it is put in words. ``publication`` is None where the date alone did it."""

    on: datetime.date
    publication: int | None
    kind: str
    periods: frozenset[str]
    key: Any
    # Among several of its kind in one publication: newest period first, the total before its parts.
    place: tuple = ()

    @property
    def order(self) -> tuple:
        """Newest first. The passing of a date comes before what was published on that day."""
        return (
            -self.on.toordinal(),
            -(self.publication or 0),
            KINDS.index(self.kind),
            self.place,
        )


@dataclass(frozen=True)
class Event:
    """A step in words."""

    kind: str
    on: datetime.date
    publication: Any
    text: str = ""
    tag: str = ""
    reason: str = ""
    note_of: Any = None
    changes: tuple[Any, ...] = ()
    statuses: tuple[str, ...] = ()


class History:
    """All steps of one indicator up to a moment, newest first, and what they say in words."""

    def __init__(self, version: Any, moment: Any, texts: dict[str, list]):
        self.version, self.moment = version, moment
        code = version.indicator_id
        self.units = {unit.unit_id: unit for unit in texts["units"]}
        self.stages = {stage.stage_id: stage for stage in texts["stages"]}
        self.versions, self.targets, self.baselines = (
            sorted(texts[name], key=attrgetter("publication_id"))
            for name in ("versions", "targets", "baselines")
        )
        self.published = list(published(code, moment.number))
        self.statuses = list(
            Assessment.objects.filter(indicator=code, publication__lte=moment.number)
            .exclude(against=Assessment.Against.FIRST)
            .values_list(
                "publication_id",
                "publication__published_on",
                *("stage_id", "target_code", "due", "due_end", "rule", "status", "reading"),
            )
            .order_by("publication_id", "stage_id", "target_code")
        )

    @property
    def unit(self) -> Any:
        return self.units.get(self.version.unit_id)

    def steps(self) -> list[Step]:
        found = [
            Step(day, number, kind, frozenset([period] if period else []), pk, place_of(period, breakdown))
            for kind, pk, period, breakdown, number, day in self.published
        ]
        found += status_steps(self.statuses, self.moment.today)
        return sorted(found, key=attrgetter("order"))

    def told(self, steps: Sequence[Step]) -> list[Event]:
        """These steps in words and in their order."""
        numbers = {step.publication for step in steps} - {None}
        publications = Publication.objects.defer("leaf", "tree_nodes").in_bulk(numbers)
        wanted = defaultdict(set)
        for step in steps:
            wanted[step.kind].add(step.key)
        said = {
            FIGURE: self.told_figures([step for step in steps if step.kind == FIGURE], publications),
            TARGET: dict(self.told_targets()),
            BASELINE: dict(self.told_baselines()),
            TEXT: self.told_texts(wanted[TEXT]),
            STATUS: {key: self.told_status(key) for key in wanted[STATUS]},
        }
        return [
            Event(step.kind, step.on, publications.get(step.publication), **said[step.kind][step.key])
            for step in steps
        ]

    # Each returns {key: what its event says}

    def told_figures(self, steps: Sequence[Step], publications: dict[int, Any]) -> dict[int, dict]:
        keys, periods = {step.key for step in steps}, {period for step in steps for period in step.periods}
        if not keys:
            return {}
        rows = list(
            Observation.objects.filter(
                indicator=self.version.indicator_id,
                period__in=periods,
                publication__lte=max(step.publication for step in steps),
            )
        )
        said = {row.pk: first_figure(row, self.version, self.unit) for row in rows if row.pk in keys}
        for before, after in in_pairs(rows):
            if after.pk in keys:
                after.publication = publications[after.publication_id]
                notice = notice_of(before, after, self.version, self.units)
                reason = "" if notice.reason in notes_of(after) else notice.reason
                said[after.pk] |= {"text": notice.short_text, "tag": notice.kind_label, "reason": reason}
        return said

    def told_targets(self) -> Iterable[tuple[int, dict]]:
        history: dict[str, TargetVersion] = {}
        for row in self.targets:
            before = history.get(row.target_id)
            text = target_change_text(before, row, self.unit) if before else promise(row, self.unit)
            stage = words(self.stages.get(row.stage_id), "name") or row.stage_id
            reason = (
                _("%(reason)s (%(authority)s)") if row.reason and row.authority else "%(reason)s%(authority)s"
            )
            yield (
                row.pk,
                {
                    "text": _("%(label)s: %(event)s") % {"label": stage, "event": text},
                    "tag": _("changed target") if before else _("first version of the target"),
                    "reason": reason % {"reason": row.reason, "authority": row.authority},
                },
            )
            history[row.target_id] = row

    def told_baselines(self) -> Iterable[tuple[int, dict]]:
        before = None
        for row in self.baselines:
            said = with_unit(row.value, self.unit)
            text = _("%(label)s: %(event)s") % {"label": period_label(row.period), "event": said}
            if row.withdrawn:
                text = _("withdrawn; it was %(before)s") % {"before": said}
            elif before is not None:
                was = _("%(label)s: %(event)s") % {
                    "label": period_label(before.period),
                    "event": with_unit(before.value, self.unit),
                }
                text = _("changed from %(before)s to %(after)s") % {"before": was, "after": text}
            yield row.pk, {"text": text}
            before = row

    def told_texts(self, keys: set[int]) -> dict[int, dict]:
        pairs = [
            (before, row) for before, row in itertools.pairwise([None, *self.versions]) if row.pk in keys
        ]
        if not pairs:
            return {}
        if not any(before for before, _row in pairs):
            return {row.pk: {"text": _("Named and defined for the first time.")} for _before, row in pairs}
        kind = noun("indicator")
        changes = [Change(kind, kind.content(row)) for _before, row in pairs]
        earlier = {(place, ()): before for place, (before, _row) in enumerate(pairs) if before is not None}
        names = Names(changes, earlier, self.moment.number)
        said = {}
        for change, (before, row) in zip(changes, pairs, strict=True):
            if before is None:
                said[row.pk] = {"text": _("Named and defined for the first time.")}
            elif row.withdrawn:
                said[row.pk] = {"text": _("Withdrawn.")}
            else:
                rows = field_changes(change, before, names).rows
                own = [each for each in rows if each.language in ("", reader())]
                said[row.pk] = {"text": _("Described otherwise than before:"), "changes": tuple(own or rows)}
        return said

    def told_status(self, key: tuple) -> dict:
        stage, due, before, after = key
        name = words(self.stages.get(stage), "name") if stage else ""
        label = _(", ").join(part for part in (name, period_label(due) if due else "") if part)
        return {"text": label, "statuses": tuple(status for status in (before, after) if status)}


def notes_of(row: Observation) -> set[str]:
    """What is read with the figure already, so that a reason of the same words need not be said again."""
    return {text for texts in row.comment for text in texts.values()}


def periods_of(row: Any) -> frozenset[str]:
    due = getattr(row, "due", "") or getattr(row, "period", "")
    return frozenset([due] if due else [])


def published(code: str, number: int) -> QuerySet:
    """(kind, pk, period, breakdown, publication, its day) of all that was published of an indicator. One query."""
    nothing = Value("", TextField())
    parts = []
    for kind, model, period, breakdown in (
        (FIGURE, Observation, Cast("period", TextField()), Cast("breakdown", TextField())),
        (TARGET, TargetVersion, Cast("due", TextField()), nothing),
        (BASELINE, Baseline, Cast("period", TextField()), nothing),
        (TEXT, IndicatorVersion, nothing, nothing),
    ):
        rows = model.objects.filter(indicator=code, publication__lte=number).order_by()
        named = rows.annotate(step=Value(kind, TextField()), of_period=period, of_breakdown=breakdown)
        columns = ("step", "pk", "of_period", "of_breakdown", "publication_id", "publication__published_on")
        parts.append(named.values_list(*columns))
    first, *others = parts
    return first.union(*others, all=True)


def place_of(period: str, breakdown: str) -> tuple:
    return (-Period.parse(period).end.toordinal() if period else 0), breakdown != TOTAL, breakdown


def first_figure(row: Observation, version: Any, unit: Any) -> dict:
    label = period_label(row.period)
    if row.breakdown != TOTAL:
        label = _("%(period)s (%(part)s)") % {"period": label, "part": part_name(version, row.breakdown)}
    value = with_unit(row.value, unit, row.qualifier)
    return {
        "text": _("%(label)s: %(event)s") % {"label": label, "event": value},
        "tag": row.get_kind_display(),
        "note_of": row,
    }


@dataclass(frozen=True)
class Stood:
    """What the method said of a stage's target from a publication on."""

    since: datetime.date
    stage: str | None
    target: str
    due: str
    due_end: datetime.date | None
    rule: int
    status: str
    reading: str

    def on(self, day: datetime.date) -> str:
        return progress.status_on(self.rule, self.status, self.reading or None, self.due_end, day).status


def status_steps(rows: Iterable[tuple], today: datetime.date) -> Iterable[Step]:
    """Where the status of a stage's target changed: with a publication, or when its due period had ended.

    The rows stand in order of their publications, each of which writes the indicator's whole set anew. A stage
    without a target that gets one is followed through that, and so is one whose target is taken back.
    """
    stood: dict[tuple, Stood] = {}
    for number, of_one in itertools.groupby(rows, key=itemgetter(0)):
        made = [Stood(*row[1:]) for row in of_one]
        now, day = {(one.stage, one.target): one for one in made}, made[0].since
        for last in stood.values():
            yield from awaited(last, until=day)
        gone = {last.stage: last for key, last in stood.items() if key not in now}
        for key, one in now.items():
            last = stood.get(key) or gone.get(one.stage)
            before, after = last.on(day) if last else "", one.on(day)
            if after != (before or "not_set"):
                yield status_step(one, day, number, before, after)
        stood = now
    for last in stood.values():
        yield from awaited(last, until=today + datetime.timedelta(days=1))


def awaited(last: Stood, *, until: datetime.date) -> Iterable[Step]:
    """The day on which a status changed with no publication, if it lies after the last one and before ``until``."""
    if last.due_end is None:
        return
    day = last.due_end + datetime.timedelta(days=1)
    before, after = last.on(last.since), last.on(day)
    if last.since < day < until and before != after:
        yield status_step(last, day, None, before, after)


def status_step(one: Stood, day: datetime.date, number: int | None, before: str, after: str) -> Step:
    return Step(day, number, STATUS, periods_of(one), (one.stage, one.due, before, after))
