"""What is exported imports as "no change", whatever the texts and figures are, from every export that can be read back."""

from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blueprint.characters import NOT_IN_XML
from blueprint.moment import head_moment
from indicators.exchange import files, offered
from indicators.exchange.about import Edition
from indicators.exchange.dictionary import OBSERVATIONS
from indicators.models.observation import Kind, ObservationStatus, Qualifier
from indicators.sheets import workbook
from indicators.sheets.checking import as_kept, check
from indicators.sheets.reading import read
from tests.factories import change, publish_changes

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.django_db]

STARTS = [
    "",
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
    " ",
    ";",
    '"',
    "'",
    "'=",
    "''+",
    "_x0041_",
]
TEXTS = st.builds(
    lambda start, rest: start + rest,
    st.sampled_from(STARTS),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12).filter(
        lambda text: not NOT_IN_XML.search(text)
    ),
)
FIGURES = st.decimals(min_value=Decimal("-99999999999"), max_value=Decimal("99999999999"), places=4)
ROWS = st.fixed_dictionaries(
    {
        "value": FIGURES.map(lambda value: Decimal(format(value, "f"))),
        "qualifier": st.sampled_from(Qualifier.values),
        "status": st.sampled_from(["A", "P", "E"]),
        "break_before": st.booleans(),
        "note_en": TEXTS,
        "note_zh_hant": TEXTS,
        "why_en": TEXTS,
    }
)


def exports():
    """Every file of figures that the product offers and that can be read back."""
    moment = head_moment()
    rows = list(workbook.rows_of("itc", moment))
    yield "workbook.xlsx", workbook.as_xlsx(iter(rows), "itc", moment)
    yield "workbook.csv", "".join(workbook.as_csv(iter(rows))).encode()
    for code in ("", "I1"):
        for ending in ("csv", "xlsx"):
            yield (
                f"{code or 'observations'}.{ending}",
                whole(offered.WRITERS[ending](Edition(OBSERVATIONS, moment, code=code))),
            )


def whole(pieces) -> bytes:
    return b"".join(piece.encode() if isinstance(piece, str) else piece for piece in pieces)


def found_in(content: bytes):
    return as_kept(check(read(content, {}), office="itc", moment=head_moment()))


def said_by(found):
    return {name: found[name] for name in ("problems", "asked", "doubted", "changes")}


NOTHING = {"problems": [], "asked": [], "doubted": [], "changes": []}


@pytest.fixture(scope="module")
def plan(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        publish_changes(
            change(
                "indicator",
                unit="any",
                disaggregation={"dimension": "d", "categories": [{"code": "north", "name": {"en": "North"}}]},
            ),
            change("unit", unit="any", kind="any", name_en="things"),
            change("indicator", indicator="other", office="fstb"),
            change("observation", indicator="other", period="2020"),
        )
        yield
        transaction.set_rollback(True)


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(ROWS, ROWS, TEXTS.filter(str.strip))
def test_I01_what_is_exported_imports_as_no_change(plan, total, part, reason):
    with transaction.atomic():
        part = part | dict.fromkeys(("note_en", "note_zh_hant", "why_en"), "")
        publish_changes(
            change("observation", period="2023", **total),
            change("observation", period="2023", breakdown="north", **part),
            change("observation", period="2022", value=None, status=ObservationStatus.MISSING, reason=reason),
            change("observation", period="2021", value=Decimal(1)),
        )
        publish_changes(
            change("observation", period="2021", **total | {"kind": Kind.REVISION, "reason": reason})
        )

        said = {name: said_by(found_in(content)) for name, content in exports()}

        assert said == dict.fromkeys(said, NOTHING)
        assert len(said) == 6
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("-5", "'-5"),
        ("＠SUM", "'＠SUM"),
        (" =1", "' =1"),
        ("'=1", "''=1"),
        ("'s-Gravenhage", "'s-Gravenhage"),
        ("plain", "plain"),
    ],
)
def test_I01_only_our_own_prefix_is_taken_away(text, cell):
    assert files.cell(text) == cell
    assert files.unguarded(cell) == text


def test_I01_negative_figure_stays_a_number():
    assert files.cell(Decimal("-1.50")) == "-1.5"
