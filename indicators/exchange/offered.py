"""Every file that can be had of the whole plan: what addresses, the data page, the catalogue and the checksums go by."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext_lazy as _

from blueprint.moment import Moment

from ..evidence.keeping import public_files
from ..evidence.names import saved_as
from . import documents, files, sheets, stratml
from .about import Edition
from .dictionary import OBSERVATIONS, TABLES, Table
from .sdmx import data, structure

Pieces = Iterable[str | bytes]
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True)
class Offer:
    """A file below /data/. ``make`` is given an edition and writes it in pieces; None where there is nothing to write.

    ``group`` is the heading it stands under on the data page. ``summed``: whether the checksums name it.
    """

    path: str
    media: str
    group: str
    holds: Any
    make: Callable[[Edition], Pieces | None]
    table: Table = OBSERVATIONS
    has_history: bool = False
    summed: bool = True

    @property
    def address(self) -> str:
        return f"/data/{self.path}"

    @property
    def form(self) -> str:
        """What the link to it says: CSV, JSON, XLSX, XML."""
        return self.path.rpartition(".")[2].upper()

    def saved_as(self, edition: Edition) -> str:
        """observations.93.csv: a file that was kept says what it is of."""
        stem, _dot, ending = self.path.replace("/", "-").partition(".")
        return f"{edition.stem_of(stem)}.{ending}"


def rows_of(edition: Edition) -> Iterator[dict[str, Any]]:
    chosen = {"code": edition.code} if edition.code else {}
    return files.ROWS[edition.table.name](edition.moment, history=edition.history, **chosen)


WRITERS: dict[str, Callable[[Edition], Pieces]] = {
    "csv": lambda edition: files.write(edition.table.names, rows_of(edition)),
    "json": lambda edition: documents.write(edition, rows_of(edition)),
    "xlsx": lambda edition: sheets.write(edition, rows_of(edition)),
}


def in_each_form(table: Table) -> Iterator[Offer]:
    """How a workbook is packed depends on libraries, so that its bytes are not promised."""
    for ending, make in WRITERS.items():
        yield Offer(
            f"{table.name}.{ending}", MEDIA[ending], table.name, table.holds, make, table,
            has_history=True, summed=ending != "xlsx",
        )  # fmt: skip


def plan_in(part: stratml.Part, edition: Edition) -> Pieces | None:
    content = stratml.document(part, edition.moment)
    return None if content is None else [content]


OFFERS = (
    *(offer for table in TABLES for offer in in_each_form(table)),
    Offer(
        "sdmx/structure.xml",
        "application/vnd.sdmx.structure+xml;version=2.1",
        "SDMX",
        _("Code lists, concepts and the data structure, with names in three languages (SDMX-ML 2.1)."),
        lambda edition: [structure.structure(edition.moment)],
    ),
    Offer(
        "sdmx/data.xml",
        "application/vnd.sdmx.structurespecificdata+xml;version=2.1",
        "SDMX",
        _("Every current figure (SDMX-ML 2.1, structure-specific)."),
        lambda edition: data.message(edition.moment, rows_of(edition)),
    ),
    Offer(
        "sdmx/data.csv",
        "application/vnd.sdmx.data+csv;version=2.0.0",
        "SDMX",
        _("Every current figure (SDMX-CSV 2.0)."),
        lambda edition: data.table(rows_of(edition)),
    ),
    Offer(
        "blueprint.stratml.xml",
        "application/xml",
        "StratML",
        _("The plan itself: vision, mission, directions and strategies (StratML Part 1, ISO 17469-1)."),
        partial(plan_in, stratml.PART_1),
    ),
    Offer(
        "performance.stratml.xml",
        "application/xml",
        "StratML",
        _("The same with each indicator's targets and results (StratML Part 2)."),
        partial(plan_in, stratml.PART_2),
    ),
)


def checksums(moment: Moment) -> Iterator[str]:
    """Lines for sha256sum --check, of the files under the names that they are saved under."""
    yield f"# SHA-256 of the files as at publication {moment.number}\n"
    for offer in OFFERS:
        edition = Edition(offer.table, moment)
        pieces = offer.make(edition) if offer.summed else None
        if pieces is not None:
            yield f"{digest(pieces)}  {offer.saved_as(edition)}\n"
    for sha256, name in public_files(moment.number):
        yield f"{sha256}  {saved_as(name, sha256)}\n"


def digest(pieces: Pieces) -> str:
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece.encode() if isinstance(piece, str) else piece)
    return found.hexdigest()
