"""Draws docs/workflow.svg from the table of moves; a test says when it is stale. Run it after a change of the table."""

import os
import sys
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "docs" / "workflow.svg"
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "blueprint.settings")

from blueprint.permissions import ROLES  # noqa: E402
from blueprint.workflow import TRANSITIONS, Hands, State  # noqa: E402

BOX, HEIGHT, GAP, TOP, LINE, DEEP, LEFT, LOW = 116, 44, 112, 170, 17, 66, 20, 470
# In the order of a release's life.
ORDER = list(State)
STYLE = (
    "text{font:12px system-ui,sans-serif;fill:#1b1b18}.state{font-size:14px;font-weight:600}.verb{font-weight:600}.who{fill:#5c5c55}"
    "rect{fill:#fff;stroke:#1b1b18}path{fill:none;stroke:#1b1b18}.back{stroke-dasharray:4 3}.tip{stroke:none;fill:#1b1b18}"
    "@media(prefers-color-scheme:dark){text{fill:#eee}rect{fill:#111;stroke:#eee}path{stroke:#eee}"
    ".who{fill:#aaa}.tip{fill:#eee}}"
)


def middle(state):
    return LEFT + ORDER.index(state) * (BOX + GAP) + BOX / 2


def holders(permission):
    return ", ".join(str(role) for role in ROLES if permission in ROLES[role])


def label(move):
    """What stands at an arrow: the verb, what it asks for, and who may on an office's release."""
    terms = {Hands.OWN: "their own work", Hands.OTHERS: "never their own work"}.get(move.hands, "")
    asked = [terms, "with a reason" if move.with_reason else ""]
    return [move.verb.replace("_", " "), holders(move.office), ", ".join(filter(None, asked))]


def arcs():
    """(move, side, level): forward over the states, back under them; level 0 stands nearest to them.

    Forward, moves of one span share a level, since they lie side by side; back, each has its own.
    """
    forward = [move for move in TRANSITIONS if span(move) > 0]
    spans = sorted({span(move) for move in forward})
    yield from ((move, -1, spans.index(span(move))) for move in forward)
    back = sorted((move for move in TRANSITIONS if span(move) < 0), key=lambda move: -span(move))
    yield from ((move, 1, level) for level, move in enumerate(back))


def span(move):
    return ORDER.index(move.end) - ORDER.index(move.start)


def drawing():
    width = LEFT * 2 + len(ORDER) * BOX + (len(ORDER) - 1) * GAP
    said = "; ".join(f"{move.verb}: {move.start} to {move.end}" for move in TRANSITIONS)
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {LOW}" width="{width}" height="{LOW}" role="img" '
        f'aria-labelledby="t d"><title id="t">States of a release and the moves between them</title>'
        f'<desc id="d">{escape(said)}</desc><style>{STYLE}</style>'
    )
    for each in arcs():
        yield from arc(*each)
    for state in ORDER:
        x = middle(state)
        yield f'<rect x="{x - BOX / 2:g}" y="{TOP}" width="{BOX}" height="{HEIGHT}" rx="3"/>'
        yield f'<text class="state" x="{x:g}" y="{TOP + HEIGHT / 2 + 5:g}" text-anchor="middle">{state}</text>'
    yield "</svg>"


def arc(move, side, level):
    """An arrow from the one box's rim to the other's, its words at the far side of it."""
    begin = middle(move.start) + side * (22 * level - 18)
    arrive = middle(move.end) + side * (18 - 22 * level)
    rim = TOP if side < 0 else TOP + HEIGHT
    away = rim + side * (36 + DEEP * level)
    near, kind = away - side * 8, ' class="back"' if side > 0 else ""
    yield (
        f'<path{kind} d="M{begin:g} {rim}V{near}Q{begin:g} {away} {turn(begin, arrive):g} {away}'
        f'H{turn(arrive, begin):g}Q{arrive:g} {away} {arrive:g} {near}V{rim + side * 7}"/>'
        f'<path class="tip" d="M{arrive:g} {rim}l-4 {side * 8}h8z"/>'
    )
    lines = list(filter(None, label(move)))
    first = away - 8 - LINE * (len(lines) - 1) if side < 0 else away + LINE
    for place, line in enumerate(lines):
        kind = ' class="who"' if place else ' class="verb"'
        yield (
            f'<text{kind} x="{(begin + arrive) / 2:g}" y="{first + place * LINE}" text-anchor="middle">'
            f"{escape(line)}</text>"
        )


def turn(at, towards):
    return at + (8 if towards > at else -8)


if __name__ == "__main__":
    TARGET.write_text("\n".join(drawing()) + "\n", encoding="utf-8")
