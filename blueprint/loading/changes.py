"""From a plan's items to changes of public nouns: which field becomes which column."""

from collections.abc import Iterator
from typing import Any

from blueprint.nouns import Change
from blueprint.wording import wording_of

from .figure_checks import in_places, publication_order
from .kinds import LANGUAGES, Record
from .schema import Files

DEFAULT_PLAN_CODE = "plan"


def in_languages(column: str, said: dict[str, str] | None) -> dict[str, str]:
    return {f"{column}_{language}": (said or {}).get(language, "") for language in LANGUAGES}


def own_words(record: Record) -> dict[str, list]:
    return {"unofficial": record["unofficial_translation"] or [], **sources(record)}


def sources(record: Record) -> dict[str, list]:
    return {"sources": record["sources"] or []}


# --- the plan's own content ------------------------------------------------------------------------------


def plan_change(files: Files) -> Change:
    plan, caution = files.one("plan"), next(files.each("caution"), {})
    return Change.of(
        "plan",
        plan=plan["code"] or DEFAULT_PLAN_CODE,
        **in_languages("title", plan["title"]),
        **in_languages("vision", plan["vision"]),
        **in_languages("mission", plan["mission"]),
        **in_languages("caution", caution.get("text")),
        caution_source=caution.get("source") or "",
        publisher=plan["publisher"],
        published_on=plan["published_on"],
        **own_words(plan),
    )


def direction_changes(files: Files) -> Iterator[Change]:
    for direction in files.each("directions"):
        yield Change.of(
            "direction",
            direction=str(direction["number"]),
            number=direction["number"],
            **in_languages("text", direction["text"]),
            **own_words(direction),
        )


def strategy_changes(files: Files) -> Iterator[Change]:
    for strategy in files.each("strategies"):
        code = str(strategy["number"])
        yield Change.of(
            "strategy",
            strategy=code,
            number=strategy["number"],
            direction=str(strategy["direction"]),
            direction_mapping=strategy["direction_mapping"] or "",
            **in_languages("text", strategy["text"]),
            **own_words(strategy),
        )
        for measure in strategy["measures"] or []:
            yield Change.of(
                "measure",
                measure=measure["code"],
                strategy=code,
                kind=measure["kind"] or "",
                **in_languages("text", measure["text"]),
                **in_languages("note", measure["note"]),
                **own_words(measure),
            )


def statement_changes(files: Files) -> Iterator[Change]:
    counts: dict[int, int] = {}
    for statement in files.each("statements"):
        year = statement["stage"]
        counts[year] = counts.get(year, 0) + 1
        yield Change.of(
            "stagestatement",
            stage_statement=f"{year}.{counts[year]}",
            year=year,
            **in_languages("text", statement["text"]),
            strategies=statement["strategies"] or [],
            mapping=statement["mapping"] or "",
            **own_words(statement),
        )


def unit_changes(files: Files) -> Iterator[Change]:
    for unit in files.each("units"):
        yield Change.of(
            "unit",
            unit=unit["code"],
            kind=unit["kind"] or "any",
            **in_languages("name", {name: unit[name] or "" for name in LANGUAGES}),
            **in_languages("pattern", unit["pattern"]),
        )


def stage_changes(files: Files) -> Iterator[Change]:
    for number, stage in enumerate(files.each("stages"), start=1):
        yield Change.of(
            "stage",
            stage=stage["code"],
            number=number,
            year=stage["year"],
            expected=stage["expected"],
            **in_languages("name", stage["name"]),
        )


# --- offices, indicators, initiatives, sources -----------------------------------------------------------


def office_changes(files: Files) -> Iterator[Change]:
    for office in files.each("offices"):
        yield Change.of(
            "office",
            office=office["code"],
            **in_languages("name", office["text"]),
            **in_languages("role", office["role"]),
            succeeded_by=office["succeeded_by"],
            **own_words(office),
        )


def indicator_change(indicator: Record) -> Change:
    texts: dict[str, str] = {}
    for name in ("name", "short_name", "definition", "note"):
        texts |= in_languages(name, indicator[name])
    plain = {
        name: indicator[name]
        for name in (
            "unit",
            "decimals",
            "lowest",
            "highest",
            "polarity",
            "frequency",
            "office",
            "release_month",
        )
    }
    return Change.of(
        "indicator",
        indicator=indicator["code"],
        indicator_class=indicator["class"],
        strategy=str(indicator["strategy"]),
        source_agency=indicator["source_agency"] or "",
        cumulative=bool(indicator["cumulative"]),
        disaggregation=disaggregation(indicator["disaggregation"]),
        **({"path": indicator["path"]} if indicator["path"] else {}),
        **plain,
        **texts,
        **own_words(indicator),
    )


