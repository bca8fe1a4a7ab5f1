"""From published rows to assessments: reads what the method needs, lets it judge, and stores the answer."""

import datetime
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from django.db.models import TextField
from django.db.models.functions import Cast

from blueprint.nouns import Change, decimal_text

from . import progress
from .models import Assessment, Baseline, IndicatorVersion, Observation, StageVersion, TargetVersion
from .models.fields import plain
from .models.observation import TOTAL
from .periods import Period
from .summaries import summarise

# Nouns whose change can change how an indicator stands.
TOUCHING = ("observation", "baseline", "target", "indicator")
FIGURE_COLUMNS = ("period", "qualifier", "status", "break_before")


def assess_touched(publication, changes: Sequence[Change]) -> None:
    """Write the assessments of every indicator that a publication touched; of all when it changed the stages."""
    codes = {c.content["indicator_id"] for c in changes if c.noun.name in TOUCHING}
    if any(change.noun.name == "stage" for change in changes):
        codes |= set(IndicatorVersion.objects.values_list("indicator_id", flat=True))
    if codes:
        stages = stages_at(publication.number)
        judged = list(assessed(publication.number, codes, stages))
        Assessment.objects.bulk_create(row for _indicator, rows in judged for row in rows)
        summarise(publication.number, codes, judged, {s.stage_id: s.number for s in stages})


def assessments(publication, codes: Iterable[str]) -> list[Assessment]:
    """The sets of assessments of these indicators as at a publication. Five queries, however many indicators."""
    number = publication.number
    return [row for _indicator, rows in assessed(number, codes, stages_at(number)) for row in rows]


def stages_at(number: int) -> list[StageVersion]:
    return list(StageVersion.objects.as_at(number, or_first=True).order_by("number"))


def assessed(
    number: int, codes: Iterable[str], stages: list[StageVersion]
) -> Iterator[tuple[IndicatorVersion, list[Assessment]]]:
    """Each of these indicators as at a publication, with its set of assessments."""
    codes, expected = sorted(codes), [stage for stage in stages if stage.expected]
    indicators = IndicatorVersion.objects.filter(indicator__in=codes).as_at(number, or_first=True)
    series, targets = series_at(number, codes), defaultdict(list)
    for version in TargetVersion.objects.filter(indicator__in=codes, publication__lte=number).order_by(
        "publication_id"
    ):
        targets[version.indicator_id].append(version)
    baselines = {b.indicator_id: b for b in Baseline.objects.filter(indicator__in=codes).as_at(number)}
    for indicator in indicators:
        code = indicator.indicator_id
        parts = (series[code], baselines.get(code), targets[code], expected)
        yield indicator, list(_assess_indicator(number, indicator, *parts))


def series_at(number: int, codes: list[str]) -> dict[str, list]:
    """{indicator: its total figures as they stand}.

    What stands is found here and not by ``as_at``: of a thousand long series hardly a row was revised, and the
    database would rank them all. Values stay text until it is known which of them tell.
    """
    rows = Observation.objects.filter(indicator__in=codes, breakdown=TOTAL, publication__lte=number)
    columns = rows.annotate(text=Cast("value", TextField())).values_list(
        "indicator_id", "publication_id", *FIGURE_COLUMNS, "text"
    )
    found: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in map(Row._make, columns.iterator(chunk_size=10_000)):
        standing = found[row.indicator_id].get(row.period)
        if standing is None or standing.publication_id < row.publication_id:
            found[row.indicator_id][row.period] = row
    return defaultdict(list, {code: list(periods.values()) for code, periods in found.items()})


class Row(NamedTuple):
    indicator_id: str
    publication_id: int
    period: str
    qualifier: str
    status: str
    break_before: bool
    text: str | None

    @property
    def value(self) -> Decimal | None:
        return None if self.text is None else plain(Decimal(self.text))


def assessed_with(number: int, indicator, rows, *, baseline, versions) -> list[Assessment]:
    """What the method would say of an indicator whose totals were these rows. Nothing is stored."""
    expected = [stage for stage in stages_at(number) if stage.expected]
    return list(_assess_indicator(number, indicator, rows, baseline, versions, expected))


