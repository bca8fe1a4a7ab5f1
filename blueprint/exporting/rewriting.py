"""Pages and style sheets made fit to stand as files: links between files, no forms, a line that says what they are."""

import re
from collections.abc import Callable
from html import escape, unescape
from html.parser import HTMLParser

LINKING = ("href", "src", "data", "poster", "xlink:href", "srcset")
_ATTRIBUTE = re.compile(rf"""(\s(?:{"|".join(LINKING)})\s*=\s*)(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_URL = re.compile(r"""url\(\s*(["']?)(.*?)\1\s*\)""")

# A link as it stands on the page -> the link that is to stand there.
Relink = Callable[[str], str]


class Page(HTMLParser):
    """Hands a page on as it came, but for its links and forms and the banner at the start of its content."""

    def __init__(self, relink: Relink, *, banner: str = "", instead_of_form: str = ""):
        super().__init__(convert_charrefs=False)
        self.relink, self.banner, self.instead_of_form = relink, banner, instead_of_form
        self.written: list[str] = []
        self.in_form = self.in_head = False

    def write(self, text: str) -> None:
        if not self.in_form:
            self.written.append(text)

    def handle_starttag(self, tag, attributes):
        if tag == "form":
            if not self.in_head:
                self.write(self.instead_of_form)
            self.in_form = True
        self.in_head = self.in_head or tag == "header"
        self.write(_ATTRIBUTE.sub(self.attribute, self.get_starttag_text() or ""))
        if tag == "main":
            self.write(self.banner)
            self.banner = ""

    def attribute(self, found: re.Match) -> str:
        name = found[1].strip(" =\t\n").lower()
        value = unescape(found[2] if found[2] is not None else found[3])
        if name == "srcset":
            linked = ", ".join(self.candidate(part) for part in value.split(","))
        else:
            linked = self.relink(value)
        return f'{found[1]}"{escape(linked)}"'

    def candidate(self, part: str) -> str:
        link, *size = part.split()
        return " ".join([self.relink(link), *size])

    def handle_startendtag(self, tag, attributes):
        self.write(_ATTRIBUTE.sub(self.attribute, self.get_starttag_text() or ""))

    def handle_endtag(self, tag):
        if tag == "body":
            # A page without <main>, such as one made to be embedded, says what it is at its end.
            self.write(self.banner)
        self.write(f"</{tag}>")
        if tag == "form":
            self.in_form = False
        elif tag == "header":
            self.in_head = False

    def handle_data(self, data):
        self.write(data)

    def handle_entityref(self, name):
        self.write(f"&{name};")

    def handle_charref(self, name):
        self.write(f"&#{name};")

    def handle_comment(self, data):
        self.write(f"<!--{data}-->")

    def handle_decl(self, decl):
        self.write(f"<!{decl}>")

    def handle_pi(self, data):
        self.write(f"<?{data}>")


def rewritten(html: str, relink: Relink, *, banner: str = "", instead_of_form: str = "") -> str:
    page = Page(relink, banner=banner, instead_of_form=instead_of_form)
    page.feed(html)
    page.close()
    return "".join(page.written)


def links(html: str) -> list[str]:
    """Every link of a page outside its forms, in the order of the page."""
    found: list[str] = []

    def note(link: str) -> str:
        found.append(link)
        return link

    rewritten(html, note)
    return found


def restyled(css: str, relink: Relink) -> str:
    return _URL.sub(lambda found: f"url({found[1]}{relink(found[2])}{found[1]})", css)


def style_links(css: str) -> list[str]:
    return [found[2] for found in _URL.finditer(css)]
