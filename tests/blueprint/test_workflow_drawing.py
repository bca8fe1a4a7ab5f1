import pytest

from blueprint.workflow import TRANSITIONS
from deploy.draw_workflow import TARGET, arcs, drawing

pytestmark = pytest.mark.only_on("sqlite")


def test_drawing_in_the_docs_is_that_of_the_table():
    assert TARGET.read_text(encoding="utf-8") == "\n".join(drawing()) + "\n", "Run deploy/draw_workflow.py"


def test_every_move_is_drawn_once():
    assert sorted(move.verb for move, _side, _level in arcs()) == sorted(move.verb for move in TRANSITIONS)
