import datetime
import uuid
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from indicators.forms import EntryForm
from indicators.inputs import check_possible, read_figure
from indicators.models import IndicatorVersion, Observation, ObservationEntry, UnitVersion
from indicators.periods import Period
from indicators.series import Series, initial_of

TODAY = datetime.date(2026, 11, 22)
SECTORS = {
    "dimension": "sector",
    "name": {"en": "Sector"},
    "categories": [
        {"code": "business", "name": {"en": "Business"}},
        {"code": "higher-education", "name": {}},
    ],
}


def row(period, value, breakdown="total", **more):
    return Observation(
        indicator_id="I1",
        period=period,
        breakdown=breakdown,
        value=None if value is None else Decimal(value),
        **more,
    )


def keyed(rows):
    return {(one.breakdown, one.period): one for one in rows}


def series(
    *published, drafted=(), frequency="annual", unit="HK$ million", kind="amount", disaggregation=None, **more
):
    indicator = IndicatorVersion(
        indicator_id="I1",
        unit_id=unit,
        frequency=frequency,
        disaggregation=disaggregation or {},
        name_en="Spending",
    )
    return Series(
        indicator=indicator,
        unit=UnitVersion(unit_id=unit, name_en=unit, kind=kind),
        next_period=Period.parse("2025") if frequency == "annual" else None,
        today=TODAY,
        published=keyed(published),
        drafted=keyed(drafted),
        **more,
    )


def form(of=None, *, handing_in=False, **fields):
    sent = {
        "version": "0",
        "token": str(uuid.uuid4()),
        "period": "2025",
        "value": "12",
        "status": "A",
        "qualifier": "exact",
    }
    return EntryForm(sent | fields, series=of or series(row("2024", "11")), handing_in=handing_in)


def errors(*args, **fields):
    return {name: list(said) for name, said in form(*args, **fields).errors.items()}


# Figures


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("1.41", "1.41"),
        (" 12345.6 ", "12345.6"),
        ("-3", "-3"),
        ("+3", "3"),
        ("0", "0"),
        ("-0", "0"),
        ("007", "7"),
        ("1.50", "1.5"),
        ("１２．５", "12.5"),
        ("－３", "-3"),
        ("−3", "-3"),
        ("99999999999.9999", "99999999999.9999"),
    ],
)
def test_figure_is_read(typed, read):
    assert str(read_figure(typed)) == read


SEPARATORS = "Write 12345.6 without separators."
DIGITS = "Write all the digits, without 萬 or 億."
EXPONENT = "Write all the digits, without an exponent."
NONE = "Write a figure, or tick that none is available."
OTHER = "Use the digits 0 to 9."
PLAIN = "Write the figure in plain digits, such as 12345.6."


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("1_000", SEPARATORS),
        ("1,000", SEPARATORS),
        ("1,5", SEPARATORS),
        ("1，000", SEPARATORS),
        ("1 000", SEPARATORS),
        ("1\u00a0000", SEPARATORS),
        ("1'000", SEPARATORS),
        ("1.000.000", PLAIN),
        ("3萬", DIGITS),
        ("3.5亿", DIGITS),
        ("三千", DIGITS),
        ("1e5", EXPONENT),
        ("1E-5", EXPONENT),
        ("2^5", EXPONENT),
        ("12 people", PLAIN),
        ("NaN", NONE),
        ("-Infinity", NONE),
        ("n/a", NONE),
        ("١٢٣", OTHER),
        ("१२", OTHER),
        ("²", OTHER),
        ("1.41%", PLAIN),
        ("HK$5", PLAIN),
        (".5", PLAIN),
        ("5.", PLAIN),
        ("--5", PLAIN),
        ("0x10", PLAIN),
        ("-", PLAIN),
        ("1.23456", "Write at most 4 decimals."),
        ("1.00000", "Write at most 4 decimals."),
        ("123456789012", "Write at most 11 digits before the point."),
        ("1234567890123.456", "Write at most 15 digits."),
        ("9" * 30, "Write at most 15 digits."),
    ],
)
def test_figure_is_refused_with_a_remedy(typed, said):
    with pytest.raises(ValidationError) as refused:
        read_figure(typed)

    assert refused.value.messages == [said]


@pytest.mark.parametrize(
    ("value", "unit", "possible"),
    [
        ("-0.1", "share", False),
        ("0", "share", True),
        ("0", "rank", False),
        ("1.5", "rank", False),
        ("1", "rank", True),
        ("-1", "count", False),
        ("1.5", "count", False),
        ("-1", "measure", False),
        ("1.5", "measure", True),
        ("-5", "amount", True),
        ("-5", None, True),
    ],
)
def test_figure_is_possible_for_its_unit(value, unit, possible):
    unit = UnitVersion(kind=unit) if unit else None

    try:
        check_possible(Decimal(value), unit)
        found = True
    except ValidationError:
        found = False

    assert found == possible


