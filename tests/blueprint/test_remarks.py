import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse

from blueprint import actions
from blueprint.actions import Moved, Refused, approval_digest
from blueprint.models import Event, Notice, Remark
from blueprint.permissions import Role
from blueprint.remarks import add_remark, settle_remark
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    person_for,
    publish_indicator,
    submitted_release,
)

pytestmark = pytest.mark.django_db
ABOUT = {"indicator": "I1", "period": "2024", "field": "value"}


@pytest.fixture
def release():
    publish_indicator()
    return submitted_release()


@pytest.fixture
def approver(release):
    return person_for(Role.APPROVER, release)


def remark(release, by, text="Why so much?", **about):
    return add_remark(release, by=by, text=text, **ABOUT | about)


def test_remark_stands_at_its_field_and_its_author_is_told(release, approver):
    made = remark(release, approver)

    assert (made.indicator, made.period, made.field, made.by) == ("I1", "2024", "value", approver)
    assert list(Notice.objects.filter(kind="remark").values_list("person", "key")) == [
        (release.created_by_id, f"remark:{made.pk}")
    ]
    assert "Why so much?" not in str(Notice.objects.filter(kind="remark").values_list("detail", flat=True))
    assert Event.objects.get(verb="remark").detail["text"] == "Why so much?"


def test_same_remark_sent_twice_is_one(release, approver):
    assert remark(release, approver) == remark(release, approver)

    assert (Remark.objects.count(), Event.objects.filter(verb="remark").count()) == (1, 1)


@pytest.mark.parametrize("role", ["official", "publisher", "auditor", "member", "administrator"])
def test_remark_is_refused_to(release, role):
    with pytest.raises(Refused, match="Your role does not include this step"):
        remark(release, person_for(role, release))

    assert not Remark.objects.exists()


def test_remark_on_another_offices_release_is_refused(release):
    with pytest.raises(Refused, match="Your role does not include this step"):
        remark(release, UserFactory(role=Role.APPROVER, office=OfficeFactory(code="fstb")))


def test_remark_on_what_is_not_in_the_release_is_refused(release, approver):
    with pytest.raises(Refused, match="This figure is not in the release any more"):
        remark(release, approver, period="2031")
    with pytest.raises(Refused, match="Say what is to be looked at"):
        remark(release, approver, text="  ")


def test_draft_is_not_remarked_on(approver):
    with pytest.raises(Refused, match="Your role does not include this step"):
        remark(ReleaseFactory(), approver)


def test_nobody_approves_while_a_remark_is_open(release, approver):
    made = remark(release, approver)

    with pytest.raises(Refused, match="A comment on a field is still open"):
        actions.approve_release(release, by=approver, digest=approval_digest(release))
    release.refresh_from_db()
    state = release.state
    settle_remark(release, by=approver, remark=made.pk)
    actions.approve_release(release, by=approver, digest=approval_digest(release))

    assert (state, release.state) == ("submitted", "approved")


def test_author_settles_it_once_it_is_back(release, approver):
    made = remark(release, approver)
    author = release.created_by
    with pytest.raises(Refused, match="Your role does not include this step"):
        settle_remark(release, by=author, remark=made.pk)
    actions.return_release(release, by=approver, reason="See the comments on the fields.")

    settle_remark(release, by=author, remark=made.pk)

    made.refresh_from_db()
    assert (made.settled_by, made.settled_at is not None) == (author, True)
    assert Event.objects.filter(verb="settle_remark", refused=False).get().actor == author


def test_remark_on_a_release_that_moved_meanwhile_is_refused(release, approver):
    stale = type(release).objects.get(pk=release.pk)
    actions.recall_release(release, by=release.created_by)

    with pytest.raises(Moved):
        remark(stale, approver)


@pytest.mark.parametrize(
    ("constraint", "columns"),
    [("remark_says_something", {"text": ""}), ("remark_settled_with_person_and_moment", {"settled_by": 1})],
)
def test_remark_constraint(release, approver, constraint, columns):
    remark(release, approver)
    columns = {name: approver if name == "settled_by" else value for name, value in columns.items()}

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Remark.objects.update(**columns)


# The page


def sent(release, text="Why so much?", figure="I1|2024", field="value"):
    return {
        "version": release.version, "remark-figure": figure, "remark-field": field, "remark-text": text,
    }  # fmt: skip


def test_page_takes_a_remark_and_settles_it(client, release, approver):
    client.force_login(approver)

    answer = client.post(reverse("desk:release-remark", args=[release.pk]), sent(release))
    page = client.get(release.get_absolute_url())
    made = Remark.objects.get()
    settled = client.post(
        reverse("desk:release-remark-settle", args=[release.pk, made.pk]), {"version": release.version}
    )

    assert (answer.status_code, settled.status_code) == (302, 302)
    assert (page.context["open_remarks"], page.context["reason_form"].initial["reason"]) == (
        1,
        "See the comments on the fields.",
    )
    assert reverse("desk:release-approve", args=[release.pk]) not in page.content.decode()
    assert client.get(release.get_absolute_url()).context["open_remarks"] == 0


@pytest.mark.parametrize(
    "broken", [{"text": ""}, {"figure": "I9|2024"}, {"figure": "I1"}, {"field": "state"}]
)
def test_W14_broken_remark_is_refused_at_its_field_and_kept(client, release, approver, broken):
    client.force_login(approver)

    page = client.post(reverse("desk:release-remark", args=[release.pk]), sent(release, **broken))

    assert (page.status_code, Remark.objects.count()) == (422, 0)
    assert len(page.context["remark_form"].problems) == 1
    assert page.context["remark_form"]["text"].value() == broken.get("text", "Why so much?")


def test_author_sees_the_remark_on_the_release(client, release, approver):
    remark(release, approver)
    client.force_login(release.created_by)

    page = client.get(release.get_absolute_url())

    assert [one.text for one, _name in page.context["remarks"]] == ["Why so much?"]
    assert page.context["may_settle"] is False
