import datetime
import uuid

import pytest
from django.urls import reverse

from blueprint.actions import approval_digest, approve_release, changes_of, publish_release, return_release
from blueprint.clock import database_now, today
from blueprint.models import Event, Publication, Release
from blueprint.permissions import Role
from committee.actions import save_rating
from committee.models import Cycle, Finding, Rating
from committee.papers import paper_of
from tests.factories import (
    UserFactory,
    change,
    names_of,
    publish_changes,
    publish_observation,
    publish_stage,
    publish_strategy,
    publish_target,
)
from tests.reading import LANGUAGE_TAGS

pytestmark = pytest.mark.django_db
LATER = today() + datetime.timedelta(days=90)
INSIDE = [Role.MEMBER, Role.CHAIR, Role.SECRETARY, Role.AUDITOR]
PAGE = ["/en/room/", "/en/room/meetings/5/strategies/1/"]
RATE = "/en/room/meetings/5/strategies/1/rating/"
FINDING = "/en/room/meetings/5/strategies/1/finding/"


@pytest.fixture
def cycle():
    publish_changes(change("committee"), change("indicator"), change("baseline"))
    publish_stage()
    publish_target()
    publish_observation()
    return Cycle.objects.create(
        number=5,
        committee_id="review",
        meets_on=LATER,
        cut_off=Publication.objects.head(),
        opened_at=database_now(),
    )


def signed_in(client, role):
    person = UserFactory(role=role)
    client.force_login(person)
    return person


def rating(cycle, *, by=None, confidence=4, reason="Another's reason."):
    by = by or UserFactory(role=Role.MEMBER, name="Other Member")
    return save_rating(paper_of(cycle, "1"), by=by, confidence=confidence, reason=reason, version=0)


def rated(**typed):
    return {"confidence": "4", "reason": "Because.", "version": "0"} | typed


def found(**typed):
    return {
        "confidence": "4",
        "text_en": "Goes well.",
        "action_en": "Report again.",
        "office": "itc",
        "due_on": LATER.isoformat(),
        "version": "0",
        "token": str(uuid.uuid4()),
    } | typed


def send_accepting(client, sent):
    """Answer with yes whatever the form asks about its languages."""
    asked = client.post(FINDING, sent).context["finding_form"].questions
    return client.post(FINDING, sent | {"accept": names_of(asked)}, follow=True)


# Who comes in


@pytest.mark.parametrize("page", PAGE)
@pytest.mark.parametrize("role", INSIDE)
def test_room_lets_the_committee_in(client, cycle, role, page):
    signed_in(client, role)

    response = client.get(page)

    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("page", [*PAGE, RATE, FINDING])
@pytest.mark.parametrize("role", sorted(set(Role) - set(INSIDE)))
def test_room_keeps_others_out_and_records_it(client, cycle, role, page):
    person = signed_in(client, role)

    response = client.post(page, rated()) if page in (RATE, FINDING) else client.get(page)

    assert response.status_code == 403
    assert "This room is for the members of the committee and its secretary." in response.content.decode()
    assert Event.objects.filter(actor=person, refused=True).count() == 1


