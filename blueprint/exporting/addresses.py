"""Which addresses are part of an archive, and the file that each becomes. Plain values, no Django."""

import hashlib
import mimetypes
import posixpath
import re
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

LANGUAGES = ("en", "zh-hant", "zh-hans")
# What answers a question of the reader, or takes something in, is asked of the living site.
LIVING = re.compile(
    r"/(accounts|admin|demo|api|\.well-known|livez|readyz|metrics|ledger/proof|ledger/consistency"
    rf"|({'|'.join(LANGUAGES)})/(desk|room|search|report|compare|publications/subscribe))(/|$)"
)
# Parameters of links that pages offer, of which there are finitely many.
FINITE = frozenset(
    [
        "page",
        "history",
        "sort",
        "order",
        "kind",
        "year",
        "month",
        "direction",
        "strategy",
        "office",
        "status",
        "stage",
        "class",
        "frequency",
        "state",
        "language",
        "indicator",
    ]
)
LONGEST_NAME = 120
# What the standard tables of media types lack or name otherwise.
SUFFIXES = {
    "text/html": ".html",
    "text/plain": ".txt",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "text/xml": ".xml",
    "application/xml": ".xml",
    "application/atom+xml": ".xml",
    "application/json": ".json",
    "application/ld+json": ".jsonld",
    "image/svg+xml": ".svg",
}


@dataclass(frozen=True, order=True)
class Address:
    """A page or file of the site: its path as people read it, and its parameters in one order."""

    path: str
    query: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, link: str, *, seen_on: str = "/") -> "Address | None":
        """Where a link on a page leads to on this site; None for a link to elsewhere or within the page."""
        if not link or link.startswith("#") or urlsplit(link).scheme or link.startswith("//"):
            return None
        parts = urlsplit(urljoin(seen_on, link))
        return cls(unquote(parts.path), tuple(sorted(parse_qsl(parts.query, keep_blank_values=True))))

    def __str__(self) -> str:
        return quote(self.path) + (f"?{urlencode(self.query)}" if self.query else "")

    @property
    def archived(self) -> bool:
        """Whether it is part of an archive, which stands at one moment and answers no questions."""
        return not LIVING.match(self.path) and all(name in FINITE for name, _value in self.query)

    @property
    def language(self) -> str:
        first = self.path.split("/")[1]
        return first if first in LANGUAGES else "en"

    def file(self, media_type: str) -> str:
        """Its file's name below the archive's root: folders with index.html for pages, its own name for a file."""
        path = self.path.removeprefix("/")
        if media_type == "text/html":
            path = path if path.endswith((".html", "/")) or not path else f"{path}/"
            stem, suffix = (
                (path.removesuffix(".html"), ".html")
                if path.endswith(".html")
                else (
                    f"{path}index",
                    ".html",
                )
            )
        else:
            stem, suffix = posixpath.splitext(path.removesuffix("/"))
            suffix = suffix or suffix_of(media_type)
        return f"{stem}{encoded(self.query)}{suffix}"


def suffix_of(media_type: str) -> str:
    return SUFFIXES.get(media_type) or mimetypes.guess_extension(media_type) or ".bin"


def encoded(query: tuple[tuple[str, str], ...]) -> str:
    """Parameters as a part of a file's name: .page-2, with ~ and hex for every character but letters and digits."""
    said = "".join(f".{plain(name)}-{plain(value)}" for name, value in query)
    if len(said) > LONGEST_NAME:
        return f".{hashlib.sha256(said.encode()).hexdigest()[:32]}"
    return said


def plain(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9]", lambda found: "".join(f"~{byte:02x}" for byte in found[0].encode()), text)


def relative(target: str, *, seen_in: str) -> str:
    """The link from one file of the archive to another: the same on every server, and without one."""
    return quote(posixpath.relpath(target, posixpath.dirname(seen_in) or "."))
