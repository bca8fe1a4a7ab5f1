"""What the files of a plan hold: one table of fields a file. fixtures/README.md says it to people."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from indicators.periods import Kind as PeriodKind

from .kinds import (
    LANGUAGES,
    Kind,
    Record,
    Shape,
    Where,
    address,
    choice,
    choices,
    code,
    day,
    figure,
    listing,
    most,
    optional,
    part,
    period,
    text,
    texts,
    whole,
    year,
    yes_or_no,
)
from .reader import Fault, Unreadable, read_bytes, read_csv, read_yaml

SPAN = period(PeriodKind.DAY, PeriodKind.MONTH, PeriodKind.ANNUAL)
NUMBER = whole(1, 999)
OWN_WORDS = {"unofficial_translation": optional(listing(choice(*LANGUAGES)))}
SOURCES = {"sources": optional(listing(code()))}
# When a fact was made public at its source. Without a date it is published on the day of loading.
PUBLISHED = {"published_on": optional(day), "published_precision": optional(choice("day", "month", "year"))}
# What a changed target must say of itself, unless its indicator's note, its source and its date say it.
CHANGED = {
    "reason": optional(text()),
    "authority": optional(text(most("target", "authority"))),
    "decided_on": optional(day),
}

MEASURE = Shape(
    code=code(),
    text=texts(),
    kind=optional(text(most("measure", "kind"))),
    note=optional(texts()),
    **OWN_WORDS,
    **SOURCES,
)
STRATEGY = Shape(
    number=NUMBER,
    direction=NUMBER,
    text=texts(),
    direction_mapping=optional(text(most("strategy", "direction_mapping"))),
    measures=optional(listing(MEASURE)),
    **OWN_WORDS,
    **SOURCES,
)
STATEMENT = Shape(
    stage=year(),
    text=texts(),
    strategies=optional(listing(NUMBER)),
    mapping=optional(text(most("stagestatement", "mapping"))),
    **OWN_WORDS,
    **SOURCES,
)
PLAN = Shape(
    code=optional(code()),
    title=texts(most("plan", "title_en")),
    publisher=code(),
    published_on=day,
    pages=optional(whole()),
    structure=optional(
        Shape(**dict.fromkeys(["directions", "strategies", "targets", "recommendations"], optional(whole())))
    ),
    vision=optional(texts()),
    mission=optional(texts()),
    directions=listing(Shape(number=NUMBER, text=texts(), **OWN_WORDS, **SOURCES)),
    strategies=listing(STRATEGY),
    stage_statements=optional(listing(STATEMENT)),
    **OWN_WORDS,
    **SOURCES,
)
OFFICE = Shape(
    code=code(),
    text=texts(most("office", "name_en")),
    role=optional(texts()),
    succeeded_by=optional(code()),
    **OWN_WORDS,
    **SOURCES,
)
UNIT_TEXT = {name: optional(text(most("unit", f"name_{name}"))) for name in LANGUAGES}
UNIT = Shape(
    code=text(80),
    kind=optional(choices("unit", "kind")),
    pattern=optional(texts(most("unit", "pattern_en"))),
    **UNIT_TEXT,
)
STAGE = Shape(code=part(20), year=optional(year()), expected=yes_or_no, name=texts(most("stage", "name_en")))
BASELINE = Shape(period=period(), value=figure, source=optional(code()), **PUBLISHED)
TARGET = Shape(
    stage=part(20),
    due=period(),
    value=figure,
    bound=choices("target", "bound"),
    **CHANGED,
    source=optional(code()),
    **PUBLISHED,
)
WORDS = Shape(stage=part(20), due=period(), text=texts(), **CHANGED, source=optional(code()), **PUBLISHED)
CATEGORY = Shape(code=code(), name=texts())
INDICATOR = Shape(
    code=part(),
    name=texts(most("indicator", "name_en")),
    short_name=texts(most("indicator", "short_name_en")),
    class_=choices("indicator", "indicator_class"),
    definition=optional(texts()),
    unit=text(80),
    decimals=whole(0, 4),
    polarity=choices("indicator", "polarity"),
    strategy=NUMBER,
    office=code(),
    source_agency=optional(text(most("indicator", "source_agency"))),
    frequency=choices("indicator", "frequency"),
    path=optional(choices("indicator", "path")),
    release_month=optional(whole(1, 12)),
    lowest=optional(figure),
    highest=optional(figure),
    cumulative=optional(yes_or_no),
    baseline=optional(BASELINE),
    targets=optional(listing(TARGET)),
    qualitative_targets=optional(listing(WORDS)),
    note=optional(texts()),
    disaggregation=optional(Shape(dimension=code(), name=texts(), categories=listing(CATEGORY))),
    **OWN_WORDS,
    **SOURCES,
)
INDICATORS = Shape(
    units=listing(UNIT),
    stages=listing(STAGE),
    caution=optional(Shape(text=texts(), source=optional(code()))),
    indicators=listing(INDICATOR),
)
OBSERVATION = Shape(
    indicator=code(),
    breakdown=code(),
    period=period(),
    value=optional(figure),
    qualifier=choices("observation", "qualifier"),
    obs_status=choices("observation", "status"),
    break_before=yes_or_no,
    kind=choices("observation", "kind"),
    reason=optional(text()),
    note=optional(text()),
    source=optional(code()),
    **PUBLISHED,
)
MILESTONE = Shape(date=SPAN, title=texts(), state=choices("milestone", "state"), source=optional(address))
INITIATIVE = Shape(
    code=code(),
    text=texts(most("initiative", "name_en")),
    strategy=NUMBER,
    office=code(),
    amount_hkd=optional(whole()),
    state=choices("initiative", "state"),
    milestones=optional(listing(MILESTONE)),
    note=optional(texts()),
    **OWN_WORDS,
    **SOURCES,
)
SEAT = Shape(post=optional(texts(most("seat", "post_en"))), name=optional(texts(most("seat", "holder_en"))))
COMMITTEE = Shape(
    abbreviation=code(),
    name=texts(most("committee", "name_en")),
    established_on=day,
    terms_of_reference=Shape(
        **{name: optional(text()) for name in LANGUAGES},
        wording=optional(text(most("committee", "terms_wording"))),
    ),
    replaces=optional(texts(most("committee", "replaces_en"))),
    term_years=optional(whole(1, 99)),
    terms=optional(listing(Shape(number=NUMBER, starts_on=day, ends_on=day))),
    chair=SEAT,
    ex_officio_members=optional(listing(SEAT)),
    non_official_members=optional(listing(SEAT)),
    membership_as_at=day,
    meetings=optional(
        listing(Shape(number=NUMBER, held_on=day, agenda=optional(listing(texts())), **SOURCES))
    ),
    **OWN_WORDS,
    **SOURCES,
)
SOURCE = Shape(
    id=code(), title=text(most("source", "title")), url=optional(address), published=optional(SPAN)
)

FILES: Mapping[str, Kind] = {
    "blueprint.yaml": PLAN,
    "offices.yaml": listing(OFFICE),
    "indicators.yaml": INDICATORS,
    "observations.csv": OBSERVATION,
    "initiatives.yaml": listing(INITIATIVE),
    "committee.yaml": COMMITTEE,
    "sources.csv": SOURCE,
}

# Each collection of items: its file, and the fields that lead to it.
COLLECTIONS = {
    "plan": ("blueprint.yaml",),
    "structure": ("blueprint.yaml", "structure"),
    "directions": ("blueprint.yaml", "directions"),
    "strategies": ("blueprint.yaml", "strategies"),
    "measures": ("blueprint.yaml", "strategies", "measures"),
    "statements": ("blueprint.yaml", "stage_statements"),
    "offices": ("offices.yaml",),
    "units": ("indicators.yaml", "units"),
    "stages": ("indicators.yaml", "stages"),
    "caution": ("indicators.yaml", "caution"),
    "indicators": ("indicators.yaml", "indicators"),
    "baselines": ("indicators.yaml", "indicators", "baseline"),
    "targets": ("indicators.yaml", "indicators", "targets"),
    "words": ("indicators.yaml", "indicators", "qualitative_targets"),
    "disaggregations": ("indicators.yaml", "indicators", "disaggregation"),
    "observations": ("observations.csv",),
    "initiatives": ("initiatives.yaml",),
    "milestones": ("initiatives.yaml", "milestones"),
    "committee": ("committee.yaml",),
    "terms": ("committee.yaml", "terms"),
    "chair": ("committee.yaml", "chair"),
    "ex_officio_members": ("committee.yaml", "ex_officio_members"),
    "non_official_members": ("committee.yaml", "non_official_members"),
    "meetings": ("committee.yaml", "meetings"),
    "sources": ("sources.csv",),
}


class Files:
    """The contents of a plan's files, each as its table above says. None for a file that cannot be read."""

    def __init__(self, contents: Mapping[str, Any]):
        self.contents = contents

    def each(self, collection: str) -> Iterator[Record]:
        file, *fields = COLLECTIONS[collection]
        found = in_list(self.contents[file])
        for name in fields:
            found = [item for record in found for item in in_list(record[name])]
        yield from found

    def one(self, collection: str) -> Record:
        return next(self.each(collection))

    def holds(self, collection: str) -> bool:
        """Whether the collection could be read, so that what refers to it can be looked up."""
        file, *fields = COLLECTIONS[collection]
        content = self.contents[file]
        return content is not None and (not fields or content[fields[0]] is not None)


def in_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def read_folder(folder: Path) -> tuple[Files, list[Fault]]:
    faults: list[Fault] = []
    contents = {name: read_file(name, folder / name, faults) for name in FILES}
    return Files(contents), faults


def read_file(name: str, path: Path, faults: list[Fault]) -> Any:
    try:
        return read_content(name, read_bytes(path), faults)
    except Unreadable as fault:
        faults.append(Fault(name, fault.line, "", fault.text))
        return None


def read_content(name: str, content: bytes, faults: list[Fault]) -> Any:
    def report(line: int, said: str) -> None:
        faults.append(Fault(name, line, "", said))

    kind = FILES[name]
    if isinstance(kind, Shape) and name.endswith(".csv"):
        node = read_csv(content, report, needed=kind.needed, known=set(kind.fields))
        rows = [kind(row, Where(name, row.line, "", faults)) for row in node.items]
        return [row for row in rows if row is not None]
    node = read_yaml(content, report)
    return kind(node, Where(name, node.line, "", faults))
