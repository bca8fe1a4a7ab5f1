"""One cell as a figure, a period or an archive: what is taken, what is asked, and what is refused in which words."""

import datetime
import resource
import subprocess
import sys
import time
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from indicators.sheets import figures, structure, texts
from indicators.sheets.limits import Unreadable
from tests.sheets import hostile

SEPARATORS = "Write 12345.6 without separators."
DIGITS = "Write at most 11 digits before the point."
PLACES = "Write at most 4 decimals."


def understood(cell, *, comma="", per_cent_format=False):
    found = figures.figure(cell, per_cent_format=per_cent_format, comma=comma, in_per_cent=True)
    return found.asks, str(found.value)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("1234.5", ("", "1234.5")),
        (1234.5, ("", "1234.5")),
        (-0.1, ("", "-0.1")),
        (0.1 + 0.2, ("", "0.3")),
        (12345678901.0, ("", "12345678901")),
        ("1 234", ("blanks", "1234")),
        ("1\u00a0234.5", ("blanks", "1234.5")),
        ("1'234", ("blanks", "1234")),
        ("１２３４", ("full_width", "1234")),
        ("12%", ("per_cent", "12")),
        ("12.5 ％", ("per_cent", "12.5")),
    ],
)
def test_I07_cell_is_understood_as(cell, expected):
    assert understood(cell) == expected


def test_I07_cell_shown_in_per_cent_is_the_figure_before_the_sign():
    assert understood(0.125, per_cent_format=True) == ("per_cent", "12.5")


@pytest.mark.parametrize("cell", ["1,5", "1,234", "1.234,5", "1,234.5", "１，２３４"])
def test_I07_comma_is_never_guessed(cell):
    with pytest.raises(figures.Doubtful):
        understood(cell)


@pytest.mark.parametrize(
    ("cell", "comma", "expected"),
    [
        ("1,5", figures.DECIMAL, "1.5"),
        ("1.234,5", figures.DECIMAL, "1234.5"),
        ("1 234,5", figures.DECIMAL, "1234.5"),
        ("1,234", figures.THOUSANDS, "1234"),
        ("1,234.5", figures.THOUSANDS, "1234.5"),
        ("-1,234,567.25", figures.THOUSANDS, "-1234567.25"),
    ],
)
def test_I07_comma_is_what_the_person_said(cell, comma, expected):
    assert understood(cell, comma=comma) == ("comma", expected)


@pytest.mark.parametrize(
    ("cell", "comma", "told"),
    [
        ("1,5", figures.THOUSANDS, SEPARATORS),
        ("1,234.5", figures.DECIMAL, SEPARATORS),
        ("12億", "", "Write all the digits, without 萬 or 億."),
        ("3.5萬", "", "Write all the digits, without 萬 or 億."),
        ("NaN", "", "Write a figure, or tick that none is available."),
        ("Infinity", "", "Write a figure, or tick that none is available."),
        ("-Infinity", "", "Write a figure, or tick that none is available."),
        ("sNaN", "", "Write a figure, or tick that none is available."),
        ("1e400", "", "Write all the digits, without an exponent."),
        ("1e99999999", "", "Write all the digits, without an exponent."),
        ("9" * 5000, "", "Write at most 15 digits."),
        ("0x10", "", "Write the figure in plain digits, such as 12345.6."),
        ("999999999999.999999", "", "Write at most 15 digits."),
        ("12345678901234567.891234", "", "Write at most 15 digits."),
        ("12345.67891", "", PLACES),
        (1e300, "", DIGITS),
        (float("inf"), "", DIGITS),
        (float("nan"), "", DIGITS),
        (999999999999.9999, "", DIGITS),
        (1.23456, "", PLACES),
        (True, "", "A date or a truth value stands where a figure should."),
        (datetime.date(2024, 1, 1), "", "A date or a truth value stands where a figure should."),
    ],
)
def test_I05_I07_I08_cell_is_refused_in_words(cell, comma, told):
    with pytest.raises(ValidationError) as refusal:
        understood(cell, comma=comma)

    assert refusal.value.messages == [told]


