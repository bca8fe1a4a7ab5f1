"""The files of the real plan, read back as they are, by each of its offices."""

import pytest

from blueprint.moment import head_moment
from indicators.exchange import offered
from indicators.exchange.about import Edition
from indicators.exchange.dictionary import OBSERVATIONS
from indicators.sheets import workbook
from indicators.sheets.checking import as_kept, check
from indicators.sheets.reading import read

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.django_db]
ROWS = 100


def found_in(content: bytes, office: str):
    return as_kept(check(read(content, {}), office=office, moment=head_moment()))


def whole(pieces) -> bytes:
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)


@pytest.mark.parametrize("office", ["ITC", "DPO"])
@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_public_file_changes_nothing_for_any_office(real_plan, office, ending):
    content = whole(offered.WRITERS[ending](Edition(OBSERVATIONS, head_moment())))

    found = found_in(content, office)

    assert (found["problems"], found["asked"], found["changes"]) == ([], [], [])
    assert (found["rows"], found["unchanged"], found["empty"]) == (ROWS, ROWS, 0)


@pytest.mark.parametrize("office", ["ITC", "DPO"])
def test_workbook_changes_nothing_and_has_rows_to_fill_in(real_plan, office):
    moment = head_moment()
    rows = list(workbook.rows_of(office, moment))

    found = found_in(workbook.as_xlsx(iter(rows), office, moment), office)

    assert (found["problems"], found["asked"], found["changes"]) == ([], [], [])
    assert found["unchanged"] + found["empty"] == found["rows"] == len(rows)
    assert found["unchanged"] > 0
