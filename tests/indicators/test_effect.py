"""What a figure would do, while it is typed: judged and drawn, and kept nowhere."""

import re
import uuid
from decimal import Decimal

import pytest
from django.apps import apps

from blueprint.pace import Pace
from blueprint.permissions import Role
from indicators.desk import entering
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    change,
    publish_baseline,
    publish_indicator,
    publish_observation,
    publish_office,
    publish_target,
)

EFFECT, ENTER = "/en/desk/indicators/I1/effect/", "/en/desk/indicators/I1/enter/"


@pytest.fixture(autouse=True)
def paced(monkeypatch):
    """Each test types at its own pace."""
    monkeypatch.setattr(entering, "PACE", Pace(at_most=40, seconds=20))


@pytest.fixture
def series(db):
    publish_office()
    publish_indicator(short_name_en="Ratio", highest=Decimal(100), lowest=Decimal(0))
    publish_baseline()
    for year in range(2020, 2025):
        publish_observation(period=str(year), value=Decimal(year - 2010) / 10)
    publish_target(due="2025", value=Decimal("1.5"))


@pytest.fixture
def official(client, series):
    person = UserFactory(role=Role.OFFICIAL)
    client.force_login(person)
    return person


def typed(**fields):
    sent = {"version": "0", "token": str(uuid.uuid4()), "period": "2025", "value": "1.5"}
    return sent | {"status": "A", "qualifier": "exact"} | fields


def everything():
    """Every row of every table."""
    return {model._meta.label: list(model.objects.order_by("pk").values()) for model in apps.get_models()}


def text_of(answer):
    plain = re.sub(r"<svg.*?</svg>|<[^>]+>", " ", answer.content.decode(), flags=re.DOTALL)
    return " ".join(plain.split())


def test_effect_says_the_status_and_stores_nothing(client, official):
    before = everything()

    answer = client.post(EFFECT, typed(evidence_url="https://example.org/"))

    assert text_of(answer) == "With 1.5% in 2025 By 2025: 1.5% Awaiting figure → becomes Achieved"
    assert answer.content.count(b"<svg") >= 1
    assert everything() == before


def test_effect_is_private_and_never_stored(client, official):
    answer = client.post(EFFECT, typed())

    assert set(answer.headers["Cache-Control"].split(", ")) >= {"private", "no-store"}


def test_effect_is_what_the_release_says_once_it_is_saved(client, official):
    shown = client.post(EFFECT, typed(value="1.45")).context["effect"].lines
    client.post(ENTER, typed(value="1.45", save="1"))
    release = client.get(ENTER).context["release"]

    of_release = client.get(release.get_absolute_url()).context["effects"]

    assert [(e["before"], e["after"]) for e in shown] == [(e["before"], e["after"]) for e in of_release]


def test_effect_names_the_doubts_that_will_be_asked_about(client, official):
    answer = client.post(EFFECT, typed(value="15"))

    assert "A digit too many or too few? 15% is about 10 times the figure of 2024, 1.4%." in text_of(answer)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1,5", "This figure cannot be kept as it is Write 12345.6 without separators."),
        ("101", "This figure cannot be kept as it is 101% cannot be: this indicator is at most 100%."),
        ("", "What it would do Type a figure to see what it would do to the status and to the chart."),
    ],
)
def test_effect_of_what_is_no_figure_says_why(client, official, value, expected):
    answer = client.post(EFFECT, typed(value=value))

    assert (answer.status_code, text_of(answer)) == (200, expected)


def test_effect_of_no_figure_is_shown_too(client, official):
    answer = client.post(EFFECT, typed(value="", missing="on", reason="Not compiled."))

    assert text_of(answer).startswith("With no figure in 2025")


def test_effect_counts_the_other_figures_of_the_draft(client, official):
    release = ReleaseFactory(created_by=official, entries=[change("observation", period="2025", value=2)])

    page = client.get(f"{ENTER}?period=new")
    with_draft = client.post(
        EFFECT, typed(period="2026", value="1.1", version=release.version, release=release.pk)
    )

    assert "With this draft" in page.content.decode()
    # The figure of 2025 met the target; what comes after it takes nothing from that.
    assert [line["after"] for line in with_draft.context["effect"].lines] == ["achieved"]


def test_button_shows_the_effect_without_scripts_and_stores_nothing(client, official):
    before = everything()

    answer = client.post(ENTER, typed(effect="1", value="1.6", note_en="Half typed"))

    html = answer.content.decode()
    assert (answer.status_code, "With 1.6% in 2025" in html, "Half typed" in html) == (200, True, True)
    assert (answer.context["form"].is_bound, answer.context["form"]["value"].value()) == (False, "1.6")
    assert everything() == before


def test_effect_answers_a_post_only_and_nobody_but_officials_of_the_office(client, official):
    assert client.get(EFFECT).status_code == 405
    client.force_login(UserFactory(role=Role.OFFICIAL, office=OfficeFactory(code="dpo")))
    assert client.post(EFFECT, typed()).status_code == 404
    client.force_login(UserFactory(role=Role.APPROVER))
    assert client.post(EFFECT, typed()).status_code == 403


def test_too_many_at_once_are_asked_to_wait(client, official, monkeypatch):
    monkeypatch.setattr(entering, "PACE", Pace(at_most=2, seconds=20, clock=lambda: 100.0))

    answers = [client.post(EFFECT, typed()) for _time in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["Retry-After"] == "21"


@pytest.mark.parametrize("more", [0, 8])
def test_effect_query_count(client, official, more, django_assert_num_queries):
    for year in range(2010, 2010 + more):
        publish_observation(period=str(year), value=Decimal(1))
    client.post(EFFECT, typed())

    with django_assert_num_queries(QUERIES):
        client.post(EFFECT, typed())


QUERIES = 17


# Bad figures by way of the page: nothing is stored, and what was typed stands there still.


@pytest.mark.parametrize(
    "value",
    [
        *("NaN", "Infinity", "-Infinity", "sNaN", "1e400", "9" * 5000, "1e99999999", "0x10"),
        *("1,5", "1.234,5", "1,234.5", "1 234", "１，２３４", "12億", "3.5萬"),
    ],
)
def test_I05_I07_figure_that_is_none_is_refused_by_the_form(client, official, value):
    before = everything()

    answer = client.post(ENTER, typed(value=value, submit="1"))

    assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["value"])
    assert answer.context["form"]["value"].value() == value
    assert everything() == before


@pytest.mark.parametrize(
    "period", ["31/02/2025", "0000", "9999", "115", "02/03/2025", "45000", "2025-Q5", "2025-Q2"]
)
@pytest.mark.parametrize("frequency", ["annual", "irregular"])
def test_I23_period_that_is_none_is_refused_by_the_form(client, official, period, frequency):
    publish_indicator(frequency=frequency)

    answer = client.post(ENTER, typed(period=period, save="1"))

    if (period, frequency) == ("2025-Q2", "irregular"):
        assert answer.status_code == 302
    else:
        assert (answer.status_code, list(answer.context["form"].errors)) == (200, ["period"])