def test_I07_per_cent_of_another_unit_is_refused():
    with pytest.raises(ValidationError):
        figures.figure("12%", per_cent_format=False, comma="", in_per_cent=False)


@pytest.mark.parametrize(
    ("cell", "frequency", "epoch_1904", "expected"),
    [
        (2024, "annual", False, ("", "2024")),
        (2024.0, "annual", False, ("", "2024")),
        ("2024-Q3", "quarterly", False, ("", "2024-Q3")),
        (datetime.date(2024, 10, 1), "monthly", False, ("dates", "2024-10")),
        (datetime.datetime(2024, 10, 31, 0, 0), "irregular", False, ("dates", "2024-10-31")),
        (45566, "monthly", False, ("dates", "2024-10")),
        (44104, "monthly", True, ("dates", "2024-10")),
        (45596, "irregular", False, ("dates", "2024-10-31")),
    ],
)
def test_I23_period_of_a_cell(cell, frequency, epoch_1904, expected):
    found = figures.period_code(cell, frequency=frequency, epoch_1904=epoch_1904)

    assert (found.asks, found.value) == expected


@pytest.mark.parametrize("cell", [datetime.date(2024, 10, 31), 45596, 0, -1, 9e15, True, datetime.time(1, 2)])
def test_I23_cell_that_is_no_year_is_refused(cell):
    with pytest.raises(ValidationError):
        figures.period_code(cell, frequency="annual", epoch_1904=False)


def test_I11_only_what_fits_is_offered_with_its_first_lines():
    content = hostile.text(hostile.WORDS).encode("big5hkscs")

    found = {one.code: one.lines[1] if one.lines else None for one in texts.glimpses(content)}

    assert found["big5hkscs"] == hostile.WORDS
    # It can be read so without a fault, and wrongly: hence the person is shown it and asked.
    assert found["gb18030"] not in (None, hostile.WORDS)


def test_I11_big5_alone_does_not_hold_these_characters():
    with pytest.raises(UnicodeDecodeError):
        "嘅㗎𨋢".encode("big5hkscs").decode("big5")


BOMBS = [
    "bomb.xlsx",
    "many-small-bombs.xlsx",
    "many-members.xlsx",
    "nested.xlsx",
    "overlapping.xlsx",
    "entities.xlsx",
]
# The peak of this process alone: getrusage would begin with that of the tests, of which it is a fork.
MEASURE = """
import sys, time
import django
from django.conf import settings
settings.configure(USE_I18N=False)
django.setup()
from indicators.sheets.container import members
from indicators.sheets.limits import Unreadable
content = sys.stdin.buffer.read()
begun = time.process_time()
try:
    members(content)
    said = "passed"
except Unreadable:
    said = "refused"
seconds = time.process_time() - begun
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(said, seconds, int(peak.split()[1]) / 1024)
"""


@pytest.mark.parametrize("name", BOMBS[:-1])
def test_I02_bomb_is_refused_before_anything_is_parsed(name):
    """In a process of its own with 512 MB: within a second, and in less than 150 MB in all."""
    content = hostile.FOLDER[name][0]()

    ran = subprocess.run(
        [sys.executable, "-c", MEASURE],
        input=content,
        capture_output=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (512 * 2**20, 512 * 2**20)),
    )

    said, seconds, megabytes = ran.stdout.decode().split()
    assert said == "refused"
    assert float(seconds) < 1
    assert float(megabytes) < 150


def test_I02_entities_are_never_multiplied():
    begun = time.process_time()

    with pytest.raises(Unreadable):
        structure.structure_of(hostile.entities())

    assert time.process_time() - begun < 1


def test_letters_of_columns():
    assert [structure.column_letters(number) for number in (1, 26, 27, 702, 703)] == [
        "A",
        "Z",
        "AA",
        "ZZ",
        "AAA",
    ]
    assert [structure.column_number(letters) for letters in ("A", "Z", "AA", "ZZ", "AAA")] == [
        1,
        26,
        27,
        702,
        703,
    ]


def test_figure_as_decimal_is_exact():
    assert figures.figure(19.9, per_cent_format=False, comma="", in_per_cent=False).value == Decimal("19.9")
