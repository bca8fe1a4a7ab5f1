from decimal import Decimal

import pytest
from django.urls import reverse

from blueprint import actions
from blueprint.actions import Refused, approval_digest
from blueprint.models import Release
from blueprint.permissions import Role
from blueprint.scheduling import overtaken, publish_due
from indicators.desk.comparison import said_once
from indicators.models import ObservationEntry
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    enter,
    person_for,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_target,
    submitted_release,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def release():
    publish_indicator(short_name_en="A share")
    return submitted_release()


@pytest.fixture
def approver(client, release):
    person = person_for(Role.APPROVER, release)
    client.force_login(person)
    return person


def page_of(client, release):
    return client.get(release.get_absolute_url())


def post(client, release, verb, /, **sent):
    return client.post(reverse(f"desk:release-{verb}", args=[release.pk]), sent)


# Before and after


def test_page_shows_before_after_difference_and_percentage_exactly(client):
    publish_observation(value=Decimal("0.3"), period="2024")
    entry = change("observation", period="2024", value=Decimal("0.1"), kind="correction", reason="A slip")
    release = submitted_release(entries=[entry])
    client.force_login(person_for(Role.APPROVER, release))

    figure = page_of(client, release).context["figures"][0]

    # As binary fractions these would differ by 0.19999999999999998.
    assert (figure["before"], figure["after"], figure["difference"]) == (
        "0.3%",
        "0.1%",
        "−0.2 percentage points",
    )
    assert figure["percent"] == "−66.67%"


# Recalled, changed, submitted again


def test_recall_is_offered_to_the_author_and_gives_a_draft(client, release):
    client.force_login(release.created_by)

    answer = post(client, release, "recall", version=release.version)
    twice = post(client, release, "recall", version=release.version)

    assert (answer.status_code, twice.status_code) == (302, 302)
    assert Release.objects.get().state == "draft"
    assert "took it back before it was decided on" in page_of(client, release).content.decode()


def test_C05_approval_of_what_was_recalled_and_edited_is_refused_with_the_difference(
    client, release, approver
):
    seen = page_of(client, release).context
    sent = {"version": seen["release"].version, "digest": seen["digest"]}
    actions.recall_release(release, by=release.created_by)
    actions.touch(release, by=release.created_by)
    ObservationEntry.objects.update(value="9.9")

    page = post(client, release, "approve", **sent)

    release.refresh_from_db()
    assert (page.status_code, release.state, release.approved_by) == (409, "draft", None)
    assert "Somebody changed this release since you opened it" in str(*page.context["messages"])
    (row,) = page.context["seen_changes"]["rows"]
    assert (row["name"], [(f.field, f.before, f.after) for f in row["fields"]]) == (
        "A share, 2024",
        [("value", "1.5%", "9.9%")],
    )
    # Submitted again, the old page still approves nothing: its digest is of what it showed.
    actions.submit_release(release, by=release.created_by)
    again = post(client, release, "approve", **sent | {"version": release.version})
    assert (again.status_code, Release.objects.get().state) == (409, "submitted")


def test_second_submission_shows_what_changed_since_the_first(client, release, approver):
    first = page_of(client, release).context["since"]
    actions.return_release(release, by=approver, reason="Look again")
    actions.touch(release, by=release.created_by)
    ObservationEntry.objects.update(value="2.5")
    enter(release, change("observation", period="2023"))
    actions.submit_release(release, by=release.created_by)

    since = page_of(client, release).context["since"]

    assert first is None
    assert since["event"].detail["version"] == 2
    assert [(row["name"], row["added"], [f.after for f in row["fields"]]) for row in since["rows"]] == [
        ("A share, 2024", False, ["2.5%"]),
        ("A share, 2023", True, []),
    ]


def test_second_submission_of_the_same_says_so(client, release, approver):
    actions.return_release(release, by=approver, reason="Look again")
    actions.submit_release(release, by=release.created_by)

    page = page_of(client, release)

    assert page.context["since"]["rows"] == []
    assert "Its figures and texts are the same as then." in page.content.decode()


def test_figure_taken_out_since_the_first_submission_is_named(client, release, approver):
    actions.return_release(release, by=approver, reason="Look again")
    enter(release, change("observation", period="2023"))
    ObservationEntry.objects.filter(period="2024").delete()
    actions.submit_release(release, by=release.created_by)

    rows = page_of(client, release).context["since"]["rows"]

    assert [(row["name"], row["taken_out"]) for row in rows] == [
        ("A share, 2024", True),
        ("A share, 2023", False),
    ]


# C16: what a figure means


REDEFINED = {
    "definition": ("indicator", lambda: publish_indicator(definition_en="Another thing")),
    "unit": ("unit", lambda: publish_changes(change("unit", name_en="percent of GDP"))),
    "target": ("target", lambda: publish_target(value=Decimal(7))),
}


@pytest.mark.parametrize("what", REDEFINED)
def test_C16_definition_changed_during_approval_warns_and_asks_for_the_approval_anew(
    client, release, approver, what
):
    noun, publish_it = REDEFINED[what]
    seen = page_of(client, release).context
    publication = publish_it()

    answer = post(client, release, "approve", version=release.version, digest=seen["digest"])
    page = page_of(client, release).context

    assert (seen["redefined"], answer.status_code, Release.objects.get().state) == ([], 409, "submitted")
    assert page["digest"] != seen["digest"]
    assert [(name, str(said), number) for name, said, number in page["redefined"]] == [
        (page["figures"][0]["indicator"].short_name_en or "An indicator", noun, publication.number)
    ]
    # Seen anew, it may be approved.
    again = post(client, release, "approve", version=release.version, digest=page["digest"])
    assert (again.status_code, Release.objects.get().state) == (302, "approved")