@pytest.mark.parametrize("page", [*PAGE, RATE, FINDING])
def test_room_sends_visitors_to_sign_in(client, cycle, page):
    assert client.get(page)["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize("page", [RATE, FINDING])
def test_form_s_address_leads_back_to_its_page(client, cycle, page):
    signed_in(client, Role.MEMBER)

    assert client.get(page)["Location"] == PAGE[1]


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_room_speaks_three_languages(client, cycle, language):
    signed_in(client, Role.CHAIR)

    page = client.get(f"/{language}/room/meetings/5/strategies/1/").content.decode()

    assert f'<html lang="{LANGUAGE_TAGS[language]}">' in page


# Papers


def test_papers_without_an_open_meeting_say_so(client):
    signed_in(client, Role.MEMBER)

    assert "No meeting is being prepared" in client.get(PAGE[0]).content.decode()


def test_papers_say_what_one_has_rated(client, cycle):
    rating(cycle, by=signed_in(client, Role.MEMBER))

    (item,) = client.get(PAGE[0]).context["cycles"]

    assert (item["mine"], [(row["mine"], row["rated"]) for row in item["rows"]]) == (1, [(True, 1)])


@pytest.mark.parametrize(
    ("role", "shown"), [(Role.CHAIR, True), (Role.SECRETARY, True), (Role.MEMBER, False)]
)
def test_papers_count_who_has_rated_for_chair_and_secretary(client, cycle, role, shown):
    rating(cycle)
    signed_in(client, role)

    assert (" have rated" in client.get(PAGE[0]).content.decode()) is shown


@pytest.mark.parametrize("count", [1, 3])
def test_papers_query_count(client, cycle, django_assert_num_queries, count):
    for number in range(2, count + 1):
        publish_strategy(str(number), number=number)
    Cycle.objects.update(cut_off=Publication.objects.head())
    signed_in(client, Role.MEMBER)
    client.get(PAGE[0])

    with django_assert_num_queries(9):
        response = client.get(PAGE[0])

    assert len(response.context["cycles"][0]["rows"]) == count


def test_strategy_page_keeps_to_the_frozen_figures(client, cycle):
    publish_observation(period="2025", value=3)
    signed_in(client, Role.MEMBER)

    response = client.get(PAGE[1])

    (standing,) = response.context["paper"].standings
    assert standing.latest.latest_period == "2024"
    assert "Changed since the papers" in response.content.decode()


@pytest.mark.parametrize(
    "page", ["meetings/6/strategies/1/", "meetings/5/strategies/9/", f"meetings/{10**30}/strategies/1/"]
)
def test_strategy_page_that_is_not_there(client, cycle, page):
    signed_in(client, Role.MEMBER)

    assert client.get(f"/en/room/{page}").status_code == 404


# Ratings


def test_others_ratings_are_blind_until_one_has_rated(client, cycle):
    rating(cycle)
    signed_in(client, Role.MEMBER)
    before = client.get(PAGE[1]).content.decode()

    after = client.post(RATE, rated(), follow=True).content.decode()

    assert "Another&#x27;s reason." not in before
    assert "Other Member" not in before
    assert "Another&#x27;s reason." in after
    assert "Your rating is saved." in after


@pytest.mark.parametrize("role", [Role.CHAIR, Role.SECRETARY])
def test_chair_and_secretary_see_ratings(client, cycle, role):
    rating(cycle)
    signed_in(client, role)

    assert "Other Member" in client.get(PAGE[1]).content.decode()


def test_auditor_sees_no_rating_and_no_form(client, cycle):
    rating(cycle)
    signed_in(client, Role.AUDITOR)

    response = client.get(PAGE[1])

    assert (response.context["rating_form"], response.context["finding_form"]) == (None, None)
    assert "Other Member" not in response.content.decode()


@pytest.mark.parametrize("role", [Role.SECRETARY, Role.AUDITOR])
def test_rating_by_those_who_do_not_rate_is_refused(client, cycle, role):
    signed_in(client, role)

    response = client.post(RATE, rated())

    assert (response.status_code, Rating.objects.count()) == (403, 0)
    assert "Your role does not include this step." in response.content.decode()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"reason": ""}, {"reason"}),
        ({"reason": "   "}, {"reason"}),
        ({"reason": "x" * 5000}, {"reason"}),
        ({"confidence": ""}, {"confidence"}),
        ({"confidence": "6"}, {"confidence"}),
        ({"confidence": "9" * 6000}, {"confidence"}),
        ({"version": ""}, {"version"}),
        ({"version": "-1"}, {"version"}),
        ({"version": "9" * 6000}, {"version"}),
        ({"confidence": "", "reason": ""}, {"confidence", "reason"}),
    ],
)
def test_rating_form_says_what_is_wrong(client, cycle, typed, wrong):
    signed_in(client, Role.MEMBER)

    response = client.post(RATE, rated(**typed))

    assert response.status_code == 422
    assert set(response.context["rating_form"].errors) == wrong
    assert "Nothing was saved yet." in response.content.decode()
    assert not Rating.objects.exists()


@pytest.mark.parametrize("address", [RATE, FINDING])
@pytest.mark.parametrize(
    "sent", [{}, {"reason": "a\x00b", "text_en": "a\x00b", "confidence": "4", "version": "0"}]
)
def test_room_stores_nothing_of_a_broken_form(client, cycle, address, sent):
    signed_in(client, Role.CHAIR)

    response = client.post(address, sent)

    assert 400 <= response.status_code < 500
    assert (Rating.objects.count(), Release.objects.count()) == (0, 0)


def test_rating_from_a_stale_page_shows_both_texts(client, cycle):
    person = signed_in(client, Role.MEMBER)
    rating(cycle, by=person, reason="From the other window.")

    response = client.post(RATE, rated(reason="From this window."))

    page = response.content.decode()
    assert response.status_code == 409
    assert "From the other window." in page
    assert "From this window." in page
    assert Rating.objects.get().reason == "From the other window."

    again = client.post(RATE, response.context["rating_form"].data)

    assert again.status_code == 302
    assert Rating.objects.get().reason == "From this window."


