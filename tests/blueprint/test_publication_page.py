"""What a publication changed, as people read it."""

import datetime
import re
from decimal import Decimal

import pytest

from blueprint.clock import database_now
from blueprint.models import PersonName
from blueprint.nouns import nouns
from blueprint.publishing import Planned
from tests.factories import (
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
    publish_one_of_each,
    publish_seat,
    publish_target,
)
from tests.reading import content, texts

pytestmark = pytest.mark.django_db

NAMES = {
    "office": "Innovation Office",
    "calendaritem": "Figures of 2025",
    "direction": "1 A direction",
    "plan": "The plan",
    "source": "Yearbook",
    "strategy": "1 A strategy",
    "measure": "A measure",
    "stagestatement": "By then much is done.",
    "initiative": "A park",
    "milestone": "The park opens",
    "unit": "per cent",
    "stage": "Second stage",
    "indicator": "An indicator",
    "evidence": "https://example.org/table",
    "baseline": "An indicator",
    "target": "An indicator, Second stage",
    "committee": "Review Committee",
    "seat": "Ada Example",
    "meeting": "Meeting 1",
    "finding": "1 A strategy",
    "action": "Report again.",
}


def open_page(client, publication, query=""):
    return client.get(f"/en/publications/{publication.number}/{query}")


def cells(response):
    """The rows of every table, cell by cell."""
    rows = re.findall(r"<tr>(.*?)</tr>", content(response).decode(), re.S)
    plain = [
        [re.sub(r"<[^>]*>", " ", cell) for cell in re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row)]
        for row in rows
    ]
    return [[" ".join(cell.split()) for cell in row] for row in plain]


def facts(response):
    """Field -> what is said, of the new things on a page."""
    return dict(zip(texts(response, "dt"), texts(response, "dd"), strict=True))


# New things


@pytest.mark.parametrize("noun", sorted(NAMES))
def test_new_thing_of_every_noun_is_named(client, noun):
    response = open_page(client, publish_one_of_each())

    assert f"{NAMES[noun]} new" in texts(response, "h3")


def test_table_of_names_has_every_noun():
    assert NAMES.keys() | {"observation"} == {kind.name for kind in nouns()}


def test_new_thing_is_listed_with_what_it_says(client):
    publication = publish_changes(change("milestone", due="2027-10"))

    response = open_page(client, publication)

    said = facts(response)
    assert (said["Initiative"], said["Date"], said["State"]) == ("A park", "October 2027", "planned")


def test_new_text_is_said_once_in_the_readers_language_or_the_nearest(client):
    publication = publish_office("dpo", name_en="", name_zh_hant="數字辦", name_zh_hans="数字办")

    response = client.get(f"/en/publications/{publication.number}/")

    assert '<span lang="zh-Hant">數字辦</span>' in content(response).decode()
    assert "数字办" not in content(response).decode()


def test_codes_are_shown_as_the_names_they_stand_for(client):
    publish_office("itc", name_en="Innovation Office")
    publication = publish_changes(change("initiative", initiative="hub", office="itc"))

    response = open_page(client, publication)

    assert facts(response)["Office"] == "Innovation Office"


# Changed things


def test_changed_field_stands_with_before_and_after_and_nothing_else(client):
    publish_indicator("I1", name_en="Patents")
    publication = publish_changes(change("indicator", name_en="Patents granted"), reason="To be clear.")

    response = open_page(client, publication)

    assert cells(response) == [
        ["Field", "Before", "From this publication on"],
        ["Name (English)", "Patents", "Patents granted"],
    ]
    assert "Reason: To be clear." in texts(response, "p")


def test_changed_figure_stands_with_difference_kind_and_reason(client):
    publish_observation(value=Decimal("1.5"))
    publication = publish_observation(value=Decimal("1.2"), kind="correction", reason="A sum was wrong.")

    response = open_page(client, publication)

    assert cells(response)[1] == [
        "2024",
        "1.5%",
        "1.2%",
        "−0.3 percentage points −20.00%",
        "Correction, final A sum was wrong.",
    ]