def test_part_is_held_to_the_unit_too():
    of = series(row("2024", "11"), unit="persons", kind="count", disaggregation=SECTORS)

    assert errors(of, part_business="-1") == {"part_business": ["This figure cannot be below zero."]}


@pytest.mark.parametrize(
    ("earlier", "typed", "shown"),
    [([], {}, False), ([("business", "4")], {}, True), ([], {"part_business": "4"}, True)],
    ids=["never known", "known of the last figure", "typed"],
)
def test_parts_are_shown_at_once_where_they_are_expected(earlier, typed, shown):
    rows = [row("2024", "11"), *(row("2024", value, breakdown=part) for part, value in earlier)]

    assert form(series(*rows, disaggregation=SECTORS), **typed).shows_parts == shown


# Periods


def test_periods_begin_with_the_next_due_and_go_back_to_the_first():
    assert series(row("2021", 1), row("2024", 2)).periods() == [
        "2025",
        "2026",
        "2024",
        "2023",
        "2022",
        "2021",
    ]


def test_periods_of_a_series_without_figures():
    assert series().periods() == ["2025", "2026"]


def test_periods_keep_figures_of_another_frequency():
    assert "2022-10" in series(row("2022-10", 1), row("2024", 2)).periods()


def test_period_choice_says_what_is_published():
    assert series(row("2024", "11000")).choices()[1:] == [
        ("2025", "2025 · next due"),
        ("2026", "2026"),
        ("2024", "2024 · published: 11,000 HK$ million"),
    ]


@pytest.mark.parametrize("period", ["2024", "2024-H1", "2024-Q3", "2024-10", "2026-11-22"])
def test_irregular_period_is_read(period):
    assert errors(series(frequency="irregular"), period=period) == {}


@pytest.mark.parametrize("period", ["24", "2024-13", "2024-Q5", "２０２４", "1066", "last year"])
def test_irregular_period_is_refused_with_a_remedy(period):
    said = errors(series(frequency="irregular"), period=period)

    assert said == {
        "period": [
            "Write a year as 2024, a half-year as 2024-H1, a quarter as 2024-Q3, "
            "a month as 2024-10, a day as 2024-10-31."
        ]
    }


def test_period_that_has_not_begun_is_refused():
    assert errors(series(frequency="irregular"), period="2026-12") == {
        "period": ["December 2026 begins on 1 December 2026. Nothing can have been measured yet."]
    }


def test_period_outside_the_choices_is_refused():
    assert "period" in errors(period="2031")


# What fields say together


def test_value_or_none_available_is_needed():
    assert errors(value="") == {"value": ["Write the value, or tick that none is available."]}
    assert errors(value="1", missing="on", reason="Survey stopped") == {
        "value": ["Write a value or tick that none is available, not both."]
    }


def test_missing_figure_needs_a_reason():
    assert errors(value="", missing="on") == {"reason": ["Say why no figure is available."]}


def test_missing_figure_has_status_m_and_no_value():
    filled = form(value="", missing="on", reason="The survey stopped.", status="P", qualifier="over")

    assert filled.is_valid()
    (change,) = filled.changes
    assert [change.content[name] for name in ("value", "status", "qualifier", "reason")] == [
        None,
        "M",
        "exact",
        "The survey stopped.",
    ]


def test_withdrawal_clears_the_figure_and_needs_a_reason():
    """What stands in the field is the figure that is taken back."""
    assert errors(period="2024", value="11", kind="withdrawal") == {
        "reason": ["Say why the figure is withdrawn. The reason is published."]
    }
    filled = form(period="2024", value="11", kind="withdrawal", reason="Not ours", handing_in=True)

    assert filled.is_valid()
    (change,) = filled.changes
    assert [change.content[name] for name in ("value", "status", "kind", "reason")] == [
        None, "M", "withdrawal", "Not ours",
    ]  # fmt: skip


def test_withdrawal_takes_the_parts_with_the_whole():
    of = series(row("2024", "11"), row("2024", "4", "business"), disaggregation=SECTORS)

    filled = form(of, period="2024", value="11", part_business="4", kind="withdrawal", reason="Not ours")

    assert filled.is_valid()
    assert [(one.content["breakdown"], one.content["value"]) for one in filled.changes] == [
        ("total", None),
        ("business", None),
    ]


@pytest.mark.parametrize(
    ("of", "fields", "said"),
    [
        (series(row("2024", "11")), {"period": "2025"}, "No figure for 2025 is published yet"),
        (
            series(row("2024", None, status="M")),
            {"period": "2024"},
            "No figure stands for 2024, so there is none to withdraw.",
        ),
    ],
)
def test_what_was_never_published_is_not_withdrawn(of, fields, said):
    (fault,) = errors(of, kind="withdrawal", reason="Not ours", **fields)["kind"]

    assert fault.startswith(said)


def test_published_figure_is_not_made_unavailable_by_a_revision():
    found = errors(period="2024", value="", missing="on", kind="revision", reason="The survey stopped.")

    assert found == {"kind": ["To take back a published figure is a withdrawal. Choose that."]}


