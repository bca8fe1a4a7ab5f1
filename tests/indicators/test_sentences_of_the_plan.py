"""Every sentence of the real plan as a whole, now and as at past dates: sentences.csv is read by people too."""

import csv
import datetime
import re
from pathlib import Path

import pytest
from django.utils import translation

from blueprint.models import Publication
from blueprint.moment import Moment, past_moment
from indicators.sentences import sentence
from indicators.standings import standings
from tests.reading import LANGUAGES, texts

pytestmark = pytest.mark.django_db

# A day on which figures of 2025 are not yet overdue.
DAY = datetime.date(2026, 12, 1)


def expected():
    """{(as at, indicator): its sentence in each language}; without a date, as of what was published last."""
    with Path(__file__).with_name("sentences.csv").open(encoding="utf-8", newline="") as file:
        return {(row.pop("as_at"), row.pop("indicator")): tuple(row.values()) for row in csv.DictReader(file)}


def moment_at(as_at):
    head = Publication.objects.head()
    return past_moment(as_at, head.number, DAY) if as_at else Moment(head.number, DAY, head)


def said_of_all(moment):
    found = {}
    for language in LANGUAGES:
        with translation.override(language):
            for standing in standings(moment):
                found.setdefault(standing.code, []).append(sentence(standing))
    return {code: tuple(row) for code, row in found.items()}


@pytest.mark.parametrize("as_at", ["2019-12-31", "2022-12-31", "2025-03-31", ""])
def test_X08_each_indicator_of_the_plan_has_its_sentence_in_three_languages(real_plan, as_at):
    assert said_of_all(moment_at(as_at)) == {
        code: row for (day, code), row in expected().items() if day == as_at
    }


@pytest.mark.parametrize("language", ["zh-hant", "zh-hans"])
def test_chinese_sentences_have_no_english_marks(language):
    marks = re.compile(r"[;:(]|,(?!\d{3})|\.(?!\d)| (?!petaFLOPS)")

    rows = [row[LANGUAGES.index(language)] for row in expected().values()]

    assert [row for row in rows if marks.search(row) or not row.endswith("。")] == []


def test_english_sentences_have_one_full_stop_and_no_bracketed_plural():
    rows = [row[0] for row in expected().values()]

    assert [row for row in rows if not re.fullmatch(r"[A-Zi](?:[^.]|\.(?=\d))*\.", row) or "(s)" in row] == []


def test_page_and_its_description_say_the_sentence(client, real_plan):
    response = client.get("/zh-hant/indicators/gerd-hkd/?as_at=2025-03-31")

    said = expected()["2025-03-31", "gerd-hkd"][LANGUAGES.index("zh-hant")]
    assert texts(response, "p", "lead") == [said]
    assert f'<meta name="description" content="{said}">' in response.content.decode()
