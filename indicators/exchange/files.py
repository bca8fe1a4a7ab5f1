"""The public files: their columns, and the rows in them at a moment."""

import csv
import datetime
import io
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from django.utils.translation import override

from blueprint.models import SourceVersion
from blueprint.nouns import decimal_text
from strategies.models import StrategyVersion

from ..assessing import exact_value
from ..comments import comment_for
from ..models import Assessment, IndicatorVersion, Observation, StageVersion, TargetVersion, UnitVersion
from ..models.observation import Kind
from ..notices import Notice, in_pairs, notice_of, replacing
from ..progress import truncate
from ..standings import judge, standings
from . import dictionary

OBSERVATIONS = dictionary.OBSERVATIONS.names
TARGETS = dictionary.TARGETS.names
INDICATORS = dictionary.INDICATORS.names
ASSESSMENTS = dictionary.ASSESSMENTS.names

# A spreadsheet takes a text that begins so for a formula; a quote before it keeps it a text.
FORMULA_STARTS = tuple("=+-@＝＋－＠")


def write(columns: list[str], rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Lines of a CSV file: comma, decimal point, no thousands separators, yes and no."""
    line = io.StringIO()
    writer = csv.writer(line, lineterminator="\r\n")
    for row in chain([columns], ([cell(row[c]) for c in columns] for row in rows)):
        writer.writerow(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return "'" + value if is_guarded(value) else value
    return decimal_text(value) if hasattr(value, "as_tuple") else str(value)


def is_guarded(text: str) -> bool:
    """Whether a quote stands before it in a file: before blanks, before a formula, and before a quote of such a text."""
    bare = text.lstrip("'")
    begins = bare.lstrip()
    return begins.startswith(FORMULA_STARTS) or begins[:1] != bare[:1]


def unguarded(text: str) -> str:
    """A text as it was before it went into a file: without the quote that we put there, and no other."""
    return text[1:] if text.startswith("'") and is_guarded(text[1:]) else text


def published_at(publication: Any) -> str:
    """The moment, or only the date where no more is known of a loaded fact."""
    if publication.precision == "moment":
        return publication.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
    day = publication.published_on.isoformat()
    return {"year": day[:4], "month": day[:7]}.get(publication.precision, day)


def source_urls(number: int) -> dict[str, str]:
    return {s.source_id: s.url for s in SourceVersion.objects.as_at(number, or_first=True)}


def observations(moment: Any, *, code: str | None = None, history: bool = False) -> Iterator[dict[str, Any]]:
    names = {v.indicator_id: v for v in IndicatorVersion.objects.as_at(moment.number, or_first=True)}
    urls = source_urls(moment.number)
    rows = Observation.objects.filter(indicator=code) if code else Observation.objects.all()
    rows = rows.filter(publication__lte=moment.number) if history else rows.as_at(moment.number)
    # Of an indicator that was taken back the figures go with it.
    ordered = rows.filter(indicator__in=names).select_related("publication").defer("publication__leaf")
    ordered = ordered.order_by("indicator", "breakdown", "period", "publication_id")
    notices = notices_by_row(ordered, moment.number, names)
    # A million rows are written as they come.
    for row in ordered.iterator(chunk_size=2000):
        name = names[row.indicator_id]
        yield {
            "indicator": row.indicator_id,
            "indicator_name_en": name.name_en,
            "indicator_name_zh_hant": name.name_zh_hant,
            "indicator_name_zh_hans": name.name_zh_hans,
            "breakdown": row.breakdown,
            "period": row.period,
            "value": row.value,
            "unit": name.unit_id,
            "qualifier": row.qualifier,
            "obs_status": row.status,
            "break_before": row.break_before,
            "kind": row.kind,
            "note": note_with(notices.get(row.pk), comment_for("en", row.comment)),
            "publication": row.publication_id,
            "published_at": published_at(row.publication),
            "source_url": urls.get(row.source, ""),
            # Not a column: how a sheet shows the figure.
            "decimals": name.decimals,
        }


def notices_by_row(rows: Any, number: int, names: dict[str, Any]) -> dict[int, Notice]:
    """{primary key: the notice of what it replaced} of those rows that replaced another."""
    units = {unit.unit_id: unit for unit in UnitVersion.objects.as_at(number, or_first=True)}
    pairs = in_pairs(replacing(list(rows.exclude(kind=Kind.FIRST))))
    return {after.pk: notice_of(before, after, names[after.indicator_id], units) for before, after in pairs}


def note_with(notice: Notice | None, note: str) -> str:
    """The note of a revised figure begins with its notice, in English like all words of the files."""
    if notice is None:
        return note
    with override("en"):
        said = notice.text
    # The reason may be the note itself.
    return said if not note or note == notice.reason else f"{said} {note}"


def targets(moment: Any) -> Iterator[dict[str, Any]]:
    """Every version of every target: none is ever replaced."""
    urls = source_urls(moment.number)
    seen: dict[str, int] = {}
    named = {v.indicator_id: v for v in IndicatorVersion.objects.as_at(moment.number, or_first=True)}
    rows = TargetVersion.objects.filter(publication__lte=moment.number, indicator__in=named)
    rows = rows.select_related("publication")
    for row in rows.defer("publication__leaf").order_by("indicator", "stage", "target", "publication_id"):
        seen[row.target_id] = seen.get(row.target_id, 0) + 1
        yield {
            "indicator": row.indicator_id,
            "stage": row.stage_id,
            "due": row.due,
            "bound": row.bound,
            **promised(row),
            "reason": row.reason,
            "authority": row.authority,
            "version": seen[row.target_id],
            "publication": row.publication_id,
            "published_at": published_at(row.publication),
            "source_url": urls.get(row.source, ""),
            "decimals": named[row.indicator_id].decimals,
        }


def promised(row: TargetVersion) -> dict[str, Any]:
    """What a version promises; the one that takes a target back promises nothing."""
    names = ("value", "text_en", "text_zh_hant", "text_zh_hans")
    return dict.fromkeys(names) if row.withdrawn else {name: getattr(row, name) for name in names}


def indicators(moment: Any, *, history: bool = False) -> Iterator[dict[str, Any]]:
    directions = {
        s.strategy_id: s.direction_id for s in StrategyVersion.objects.as_at(moment.number, or_first=True)
    }
    if history:
        versions = list(
            IndicatorVersion.objects.filter(publication__lte=moment.number).order_by(
                "indicator", "publication_id"
            )
        )
    else:
        versions = [standing.indicator for standing in standings(moment)]
    for row in versions:
        yield {
            "indicator": row.indicator_id,
            "name_en": row.name_en,
            "name_zh_hant": row.name_zh_hant,
            "name_zh_hans": row.name_zh_hans,
            "class": row.indicator_class,
            "unit": row.unit_id,
            "decimals": row.decimals,
            "polarity": row.polarity,
            "frequency": row.frequency,
            "path": row.path,
            "strategy": row.strategy_id,
            "direction": directions.get(row.strategy_id, ""),
            "office": row.office_id,
            "release_month": row.release_month,
            "publication": row.publication_id,
        }


def assessments(moment: Any, *, history: bool = False) -> Iterator[dict[str, Any]]:
    """Those that stand, judged on the moment's day; with ``history`` then the earlier ones, each on its own day."""
    found = standings(moment)
    for standing in found:
        for judgement in standing.judgements:
            yield assessment(judgement, moment.today, standing.indicator.decimals)
    if history:
        yield from earlier_assessments(moment, found)


def earlier_assessments(moment: Any, found: list) -> Iterator[dict[str, Any]]:
    decimals = {standing.code: standing.indicator.decimals for standing in found}
    stand = {(s.code, judgement.row.publication_id) for s in found for judgement in s.judgements}
    stages = {s.stage_id: s for s in StageVersion.objects.as_at(moment.number, or_first=True)}
    rows = Assessment.objects.filter(publication__lte=moment.number, indicator__in=decimals)
    rows = rows.select_related("publication").defer("publication__leaf")
    for row in rows.order_by("indicator", "publication_id", "pk").iterator(chunk_size=2000):
        if (row.indicator_id, row.publication_id) not in stand:
            day = row.publication.published_on
            yield assessment(judge(row, stages, day), day, decimals[row.indicator_id])


def assessment(judgement: Any, day: datetime.date, decimals: int) -> dict[str, Any]:
    row = judgement.row
    return {
        "indicator": row.indicator_id,
        "stage": row.stage_id,
        "due": row.due,
        "version": row.target_version,
        "bound": row.bound,
        "target": row.target_value,
        "baseline_period": row.baseline_period,
        "baseline": row.baseline_value,
        "latest_period": row.latest_period,
        "latest": row.latest_value,
        "qualifier": row.latest_qualifier,
        "share_of_way": four_places(row.share_of_way),
        "share_of_time": four_places(row.share_of_time),
        "ratio": judgement.ratio,
        "reading": judgement.standing.reading or row.reading,
        "status": judgement.status,
        "caveats": " ".join(row.caveats),
        "method": row.method,
        "publication": row.publication_id,
        "as_at": day.isoformat(),
        "decimals": decimals,
    }


def four_places(exact: str) -> Any:
    value = exact_value(exact)
    return None if value is None else truncate(value, 4)


# Every table's rows, by its name.
ROWS = {
    "observations": observations,
    "targets": lambda moment, *, history=False: targets(moment),
    "assessments": assessments,
    "indicators": indicators,
}
