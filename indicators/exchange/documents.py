"""The public files as JSON: one object with what the file says of itself, its columns and its rows, written as it comes.

Figures are strings in their exact spelling, since a JSON number would be read as a binary fraction; what is empty is
null; yes and no are true and false. Texts are as they are, with nothing put before them.
"""

import json
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Any

from blueprint.nouns import decimal_text

from .about import Edition
from .dictionary import in_languages


def write(edition: Edition, rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """A JSON document in pieces, one row a line."""
    head = edition.facts("json") | {
        "columns": [
            {"name": column.name, "type": str(column.kind), "description": in_languages(column.explained)}
            for column in edition.table.columns
        ]
    }
    opening = json.dumps(head, ensure_ascii=False, indent=1)
    yield f'{opening.removesuffix("}").rstrip()},\n "rows": ['
    before = "\n"
    for row in rows:
        said = {name: value_of(row[name]) for name in edition.table.names}
        yield before + json.dumps(said, ensure_ascii=False, separators=(",", ":"))
        before = ",\n"
    yield "\n]}\n"


def value_of(value: Any) -> Any:
    if isinstance(value, Decimal):
        return decimal_text(value)
    return None if value == "" else value