def test_withdrawn_figure_is_not_available_any_more(client):
    publish_observation(value=Decimal("1.5"))
    publication = publish_observation(
        value=None, status="M", kind="withdrawal", reason="It was of another city."
    )

    response = open_page(client, publication)

    assert cells(response)[1][1:3] == ["1.5%", "not available"]


def test_changed_target_says_why_and_on_whose_authority(client):
    publish_target(value=Decimal(5))
    publication = publish_target(
        value=Decimal(6),
        reason="More is possible.",
        authority="Policy Address",
        decided_on=datetime.date(2026, 9, 16),
    )

    response = open_page(client, publication)

    assert cells(response)[1:] == [
        ["Value", "5%", "6%"],
        ["On whose authority", "nothing", "Policy Address"],
        ["Decided on", "nothing", "16 September 2026"],
    ]
    assert "Reason: More is possible." in texts(response, "p")


def test_changed_choice_date_and_reference_are_in_words(client):
    publish_one_of_each()
    publish_office("dpo", name_en="Digital Office")
    publication = publish_changes(
        change("action", state="done", office="dpo", due_on=datetime.date(2027, 1, 31)), reason="Reported."
    )

    response = open_page(client, publication)

    assert cells(response)[1:] == [
        ["Office", "Innovation Office", "Digital Office"],
        ["Due on", "4 November 2026", "31 January 2027"],
        ["State", "open", "done"],
    ]


def test_withdrawn_thing_is_named_without_what_it_said(client):
    publish_one_of_each()
    publication = publish_changes(change("milestone", withdrawn=True), reason="A court ordered it.")

    response = open_page(client, publication)

    assert texts(response, "h3") == ["The park opens withdrawn"]
    assert (cells(response), "Reason: A court ordered it." in texts(response, "p")) == ([], True)


def test_thing_published_again_after_its_withdrawal_is_new(client):
    publish_one_of_each()
    publish_changes(change("milestone", withdrawn=True), reason="A court ordered it.")

    response = open_page(client, publish_changes(change("milestone"), reason="The court was asked again."))

    assert texts(response, "h3") == ["The park opens new"]


# Persons


def test_seat_shows_the_name_and_not_its_commitment(client):
    publish_seat(holder_en="Ada Example")
    publication = publish_seat(holder_en="Bo Example")

    response = open_page(client, publication)

    assert cells(response)[1] == ["Name (English)", "Ada Example", "Bo Example"]


def test_removed_name_is_nowhere_on_the_page(client):
    publication = publish_seat(holder_en="Ada Example", post_en="A post")
    PersonName.objects.update(name="", salt="")

    response = open_page(client, publication)

    assert "A post new" in texts(response, "h3")
    assert "Ada Example" not in content(response).decode()


# Links


def test_name_leads_to_the_page_as_it_stood_from_this_publication_on(client):
    publication = publish_one_of_each()
    publish_changes(change("initiative", name_en="A large park"), reason="It grew.")

    page = content(open_page(client, publication)).decode()

    assert '<a href="/en/initiatives/park/?as_at=1">A park</a>' in page


def test_name_of_what_was_withdrawn_leads_to_where_it_last_stood(client):
    publish_one_of_each()
    publication = publish_changes(change("initiative", withdrawn=True), reason="A court ordered it.")

    page = content(open_page(client, publication)).decode()

    assert '<a href="/en/initiatives/park/?as_at=1">A park</a>' in page


def test_every_link_of_a_publication_leads_somewhere(client):
    publish_one_of_each()
    publication = publish_changes(
        *[change(kind.name) for kind in nouns() if kind.name not in ("target", "observation")]
    )

    links = set(re.findall(r'href="(/en/[^"#]*)', content(open_page(client, publication)).decode()))

    assert {link: client.get(link).status_code for link in links} == dict.fromkeys(links, 200)


def test_replaced_publications_are_linked(client):
    publish_one_of_each()
    publish_office(name_en="Other")

    page = content(
        open_page(client, publish_changes(change("office"), change("measure"), reason="Both."))
    ).decode()

    assert '<a href="/en/publications/1/">1</a>, <a href="/en/publications/2/">2</a>' in page