def test_change_of_a_published_figure_needs_kind_and_reason():
    assert errors(period="2024") == {
        "kind": ["A figure for 2024 is published. Say what kind of change this is."],
    }
    assert errors(period="2024", kind="correction") == {"reason": ["Say why the published figure changes."]}


def test_first_figure_is_no_revision():
    assert errors(kind="revision", reason="x") == {
        "kind": ["No figure for 2025 is published yet, so this is a first release."]
    }


def test_figure_that_is_published_already_is_refused():
    assert errors(period="2024", value="11.0", kind="revision", reason="x") == {
        "__all__": ["This is exactly what is published. Nothing would change."]
    }


def test_period_in_the_draft_is_not_written_over_by_way_of_another():
    waiting = ObservationEntry(indicator_id="I1", period="2025", breakdown="total", value=Decimal(1))

    said = errors(series(row("2024", 1), drafted=[waiting]), period="2025", was="")

    assert said == {"period": ["The draft holds a figure for 2025 already. Open that one to change it."]}


@pytest.mark.parametrize(
    ("url", "good"),
    [
        ("https://example.org/a", True),
        ("example.org/a", True),
        ("http://example.org/a", False),
        ("javascript:alert(1)", False),
        ("https://[", False),
        ("ftp://example.org", False),
    ],
)
def test_evidence_is_a_secure_address(url, good):
    assert ("evidence_url" not in errors(evidence_url=url)) == good


def test_evidence_title_alone_is_not_enough():
    assert list(errors(evidence_title="Table 1")) == ["evidence_url"]


# What would be kept


def test_parts_become_observations_of_their_own():
    of = series(row("2024", "11"), disaggregation=SECTORS)

    filled = form(of, part_business="7", note_en="Well.", status="P")

    assert filled.is_valid()
    kept = [
        [c.content[n] for n in ("breakdown", "value", "status", "kind", "note_en")] for c in filled.changes
    ]
    assert kept == [["total", Decimal(12), "P", "first", "Well."], ["business", Decimal(7), "P", "first", ""]]


def test_revision_keeps_only_what_changes():
    of = series(row("2024", "11"), row("2024", "7", "business"), disaggregation=SECTORS)

    filled = form(of, period="2024", value="11", part_business="8", kind="correction", reason="A slip.")

    assert filled.is_valid()
    kept = [[c.content[n] for n in ("breakdown", "value", "kind", "reason")] for c in filled.changes]
    assert kept == [["business", Decimal(8), "correction", "A slip."]]


def test_initial_takes_the_draft_before_the_public_figure():
    waiting = ObservationEntry(
        indicator_id="I1",
        period="2024",
        breakdown="total",
        value=Decimal("12.50"),
        kind="revision",
        reason="Late",
    )

    start = initial_of(series(row("2024", "11"), drafted=[waiting], version=3), "2024")

    assert [start[n] for n in ("version", "was", "value", "kind", "reason")] == [
        3,
        "2024",
        "12.5",
        "revision",
        "Late",
    ]


def test_initial_of_a_published_figure_does_not_repeat_its_reason():
    start = initial_of(series(row("2024", "11", kind="revision", reason="Old reason")), "2024")

    assert "reason" not in start
    assert "was" not in start


# Warnings


def test_warning_needs_a_sentence_only_when_handing_in():
    saved, handed_in = form(), form(handing_in=True)

    assert saved.is_valid()
    assert [one["code"] for one in saved.answered()] == ["no_evidence"]
    assert dict(handed_in.errors) == {
        "because_no_evidence": ["Say in a sentence why this is right, or correct the figure."]
    }
    assert handed_in.only_unanswered


def test_warning_passes_with_a_sentence():
    filled = form(handing_in=True, because_no_evidence="The table comes out in May.")

    assert filled.is_valid()
    assert filled.answered() == [
        {
            "code": "no_evidence",
            "heading": "No evidence is named.",
            "warning": "Readers cannot check the figure without a link to where it comes from.",
            "sentence": "The table comes out in May.",
        }
    ]


def test_warning_of_the_parts_does_not_stand_in_the_way_of_known_evidence():
    of = series(row("2024", "11"), known_evidence=frozenset({("2025", "https://example.org", "")}))

    assert form(of, handing_in=True).is_valid()


def test_full_width_figure_is_named_as_it_is_read():
    filled = form(value="１２．５")

    assert filled.is_valid()
    assert filled.read_otherwise == [("１２．５", "12.5")]


def test_problem_at_the_top_leads_to_its_field_in_the_same_words():
    filled = form(value="1,000")

    assert filled.problems == [("Value, in HK$ million", "id_value", SEPARATORS)]
    assert list(filled["value"].errors) == [SEPARATORS]
    assert 'aria-describedby="id_value_helptext id_value_error"' in str(filled["value"])
    assert 'aria-invalid="true"' in str(filled["value"])
