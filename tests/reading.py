"""Reading answers as their reader would: CSV rows, and the parts of a page by their names."""

import csv
import io
from html.parser import HTMLParser

from python_calamine import CalamineWorkbook

LANGUAGES = ("en", "zh-hant", "zh-hans")
# As the pages themselves give it.
LANGUAGE_TAGS = {"en": "en", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans"}


def rows(response) -> list[dict]:
    return list(csv.DictReader(io.StringIO(content(response).decode())))


def sheet(response, name=None) -> list[list]:
    """Typed rows of a workbook's first sheet, or of the one named."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(content(response)))
    return book.get_sheet_by_name(name or book.sheet_names[0]).to_python()


def content(response) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


class _Texts(HTMLParser):
    """The text inside each element that has the wanted tag and, if given, the class."""

    def __init__(self, tag, name):
        super().__init__()
        self.tag, self.name, self.found, self.depth = tag, name, [], 0

    def handle_starttag(self, tag, attributes):
        if self.depth:
            self.depth += tag == self.tag
            self.found[-1] += "" if tag in ("span", "a", "em") else " "
        elif tag == self.tag and (
            not self.name or self.name in (dict(attributes).get("class") or "").split()
        ):
            self.depth = 1
            self.found.append("")

    def handle_endtag(self, tag):
        if self.depth and tag == self.tag:
            self.depth -= 1

    def handle_data(self, text):
        if self.depth:
            self.found[-1] += text


def texts(response, tag, name="") -> list[str]:
    """The words of every such element of a page, blanks folded."""
    parser = _Texts(tag, name)
    parser.feed(content(response).decode())
    return [" ".join(text.split()) for text in parser.found]
