"""The entry page: what is asked when, in whose language, and what readers see of the answers."""

from decimal import Decimal

import pytest
from django.utils.translation import override

from blueprint.permissions import Role
from indicators.comments import comment_for, comment_in, comment_of
from indicators.models import ObservationEntry
from tests.factories import UserFactory, publish_indicator, publish_observation, publish_office
from tests.indicators.test_effect import ENTER, typed

SECTORS = {
    "dimension": "sector",
    "name": {"en": "Sector"},
    "categories": [
        {"code": "business", "name": {"en": "Business"}},
        {"code": "state", "name": {"en": "State"}},
    ],
}
ANSWERS = {"note_en": "Spending grew.", "why_en": "New institutes opened.", "next_en": "Two more follow."}


@pytest.fixture
def official(client, db):
    publish_office()
    publish_indicator(
        release_month=12, decimals=2, lowest=Decimal(0), highest=Decimal(100), disaggregation=SECTORS
    )
    publish_observation(value=Decimal("1.13"))
    person = UserFactory(role=Role.OFFICIAL)
    client.force_login(person)
    return person


def html_of(answer):
    return " ".join(answer.content.decode().split())


def test_value_bears_the_hints_of_its_indicator(client, official):
    form = client.get(ENTER).context["form"]

    assert form["value"].help_text == (
        "Plain digits, usually with 2 decimals, such as 12.34. From 0% to 100%. The last one was 1.13."
    )
    assert form["period"].help_text == "Figures come every year, in December of the year after."


def test_cursor_waits_in_the_value_of_the_period_that_is_due(client, official):
    form = client.get(ENTER).context["form"]

    assert (form["period"].value(), form["value"].field.widget.attrs["autofocus"]) == ("2025", True)


def test_kind_is_asked_only_where_a_figure_is_public(client, official):
    asks = {
        period: client.get(f"{ENTER}?period={period}").context["form"].asks_kind for period in ("2024", "new")
    }

    assert asks == {"2024": True, "new": False}
    assert '<option value="2024" data-public>' in html_of(client.get(ENTER))


def test_each_kind_says_when_it_is_the_right_one(client, official):
    kinds = client.get(f"{ENTER}?period=2024").context["form"].kinds

    assert [radio.data["value"] for radio, _hint in kinds] == [
        "revision",
        "correction",
        "method_change",
        "withdrawal",
    ]
    assert all(str(hint).endswith(".") for _radio, hint in kinds)


@pytest.mark.parametrize(
    ("language", "order"),
    [("en", ["en", "zh_hant", "zh_hans"]), ("zh-hans", ["zh_hans", "en", "zh_hant"])],
)
def test_comment_is_open_in_the_language_of_the_person(client, official, language, order):
    comments = client.get(ENTER.replace("/en/", f"/{language}/")).context["form"].comments

    assert [comment["code"] for comment in comments] == order
    assert [comment["open"] for comment in comments] == [True, False, False]


def test_three_answers_become_one_comment_of_the_figure(client, official):
    client.post(ENTER, typed(value="1.2", save="1", evidence_url="https://example.org/", **ANSWERS))

    entry = ObservationEntry.objects.get()
    assert {name: getattr(entry, name) for name in ANSWERS} == ANSWERS


def test_readers_see_the_three_as_one_wherever_the_comment_stands(client, official):
    publish_observation(period="2025", value=Decimal("1.2"), **ANSWERS)
    joined = "Spending grew. New institutes opened. Two more follow."

    answers = {
        "page": client.get("/en/indicators/I1/"),
        "history": client.get("/en/indicators/I1/history/"),
        "file": client.get("/data/indicators/I1.csv"),
        "api": client.get("/api/v1/observations/?indicator=I1"),
        "ledger": client.get("/ledger/entries.jsonl"),
    }

    text = {name: b"".join(answer).decode() for name, answer in answers.items()}
    leaves = text.pop("ledger")
    assert [words in leaves for words in ANSWERS.values()] == [True, True, True]
    assert {name: joined in said for name, said in text.items()} == dict.fromkeys(text, True)


def test_answer_that_lacks_a_language_is_read_in_the_nearest():
    answers = comment_of(
        {name: "" for name in _columns()}
        | {"note_en": "Up.", "why_zh_hant": "新院所。", "next_zh_hant": "再增。"}
    )

    assert comment_for("en", answers) == "Up. 新院所。 再增。"
    assert comment_for("zh_hans", answers) == "Up.新院所。再增。"
    assert (comment_in("en", answers), comment_in("zh_hans", answers)) == ("Up.", "")


def _columns():
    return [f"{name}_{code}" for name in ("note", "why", "next") for code in ("en", "zh_hant", "zh_hans")]


@pytest.mark.parametrize(
    ("value", "parts", "said"),
    [
        ("1.2", {"business": "0.1", "state": "0.2"}, "Together 0.3: 0.9 less than the total, 1.2."),
        ("0.3", {"business": "0.1", "state": "0.2"}, "Together 0.3: the same as the total."),
        ("0.2", {"business": "0.1", "state": "0.2"}, "Together 0.3: 0.1 more than the total, 0.2."),
        ("", {"business": "0.1"}, "Together 0.1."),
        ("1.2", {}, None),
        ("1.2", {"business": "much"}, None),
    ],
)
def test_parts_are_summed_against_the_total(client, official, value, parts, said):
    sent = {f"part_{code}": part for code, part in parts.items()}

    running = client.post(ENTER, typed(value=value, effect="1", **sent)).context["form"].sum

    assert (running.text if running else None) == said


def test_enter_in_a_box_hands_in_as_the_main_button_does(client, official):
    html = html_of(client.get(ENTER))
    first = html[html.index('id="entry"') :].partition("<button ")[2].partition(">")[0]

    answer = client.post(ENTER, typed(value="1.2", enter="1", evidence_url="https://example.org/"))

    assert 'name="enter"' in first
    assert answer.headers["Location"].startswith("/en/desk/releases/")


def test_sum_is_told_in_chinese_with_the_same_figures(client, official):
    with override("zh-hant"):
        answer = client.post(
            ENTER.replace("/en/", "/zh-hant/"), typed(value="1.2", part_business="0.1", effect="1")
        )

    assert ("0.1" in answer.context["form"].sum.text, "1.1" in answer.context["form"].sum.text) == (
        True,
        True,
    )
