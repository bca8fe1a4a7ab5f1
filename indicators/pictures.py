"""A chart as a picture that stands by itself: with its name, its signs, its source and its own colours.

The colours and strokes are those of the site's style sheets, written out, since a picture in another place cannot
ask for them. As it is one text, the policy of the answer can allow exactly this style and no other.
"""

import base64
import hashlib
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

import resvg_py
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from blueprint.wording import TAGS, day_text, reader, words

from . import charts
from .fonts import face_for
from .lettering import wrap
from .sentences import sentence

SIZE = 13.0  # of a chart's own words, which `lettering` measures
MARGIN = 20.0
WIDTH, CHART_HEIGHT = 720, 320
# A link's preview: 1200 by 630 when drawn twice as large, so that its words are read in a small frame too.
CARD_WIDTH, CARD_HEIGHT, CARD_ZOOM = 600, 315, 2
# Nothing else of the process goes on while an image is drawn: two of them would stop it for twice as long.
one_at_a_time = threading.Lock()
SECONDS_TO_WAIT = 3


class Unlettered(Exception):
    """There is no font with all the characters of a picture."""


class Busy(Exception):
    """Other pictures are being drawn, and it takes too long to wait for them."""


class Text(NamedTuple):
    kind: str
    y: str
    words: str


@dataclass(frozen=True)
class Picture:
    width: int
    height: int
    texts: tuple[Text, ...]
    chart: charts.Chart | None
    # Where the chart begins, from the top.
    top: str
    title: str
    description: str
    family: str = "sans-serif"

    def svg(self, style: str) -> str:
        context = {
            "picture": self,
            "style": mark_safe(style),
            "margin": f"{MARGIN:g}",
            "language": TAGS[reader()],
        }
        return render_to_string("indicators/picture.svg", context)

    @property
    def lettering(self) -> str:
        """Every character that is drawn."""
        labels = (*self.chart.axis, *self.chart.labels) if self.chart else ()
        lines = [line.text for label in labels for line in label.lines]
        return "".join([*(text.words for text in self.texts), *lines])


def picture(page: dict[str, Any], moment: Any) -> Picture:
    """The chart of an indicator's page to take away: its name above, its signs and its source below."""
    standing, drawn = page["standing"], page["drawing"]
    head, top = _set("name", name_with_unit(page), 17, 34.0, most=2)
    chart = drawn.at(width=round(WIDTH - 2 * MARGIN), height=CHART_HEIGHT)
    key, below = _set("sign", page["chart_key"], 12, top + CHART_HEIGHT + 14, most=9)
    foot, end = _set("source", source(standing, moment), 12, below + (6 if key else 0), most=3)
    return Picture(
        width=WIDTH,
        height=round(end),
        texts=(*head, *key, *foot),
        chart=chart,
        top=charts.number(top),
        title=words(standing.indicator, "name"),
        description=page["chart_description"],
    )


def card(page: dict[str, Any], moment: Any) -> Picture:
    """What a link to the page shows where it is shared: name, sentence and chart, all in a small frame."""
    standing, drawn = page["standing"], page["drawing"]
    head, below = _set("name", name_with_unit(page), 20, 36.0, most=2, width=CARD_WIDTH)
    said, top = _set("said", sentence(standing), 14, below, most=4, width=CARD_WIDTH)
    end = CARD_HEIGHT - 12.0
    foot = Text("source", charts.number(end), f"{settings.SITE_NAME} · {day_text(moment.today)}")
    room = round(end - 14 - top)
    return Picture(
        width=CARD_WIDTH,
        height=CARD_HEIGHT,
        texts=(*head, *said, foot),
        chart=drawn.at(width=round(CARD_WIDTH - 2 * MARGIN), height=room, narrow=True),
        top=charts.number(top - 6),
        title=words(standing.indicator, "name"),
        description=page["chart_description"],
    )


def name_with_unit(page: dict[str, Any]) -> str:
    """The chart's name, with the unit that the numbers of its axis are in."""
    name, unit = words(page["standing"].indicator, "short_name"), page["chart_unit"]
    return name + (_(" (%(note)s)") % {"note": unit} if unit else "")


def source(standing: Any, moment: Any) -> str:
    """Where the picture is from and which state of the figures it shows."""
    address = f"{settings.SITE_URL}{standing.indicator.get_absolute_url()}?as_at={moment.number}"
    publication = _("Publication %(number)s") % {"number": moment.number}
    return " · ".join([str(settings.SITE_NAME), publication, day_text(moment.today), address])


def _set(
    kind: str, text: str, size: int, top: float, *, most: int, width: float = WIDTH
) -> tuple[list[Text], float]:
    """Words in lines, the first with its foot at `top`, and the place of the line after them."""
    lines = wrap(text, (width - 2 * MARGIN) * SIZE / size, bold=kind == "name", most=most)
    step = size * 1.4
    placed = [Text(kind, charts.number(top + index * step), line) for index, line in enumerate(lines)]
    return placed, top + len(lines) * step


# As an image of points


def is_lettered(made: Picture) -> bool:
    """Whether this machine has a font for the picture's words."""
    return face_for(made.lettering, reader()) is not None


def png(made: Picture) -> bytes:
    """Raises Unlettered where this machine has no font for the picture's words, and Busy."""
    face = face_for(made.lettering, reader())
    if face is None:
        raise Unlettered
    text = made.svg(style("light"))
    if not one_at_a_time.acquire(timeout=SECONDS_TO_WAIT):
        raise Busy
    try:
        return bytes(
            resvg_py.svg_to_bytes(
                svg_string=text,
                zoom=CARD_ZOOM,
                skip_system_fonts=True,
                font_files=list(face.files),
                sans_serif_family=face.family,
                font_family=face.family,
            )
        )
    finally:
        one_at_a_time.release()


# The style


@cache
def style(scheme: str = "") -> str:
    """The picture's style sheet in one scheme, or in both, as the reader's system prefers."""
    if scheme:
        return "".join(_rules(scheme))
    return f"{style('light')}@media (prefers-color-scheme:dark){{{style('dark')}}}"


@cache
def policy() -> list[str]:
    """What the answer's policy allows: this very style."""
    digest = hashlib.sha256(style().encode()).digest()
    return [f"'sha256-{base64.b64encode(digest).decode()}'"]


def colours() -> dict[str, dict[str, str]]:
    tokens = re.findall(r"--(\w+): light-dark\((#\w+), (#\w+)\)", _read("blueprint.css"))
    return {
        "light": {name: light for name, light, _dark in tokens},
        "dark": {name: dark for name, _light, dark in tokens},
    }


OWN_RULES = (
    ".sheet { fill: var(--paper) }",
    ".name { fill: var(--ink); font-size: 17px; font-weight: 650 }",
    ".card .name { font-size: 20px }",
    ".said { fill: var(--ink); font-size: 14px }",
    ".sign, .source { fill: var(--soft); font-size: 12px }",
)


def _rules(scheme: str) -> Iterator[str]:
    drawn = re.findall(r"^\.chart \..*}$|^\.chart text.*}$", _read("chart.css"), re.MULTILINE)
    for rule in (*OWN_RULES, *drawn):
        # Some programs know no weights but round ones.
        coloured = re.sub(r"var\(--(\w+)\)", lambda found: colours()[scheme][found[1]], rule)
        yield coloured.replace("650", "700")


def _read(name: str) -> str:
    return (settings.BASE_DIR / "static" / name).read_text()
