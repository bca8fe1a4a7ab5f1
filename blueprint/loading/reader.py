"""From bytes to text with its lines. Everything is read as text: what it means is the schema's to say.

YAML is read from its events, so nothing guesses types, nothing is constructed, and depth costs no stack.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeAlias

import yaml

MOST_BYTES = 4_000_000
MOST_DEPTH = 12
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
EMPTY_WORDS = ("", "~", "null", "Null", "NULL")
# What no text should hold and some databases refuse: control characters and halves of characters.
STRANGE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

Report = Callable[[int, str], None]


@dataclass(frozen=True, order=True)
class Fault:
    file: str
    line: int
    field: str
    text: str

    def __str__(self) -> str:
        return ": ".join(filter(None, (f"{self.file}:{self.line}", self.field, self.text)))


class Unreadable(Exception):
    """The file as a whole cannot be read; its faults say why."""

    def __init__(self, line: int, text: str):
        super().__init__(text)
        self.line, self.text = line, text


@dataclass
class Scalar:
    text: str
    line: int


@dataclass
class Listing:
    line: int
    items: list["Node"] = field(default_factory=list)


@dataclass
class Mapping:
    line: int
    items: dict[str, "Node"] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


Node: TypeAlias = Scalar | Listing | Mapping


def read_bytes(path: Path) -> bytes:
    if path.exists() and not path.is_file():
        raise Unreadable(1, "is not a file. Put the file itself there.")
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unreadable(
            1, f"cannot be opened ({error.strerror}). Put the file there and let it be read."
        ) from None
    if len(content) > MOST_BYTES:
        raise Unreadable(1, f"is larger than {MOST_BYTES:,} bytes. Split the plan or shorten its texts.")
    return content


def read_text(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(line, "is not UTF-8. Save the file as UTF-8.") from None
    check_characters(text, first_line=1)
    return text


def check_characters(text: str, *, first_line: int) -> None:
    if strange := STRANGE.search(text):
        line = first_line + text.count("\n", 0, strange.start())
        raise Unreadable(line, f"holds the control character U+{ord(strange.group()):04X}. Take it away.")


def clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).strip()


# --- YAML ------------------------------------------------------------------------------------------------


def read_yaml(content: bytes, report: Report) -> Node:
    text = read_text(content)
    try:
        return YamlTree(report).build(yaml.parse(text, Loader=LOADER))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise Unreadable(line, f"is not YAML: {error.problem or error.context}. Mend this line.") from None
    except yaml.YAMLError as error:
        raise Unreadable(1, f"is not YAML: {str(error).splitlines()[0]}. Mend it.") from None


class YamlTree:
    """Puts nodes together from events: where an event belongs is on a stack of open mappings and lists."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.root: Node | None = None
        self.open: list[Listing | Mapping] = []
        self.keys: list[str | None] = []

    def build(self, events: Iterator[yaml.Event]) -> Node:
        documents = 0
        for event in events:
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise Unreadable(event.start_mark.line + 1, "holds a second document. Take “---” away.")
            self.take(event)
        if self.root is None:
            raise Unreadable(1, "is empty. Write the file's fields into it.")
        return self.root

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.CollectionEndEvent):
            self.open.pop()
            self.keys.pop()
        elif isinstance(event, yaml.NodeEvent):
            line = event.start_mark.line + 1
            if wrong := indirection(event):
                self.report(line, wrong)
            self.put(node_of(event, line))

    def put(self, node: Node) -> None:
        parent = self.open[-1] if self.open else None
        if isinstance(parent, Mapping) and self.keys[-1] is None:
            self.keys[-1] = self.new_key(parent, node)
            return
        if parent is None:
            self.root = node
        elif isinstance(parent, Listing):
            parent.items.append(node)
        else:
            parent.items[self.keys[-1]] = node
            self.keys[-1] = None
        if not isinstance(node, Scalar):
            self.go_into(node)

    def go_into(self, node: Listing | Mapping) -> None:
        self.open.append(node)
        self.keys.append(None)
        if len(self.open) > MOST_DEPTH:
            raise Unreadable(node.line, f"is nested deeper than {MOST_DEPTH} levels. Flatten it.")

    def new_key(self, mapping: Mapping, node: Node) -> str:
        if not isinstance(node, Scalar):
            raise Unreadable(node.line, "has a list or mapping where a field's name belongs. Write a name.")
        if node.text in mapping.lines:
            first = mapping.lines[node.text]
            self.report(node.line, f"“{node.text}” stands twice (first in line {first}). Keep one.")
        mapping.lines[node.text] = node.line
        return node.text


def indirection(event: yaml.NodeEvent) -> str:
    """What is wrong with a node that points elsewhere or says its own type: files are plain text."""
    if isinstance(event, yaml.AliasEvent) or event.anchor:
        return "holds an anchor or alias (& or *). Write the text out, or put it in quotes."
    if event.tag:
        return "holds a tag (!). Take it away, or put the text in quotes."
    return ""


def node_of(event: yaml.NodeEvent, line: int) -> Node:
    if isinstance(event, yaml.MappingStartEvent):
        return Mapping(line)
    if isinstance(event, yaml.SequenceStartEvent):
        return Listing(line)
    # An alias has no value. A plain scalar's style is None by the Python parser, "" by the C parser.
    value = getattr(event, "value", "")
    if not getattr(event, "style", None) and value in EMPTY_WORDS:
        return Scalar("", line)
    check_characters(value, first_line=line)
    return Scalar(clean(value), line)


# --- CSV -------------------------------------------------------------------------------------------------


def read_csv(content: bytes, report: Report, *, needed: set[str], known: set[str]) -> Listing:
    text = read_text(content)
    lines = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = [clean(name) for name in next(lines, [])]
        check_header(header, needed=needed, known=known)
        return Listing(1, list(csv_rows(lines, header, report)))
    except csv.Error as error:
        raise Unreadable(
            max(lines.line_num, 1), f"is not CSV: {error}. Check the quotes of this row."
        ) from None


def check_header(header: list[str], *, needed: set[str], known: set[str]) -> None:
    faults = {
        "twice": sorted({name for name in header if header.count(name) > 1}),
        "missing": sorted(needed - set(header)),
        "unknown": sorted(set(header) - known),
    }
    said = [f"{word}: {', '.join(names) or '(blank)'}" for word, names in faults.items() if names]
    if said:
        raise Unreadable(1, f"the header's columns are not right ({'; '.join(said)}). Mend the first line.")


def csv_rows(lines: Any, header: list[str], report: Report) -> Iterator[Mapping]:
    start = lines.line_num + 1
    for cells in lines:
        if len(cells) == len(header):
            items = {name: Scalar(clean(cell), start) for name, cell in zip(header, cells, strict=True)}
            yield Mapping(start, items, dict.fromkeys(header, start))
        elif cells:
            report(start, f"has {len(cells)} cells where the header has {len(header)}. Mend the row.")
        start = lines.line_num + 1