def disaggregation(found: Record | None) -> dict[str, Any]:
    if not found:
        return {}
    categories = [{"code": item["code"], "name": item["name"]} for item in found["categories"]]
    return {"dimension": found["dimension"], "name": found["name"], "categories": categories}


def initiative_changes(files: Files) -> Iterator[Change]:
    for initiative in files.each("initiatives"):
        code = initiative["code"]
        yield Change.of(
            "initiative",
            initiative=code,
            **in_languages("name", initiative["text"]),
            strategy=str(initiative["strategy"]),
            office=initiative["office"],
            amount_hkd=initiative["amount_hkd"],
            state=initiative["state"],
            **in_languages("note", initiative["note"]),
            **own_words(initiative),
        )
        for number, milestone in enumerate(initiative["milestones"] or [], start=1):
            yield Change.of(
                "milestone",
                milestone=f"{code}.{number}",
                initiative=code,
                due=milestone["date"].code,
                due_end=milestone["date"].end,
                **in_languages("title", milestone["title"]),
                state=milestone["state"],
                source_url=milestone["source"] or "",
            )


def source_changes(files: Files) -> Iterator[Change]:
    for source in files.each("sources"):
        yield Change.of(
            "source",
            source=source["id"],
            title=source["title"],
            url=source["url"] or "",
            published=source["published"].code if source["published"] else "",
        )


def changed_rows(files: Files) -> Iterator[tuple[Record, Change]]:
    """Each row of a figure or a target with its change: the last for a thing is the one that stands."""
    titles = source_titles(files)
    for row in sorted(files.each("observations"), key=publication_order):
        yield row, observation_change(row)
    for indicator in files.each("indicators"):
        yield from target_changes(indicator, titles)
        yield from words_changes(indicator)


def source_titles(files: Files) -> dict[str, str]:
    return {source["id"]: source["title"] for source in files.each("sources")}


# --- figures and targets ---------------------------------------------------------------------------------


def observation_change(row: Record) -> Change:
    return Change.of(
        "observation",
        indicator=row["indicator"],
        breakdown=row["breakdown"],
        period=row["period"].code,
        value=row["value"],
        qualifier=row["qualifier"],
        status=row["obs_status"],
        break_before=row["break_before"],
        kind=row["kind"],
        reason=row["reason"] or revision_reason(row),
        note_en=row["note"] or "",
        source=row["source"] or "",
    )


def revision_reason(row: Record) -> str:
    """Of a figure that a source published anew without saying why, its own remark, or that it did."""
    return "" if row["kind"] == "first" else row["note"] or "Published anew by its source."


def baseline_change(indicator: Record) -> Change:
    baseline = indicator["baseline"]
    return Change.of(
        "baseline",
        indicator=indicator["code"],
        period=baseline["period"].code,
        value=baseline["value"],
        source=baseline["source"] or "",
    )


def target_changes(indicator: Record, titles: dict[str, str]) -> Iterator[tuple[Record, Change]]:
    """Each target with its row. Of one stage, rows of one date are several targets; a row of a later date is
    a version of the target in the same place, and must say why and on whose authority."""
    for row, place, later in in_places(indicator["targets"] or []):
        code = f"{indicator['code']}.{row['stage']}.{place}"
        yield row, target_change(indicator, row, code, later=later, titles=titles)


def target_change(
    indicator: Record, row: Record, code: str, *, later: bool, titles: dict[str, str]
) -> Change:
    note = wording_of(
        {name: (indicator["note"] or {}).get(name, "") for name in LANGUAGES}, language="en"
    ).text
    return Change.of(
        "target",
        target=code,
        indicator=indicator["code"],
        stage=row["stage"],
        due=row["due"].code,
        bound=row["bound"],
        value=row["value"],
        reason=row["reason"] or (note if later else ""),
        authority=row["authority"] or (titles.get(row["source"], "")[:300] if later else ""),
        decided_on=row["decided_on"] or (row["published_on"] if later else None),
        source=row["source"] or "",
    )


def words_changes(indicator: Record) -> Iterator[tuple[Record, Change]]:
    counts: dict[str, int] = {}
    for row in indicator["qualitative_targets"] or []:
        stage = row["stage"]
        counts[stage] = counts.get(stage, 0) + 1
        change = Change.of(
            "target",
            target=f"{indicator['code']}.{stage}.words.{counts[stage]}",
            indicator=indicator["code"],
            stage=stage,
            due=row["due"].code,
            **in_languages("text", row["text"]),
            reason=row["reason"] or "",
            authority=row["authority"] or "",
            decided_on=row["decided_on"],
            source=row["source"] or "",
        )
        yield row, change