def _assess_indicator(number, indicator, rows, baseline, versions, stages):
    figures = [figure_of(row) for row in telling(rows, indicator.frequency, versions)]
    judged = list(_judged(versions, stages))
    for stage, version, order, against in judged or [(None, None, None, Assessment.Against.NONE)]:
        answer = progress.assess(
            figures=figures,
            target=target_of(version) if version else None,
            baseline=progress.Baseline(Period.parse(baseline.period), baseline.value) if baseline else None,
            polarity=indicator.polarity,
            frequency=indicator.frequency,
            path=indicator.path,
            reference=indicator.indicator_class == "reference",
        )
        yield Assessment(
            publication_id=number,
            indicator_id=indicator.indicator_id,
            stage_id=stage,
            against=against,
            target_version=order,
            **_target_columns(version),
            **_answer_columns(answer, figures, indicator.frequency),
        )


def _judged(versions, stages):
    """(stage, target version or None, its number, against) of all that is to be judged."""
    history = defaultdict(list)
    for version in versions:
        history[version.target_id].append(version)
    # A promise that was taken back is none; what was promised before it stays on record, unjudged.
    history = {code: of_one for code, of_one in history.items() if not of_one[-1].withdrawn}
    for of_one in history.values():
        yield of_one[-1].stage_id, of_one[-1], len(of_one), Assessment.Against.CURRENT
        if len(of_one) > 1:
            yield of_one[0].stage_id, of_one[0], 1, Assessment.Against.FIRST
    promised = {of_one[-1].stage_id for of_one in history.values()}
    for stage in stages:
        if stage.stage_id not in promised:
            yield stage.stage_id, None, None, Assessment.Against.NONE


def telling(rows, frequency, targets) -> list:
    """The rows that the method can rest on: since the last break, the two newest and what comes at a due period or later.

    A long series is judged by a few of its figures, and making all of them ready would take most of the time.
    """
    found = [(period, row) for row in rows if (period := Period.parse(row.period)).matches(frequency)]
    found.sort(key=lambda each: (each[0].end, each[0].start))
    breaks = [place for place, (_period, row) in enumerate(found) if row.break_before]
    since = found[breaks[-1] :] if breaks else found
    newest = [period.end for period, row in since if row.status != "M"][-2:]
    start = min([*newest, *(Period.parse(target.due).end for target in targets)], default=datetime.date.max)
    # The row that bears the break says since when figures compare.
    return [
        row for place, (period, row) in enumerate(since) if period.end >= start or (breaks and place == 0)
    ]


def figure_of(row) -> progress.Figure:
    return progress.Figure(
        period=Period.parse(row.period),
        value=row.value,
        qualifier=row.qualifier,
        status=row.status,
        break_before=row.break_before,
    )


def target_of(version) -> progress.Target:
    return progress.Target(
        due=Period.parse(version.due), value=version.value, has_words=version.has_words, bound=version.bound
    )


def _target_columns(version) -> dict:
    if version is None:
        return {}
    return {
        "target_code": version.target_id,
        "due": version.due,
        "due_end": Period.parse(version.due).end,
        "bound": version.bound if version.value is not None else "",
        "target_value": version.value,
    }


def _answer_columns(answer: progress.Assessment, figures, frequency) -> dict:
    columns = {
        "rule": answer.rule,
        "status": answer.status,
        "reading": answer.reading or "",
        "share_of_way": exact_text(answer.share_of_way),
        "share_of_time": exact_text(answer.share_of_time),
        "ratio": exact_text(answer.ratio),
        "ratio_qualifier": answer.ratio_qualifier if answer.ratio is not None else "",
        "caveats": list(answer.caveats),
        "method": answer.method,
    }
    if answer.baseline:
        columns |= {"baseline_period": answer.baseline.period.code, "baseline_value": answer.baseline.value}
    if answer.latest:
        columns |= {
            "latest_period": answer.latest.period.code,
            "latest_value": answer.latest.value,
            "latest_qualifier": answer.latest.qualifier,
            "latest_status": answer.latest.status,
        }
    comparable = progress.last_segment(figures, frequency=frequency).figures
    if len(comparable) > 1:
        before = comparable[-2]
        columns |= {
            "previous_period": before.period.code,
            "previous_value": before.value,
            "previous_qualifier": before.qualifier,
        }
    return columns


def exact_text(value: Fraction | Decimal | None) -> str:
    """A share or ratio kept exactly: 81/128, or the digits of a decimal."""
    if value is None:
        return ""
    return decimal_text(value) if isinstance(value, Decimal) else str(value)


def exact_value(text: str) -> Fraction | None:
    return Fraction(text) if text else None