@pytest.mark.parametrize(("query", "following"), [("", ["2"]), ("?as_at=1", [])])
def test_next_publication_is_not_beyond_the_moment(client, query, following):
    publish_office()
    publish_office(name_en="Later")

    page = content(client.get(f"/en/publications/1/{query}")).decode()

    assert re.findall(r'rel="next" href="/en/publications/(\d+)/', page) == following


def test_publication_after_the_moment_is_not_found(client):
    publish_office()
    publish_office(name_en="Later")

    assert client.get("/en/publications/2/?as_at=1").status_code == 404


# When and why


def published_planned(minutes, **planned):
    at = database_now() - datetime.timedelta(minutes=minutes, seconds=5)
    return publish_changes(
        change("office"), planned=Planned(at=at, **planned), notes={"en": "Figures of the year."}
    )


def test_late_publication_says_by_how_much(client):
    response = open_page(client, published_planned(22))

    assert [text for text in texts(response, "p") if text.endswith(": 22 minutes late.")] != []


def test_publication_on_time_says_so(client):
    response = open_page(client, published_planned(0))

    assert [text for text in texts(response, "p") if text.endswith(" and published on time.")] != []


def test_moved_moment_is_shown_with_its_public_reason(client):
    moved = {
        "from": "2026-10-30T08:30:00Z",
        "to": "2026-11-02T08:30:00Z",
        "reason": {"en": "A source was late.", "zh_hant": "資料遲到。"},
    }
    publication = published_planned(0, rescheduled=[moved])

    english, chinese = (client.get(f"/{tag}/publications/{publication.number}/") for tag in ("en", "zh-hant"))

    said = "Moved from 30 October 2026 16:30 to 2 November 2026 16:30: A source was late."
    assert said in texts(english, "p")
    assert [text for text in texts(chinese, "p") if text.endswith("資料遲到。")] != []


def test_notes_and_kind_stand_at_the_top(client):
    response = open_page(client, published_planned(0))

    assert (texts(response, "p", "lead"), texts(response, "span", "tag")[0]) == (
        ["Figures of the year."],
        "Texts and lists",
    )


def test_reason_that_the_notes_give_is_said_once_in_the_readers_language(client):
    notes = {"en": "A source was late.", "zh_hant": "資料遲到。"}
    publication = publish_changes(change("office"), notes=notes, reason="A source was late.")

    response = client.get(f"/zh-hant/publications/{publication.number}/")

    assert texts(response, "p", "lead") == ["資料遲到。"]
    assert "A source was late." not in content(response).decode()


# Large publications


def many(count):
    return [change("observation", period=str(1990 + n)) for n in range(count)] + [
        change("office", office=f"o{n}", name_en=f"Office {n}") for n in range(count)
    ]


@pytest.mark.parametrize("count", [1, 30])
def test_page_asks_as_much_for_one_change_as_for_thirty(client, count, django_assert_num_queries):
    publish_changes(*many(count))
    changed = [
        change("observation", period=str(1990 + n), value=Decimal(2), kind="revision", reason="So.")
        for n in range(count)
    ]
    publication = publish_changes(
        *changed, *[change("office", office=f"o{n}", name_en="New") for n in range(count)], reason="So."
    )

    with django_assert_num_queries(8):
        response = open_page(client, publication)

    assert len(response.context["figures"]) == count


def test_large_publication_is_counted_folded_and_paged(client):
    publication = publish_changes(
        *[change("office", office=f"o{n:03}", name_en=f"Office {n}") for n in range(130)]
    )

    first, second = open_page(client, publication), open_page(client, publication, "?page=2")

    assert texts(first, "ul", "tally") == ["Offices 130"]
    assert [texts(page, "summary")[0] for page in (first, second)] == ["Show all 100", "Show all 30"]
    assert texts(second, "h3")[-1] == "Office 129 new"
    assert open_page(client, publication, "?page=3").status_code == 400
