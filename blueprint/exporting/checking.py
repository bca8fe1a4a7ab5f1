"""The proof that an archive hangs together: every link leads to a file that is there, or to the living site."""

import posixpath
from collections.abc import Iterator
from html.parser import HTMLParser
from urllib.parse import unquote, urlsplit

from .folder import Folder, files_in
from .rewriting import LINKING, style_links

ELSEWHERE = ("http", "https", "mailto", "tel", "data")


class _Links(HTMLParser):
    """Reads a finished page for itself, so that a slip in the rewriting is not made twice."""

    def __init__(self):
        super().__init__()
        self.links: list[str] = []
        self.forms = 0

    def handle_starttag(self, tag, attributes):
        self.forms += tag == "form"
        for name, value in attributes:
            if name == "srcset":
                self.links += [part.split()[0] for part in (value or "").split(",")]
            elif name in LINKING:
                self.links.append(value or "")


def faults(folder: Folder) -> Iterator[str]:
    """What is wrong with the pages and style sheets of an archive, in words that name file and link."""
    names = set(files_in(folder.part))
    for name in sorted(names):
        if name.endswith(".html"):
            page = _Links()
            page.feed(folder.read(name).decode())
            if page.forms:
                yield f"{name}: a form is left"
            yield from broken(name, page.links, names)
        elif name.endswith(".css"):
            yield from broken(name, style_links(folder.read(name).decode()), names)


def broken(name: str, links: list[str], names: set[str]) -> Iterator[str]:
    for link in links:
        parts = urlsplit(link)
        if parts.scheme in ELSEWHERE or not (parts.scheme or parts.netloc or parts.path or parts.query):
            continue
        file = posixpath.normpath(posixpath.join(posixpath.dirname(name), unquote(parts.path)))
        if parts.scheme or parts.netloc or parts.query or link.startswith("/") or file not in names:
            yield f"{name}: {link} leads nowhere"