@pytest.mark.parametrize("what", REDEFINED)
def test_C16_definition_changed_after_the_approval_keeps_it_from_the_public(what):
    publish_indicator()
    release = approved_release()
    publication = REDEFINED[what][1]()

    with pytest.raises(Refused, match="What would be published is not what was approved"):
        actions.publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    found = overtaken([release])[release.pk]
    assert [(one.noun.name, number) for one, number in found] == [(REDEFINED[what][0], publication.number)]


def test_C16_clock_does_not_publish_a_figure_whose_definition_changed():
    publish_indicator()
    approved_release(due_in=-1)
    publish_indicator(definition_en="Another thing")

    assert publish_due() == []


def test_C16_change_of_another_indicator_changes_nothing(release):
    before = approval_digest(release)

    publish_indicator("other", definition_en="Another thing")

    assert approval_digest(release) == before


# One at a time, the next a link away


def test_next_release_that_waits_is_a_link_away(client, release, approver):
    second = submitted_release()
    own = submitted_release()
    actions.return_release(own, by=approver, reason="Mine now")
    actions.touch(own, by=person_for(Role.OFFICIAL, own))
    elsewhere = submitted_release(office=OfficeFactory(code="fstb"))

    page = page_of(client, release)

    assert page.context["next_waiting"] == second
    assert f'data-next data-key="n" href="{second.get_absolute_url()}"' in page.content.decode()
    assert page_of(client, second).context["next_waiting"] == release
    assert elsewhere.pk not in {second.pk, release.pk}


def test_nothing_more_waits(client, release, approver):
    assert page_of(client, release).context["next_waiting"] is None


def test_publisher_goes_on_to_what_is_ready(client):
    publish_indicator()
    first, second = approved_release(), approved_release()
    approved_release(due_in=86400)
    client.force_login(UserFactory(role=Role.PUBLISHER))

    assert page_of(client, first).context["next_waiting"] == second


@pytest.mark.parametrize("name", ["id", "ids", "pk", "release", "releases"])
def test_W16_many_at_once_approves_none(client, release, approver, name):
    others = [submitted_release() for _ in range(3)]
    others += [
        submitted_release(office=OfficeFactory(code="fstb")),
        submitted_release(created_by=person_for(Role.HEAD, release)),
    ]
    sent = {"version": release.version, "digest": approval_digest(release)}

    answer = post(client, release, "approve", **sent, **{name: [release.pk, *(one.pk for one in others)]})

    assert answer.status_code == 400
    assert set(Release.objects.values_list("state", flat=True)) == {"submitted"}


def test_W16_no_address_takes_several_releases(client, release, approver):
    answers = [
        client.post(f"/en/desk/releases/{path}", {"ids": [release.pk]}).status_code
        for path in ("approve/", "", f"{release.pk},{release.pk + 1}/approve/")
    ]

    assert answers == [404, 404, 404]


# W13: one source of truth


@pytest.mark.parametrize("verb", ["approve", "return", "submit", "withdraw", "recall", "gather", "split"])
def test_W13_body_that_names_another_release_is_refused(client, release, approver, verb):
    other = submitted_release()

    answer = post(client, release, verb, version=release.version, reason="x", id=other.pk)

    assert answer.status_code == 400
    assert "names another release than its address does" in answer.content.decode()
    assert set(Release.objects.values_list("state", "version")) == {("submitted", 2)}


@pytest.mark.parametrize("name", ["version", "digest"])
def test_W13_field_sent_twice_is_refused(client, release, approver, name):
    sent = {"version": [str(release.version)], "digest": [approval_digest(release)]}

    answer = post(client, release, "approve", **sent | {name: [*sent[name], "other"]})

    assert (answer.status_code, Release.objects.get().state) == (400, "submitted")


def test_W13_query_that_names_two_is_refused(client, release, approver):
    address = release.get_absolute_url()

    answers = [
        client.get(address + query).status_code
        for query in ("?release=1&release=2", f"?release={release.pk}")
    ]

    assert answers == [400, 200]


WRONG = ["true", "[1]", "{}", "1e5", "null", "", "-1", "２", "1.0", "99999999999"]


@pytest.mark.parametrize("version", WRONG)
def test_W14_version_of_another_type_moves_nothing(client, release, approver, version):
    answer = post(client, release, "approve", version=version, digest=approval_digest(release))

    assert (answer.status_code, Release.objects.get().state) == (409, "submitted")


def test_draft_has_no_comments_form(client, release, approver):
    draft = ReleaseFactory()

    assert page_of(client, draft).context["remark_form"] is None


def test_reason_of_a_part_is_said_only_where_it_is_another():
    def figure(breakdown, reason):
        return {"code": "I1", "period_code": "2024", "breakdown": breakdown, "reason": reason}

    figures = [figure("", "A slip."), figure("Business", "A slip."), figure("Government", "A late return.")]

    assert [one["reason"] for one in said_once(figures)] == ["A slip.", "", "A late return."]