def test_rating_for_a_closed_meeting_is_refused_with_its_text(client, cycle):
    Cycle.objects.update(closed_at=database_now())
    signed_in(client, Role.MEMBER)

    response = client.post(RATE, rated(reason="Too late."))

    assert (response.status_code, Rating.objects.count()) == (409, 0)
    assert "Too late." in response.content.decode()


# Findings


def test_chair_records_secretary_approves_publisher_publishes(client, cycle):
    rating(cycle)
    signed_in(client, Role.CHAIR)

    response = send_accepting(client, found())

    release = Release.objects.get()
    assert "The finding is recorded and submitted." in response.content.decode()
    assert "Waits for the secretary's approval." in response.content.decode()
    signed_in(client, Role.SECRETARY)
    assert reverse("desk:release", args=[release.pk]) in client.get(PAGE[1]).content.decode()
    approve_release(release, by=UserFactory(role=Role.SECRETARY), digest=approval_digest(release))
    publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    assert Finding.objects.values_list("meeting", "strategy", "confidence", "spread").get() == (
        "5",
        "1",
        4,
        {"4": 1},
    )
    assert "Goes well." in client.get("/en/strategies/1/").content.decode()
    assert "Report again." in client.get(PAGE[1]).content.decode()


def test_members_do_not_see_a_finding_before_it_is_public(client, cycle):
    signed_in(client, Role.CHAIR)
    send_accepting(client, found())
    signed_in(client, Role.MEMBER)

    page = client.get(PAGE[1]).content.decode()

    assert "Goes well." not in page
    assert "What the committee agreed" not in page


@pytest.mark.parametrize("role", [Role.MEMBER, Role.SECRETARY, Role.AUDITOR])
def test_finding_by_another_role_is_refused(client, cycle, role):
    signed_in(client, role)

    response = client.post(FINDING, found())

    assert (response.status_code, Release.objects.count()) == (403, 0)


def test_finding_sent_twice_makes_one_release(client, cycle):
    signed_in(client, Role.CHAIR)
    sent = found(text_zh_hant="良好。", text_zh_hans="顺利。", action_en="", office="", due_on="")

    answers = [client.post(FINDING, sent).status_code for _again in range(2)]

    assert (answers, Release.objects.count()) == ([302, 302], 1)


def test_returned_finding_is_mended_in_its_release(client, cycle):
    signed_in(client, Role.CHAIR)
    send_accepting(client, found())
    release = Release.objects.get()
    return_release(release, by=UserFactory(role=Role.SECRETARY), reason="Name the figure.")
    response = client.get(PAGE[1])
    form = response.context["finding_form"]
    sent = {name: form[name].value() or "" for name in form.fields} | {"text_en": "1.5 per cent."}

    send_accepting(client, sent)

    assert "Name the figure." in response.content.decode()
    assert [c.content["text_en"] for c in changes_of(release)] == ["1.5 per cent.", "Report again."]


def test_finding_while_one_waits_shows_both(client, cycle):
    signed_in(client, Role.CHAIR)
    send_accepting(client, found())

    response = client.post(FINDING, found(text_en="Something else."))

    page = response.content.decode()
    assert (response.status_code, Release.objects.count()) == (409, 1)
    assert "Goes well." in page
    assert "Something else." in page


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"text_en": ""}, {"text_en"}),
        ({"text_en": " "}, {"text_en"}),
        ({"text_zh_hant": "x" * 5000}, {"text_zh_hant"}),
        ({"confidence": "0"}, {"confidence"}),
        ({"office": ""}, {"office"}),
        ({"office": "nowhere"}, {"office"}),
        ({"due_on": ""}, {"due_on"}),
        ({"due_on": today().isoformat()}, {"due_on"}),
        ({"due_on": "soon"}, {"due_on"}),
        ({"action_en": ""}, {"action_en"}),
        ({"action_en": "", "office": ""}, {"action_en", "office"}),
        ({"token": "x"}, {"token"}),
        ({"version": "x"}, {"version"}),
    ],
)
def test_finding_form_says_what_is_wrong(client, cycle, typed, wrong):
    signed_in(client, Role.CHAIR)

    response = client.post(FINDING, found(**typed))

    assert response.status_code == 422
    assert set(response.context["finding_form"].errors) == wrong
    assert not Release.objects.exists()


def test_finding_needs_no_action(client, cycle):
    signed_in(client, Role.CHAIR)

    send_accepting(client, found(action_en="", office="", due_on=""))

    assert [c.noun.name for c in changes_of(Release.objects.get())] == ["finding"]
