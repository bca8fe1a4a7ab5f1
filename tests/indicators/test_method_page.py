import re

import pytest

from indicators import progress
from indicators.methods import READINGS_IN_WORDS, RULES_IN_WORDS, VERSIONS, positions
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db

PAGE = "/en/method/?as_at=2026-11-22"


def rule_texts(response):
    return {
        int(number): texts_of
        for number, texts_of in re.findall(
            r'id="rule-(\d+)"(.*?)</li>', content(response).decode(), flags=re.DOTALL
        )
    }


# What the page says of the rules, against the rules


def test_method_in_force_is_the_last_version_of_the_page():
    assert [version.number for version in VERSIONS] == list(range(1, progress.METHOD + 1))


def test_every_status_that_a_rule_gives_is_named_beside_it():
    named = {rule.number: set(rule.statuses) for rule in RULES_IN_WORDS}

    for rule in progress.RULES:
        assert (rule.status or "on_track") in named[rule.number]
    assert set().union(*named.values()) == set(progress.STATUSES)
    assert sorted(named) == list(range(1, 14))


def test_limits_of_the_readings_are_those_that_are_applied():
    limits = [
        float(re.search(r"^[\d.]+|(?<=≥ )[\d.]+", words)[0]) for _status, words in READINGS_IN_WORDS[:-1]
    ]

    assert limits == [float(least) for least, _status in progress.READINGS]
    assert [status for status, _words in READINGS_IN_WORDS[:-1]] == [s for _least, s in progress.READINGS]


def test_positions_are_worked_out():
    assert [(each["sum"], each["x"]) for each in positions()] == [
        ("2024 + 366/366", "2025"),
        ("2024 + 182/366", "2024.4972"),
        ("2024 + 274/366", "2024.7486"),
        ("2024 + 305/366", "2024.8333"),
        ("2024 + 305/366", "2024.8333"),
    ]


# The page on the real plan


@pytest.mark.parametrize("language", LANGUAGES)
def test_method_page_has_a_place_for_every_rule(client, real_plan, language):
    response = client.get(f"/{language}/method/")

    assert re.findall(r'id="rule-(\d+)"', content(response).decode()) == [str(n) for n in range(1, 14)]


def test_method_page_works_the_ratios_of_the_moment(client, real_plan):
    response = client.get(PAGE)

    worked = [row for row in texts(response, "tr") if "(2" in row]
    assert [(row.split(" ")[0], ratio) for row in worked for ratio in re.findall(r" (−?\d+\.\d\d(?: or more)?) [A-Z]", row)] == [
        ("R&D", "0.56"),
        ("Manufacturing", "0.00"),
        ("Manufacturing", "0.00"),
        ("Smart", "1.31 or more"),
        ("Start-ups", "1.17"),
        ("Unicorns", "−6.18 or more"),
        ("Unicorns", "−5.49 or more"),
        ("I&T", "0.71"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("day", "example"),
    [("2026-11-22", "R&amp;D"), ("2025-12-31", "No indicator stands by this rule at this moment.")],
)
def test_method_page_takes_its_examples_from_the_moment(client, real_plan, day, example):
    rules = rule_texts(client.get(f"/en/method/?as_at={day}"))

    assert example in rules[9]


def test_method_page_before_the_plan_has_no_example(client, real_plan):
    response = client.get("/en/method/?as_at=2010-01-01")

    assert all("No indicator stands by this rule" in rule for rule in rule_texts(response).values())
    assert "At this moment no series is long enough to try it on." in texts(response, "p")


def test_method_page_reports_the_back_test(client, real_plan):
    response = client.get(PAGE)

    [said] = [text for text in texts(response, "p") if "inside their range" in text]
    tried = [row.split()[-2:] for row in texts(response, "tr") if re.search(r"\D \d+ \d+$", row)]
    assert said.startswith("Of 12 figures here that those before them could project, 10 lay inside")
    assert [sum(map(int, column)) for column in zip(*tried, strict=True)] == [12, 10]


def test_back_test_knows_no_more_than_its_moment(client, real_plan):
    response = client.get("/en/method/?as_at=2023-06-30")

    said = [text for text in texts(response, "p") if "inside" in text and "project" in text]
    assert not [text for text in said if text.startswith("Of 12 ")]


# Where a status stands, its rule is one click away


@pytest.mark.parametrize(
    ("code", "rules"), [("gerd-gdp-ratio", [9, 2]), ("unicorns", [9, 13]), ("ai-computing-power", [9, 2, 11])]
)
def test_indicator_page_leads_to_the_rule_of_each_status(client, real_plan, code, rules):
    page = content(client.get(f"/en/indicators/{code}/?as_at=2026-11-22")).decode()

    assert re.findall(r'/en/method/\?as_at=2026-11-22#rule-(\d+)"', page) == [str(rule) for rule in rules]


@pytest.mark.parametrize("path", ["", "indicators/", "strategies/1/", "directions/1/"])
def test_pages_with_statuses_lead_to_the_method(client, real_plan, path):
    assert 'href="/en/method/' in content(client.get(f"/en/{path}")).decode()


# What an indicator's page shows of a target still to come


def stages(response):
    return [text for text in texts(response, "div", "stage") if text.startswith("By ")]


def test_indicator_page_shows_what_is_needed_and_what_was_seen(client, real_plan):
    [stage] = stages(client.get("/en/indicators/startups-number/?as_at=2026-11-22"))

    assert "Needed a year 288.25 start-ups Seen a year 354.5 start-ups" in stage


def test_indicator_page_projects_to_the_target(client, real_plan):
    [stage] = stages(client.get("/en/indicators/startups-number/?as_at=2026-11-22"))

    assert "Likely on the present trend" in stage
    assert (
        "A straight line through the last 8 figures, 2014 to 2024, leads to 7,587 start-ups in 2032." in stage
    )
    assert "The range, meant to hold four times in five: 7,254 to 7,919 start-ups." in stage


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("unicorns", "Not enough data: a projection takes at least four comparable figures."),
        ("ai-computing-power", "Not enough data: a projection takes at least four comparable figures."),
    ],
)
def test_indicator_page_says_why_it_does_not_project(client, real_plan, code, said):
    for stage in stages(client.get(f"/en/indicators/{code}/?as_at=2026-11-22")):
        assert said in stage


def test_changed_target_is_judged_and_projected_against_its_first_version_too(client, real_plan):
    current, first = stages(client.get("/en/indicators/ai-computing-power/?as_at=2026-11-22"))

    assert current.startswith("By 2025: 3,000 petaFLOPS First stage Awaiting figure")
    assert first.startswith(
        "By 2026: 3,000 petaFLOPS As first promised; the target was changed later No data yet"
    )
