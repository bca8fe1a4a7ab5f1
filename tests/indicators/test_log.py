"""The work on an indicator: who wrote what, when, what stood there before, and why."""

import csv
import io
import uuid
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from blueprint.actions import (
    approval_digest,
    approve_release,
    publish_release,
    return_release,
    submit_release,
)
from blueprint.permissions import Role
from indicators.actions import open_release_for, save_entry, withdraw_entry
from indicators.desk.log import Log
from indicators.gathering import gather_releases
from indicators.models import IndicatorVersion
from tests.factories import (
    REVISED,
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    accept_all_gaps,
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
)

LOG, FILE = "/en/desk/indicators/I1/log/", "/en/desk/indicators/I1/log.csv"


@pytest.fixture
def indicator(db):
    publish_office()
    publish_indicator(short_name_en="Ratio")
    publish_observation(period="2024", value=Decimal("1.4"))
    return IndicatorVersion.objects.get(indicator="I1")


def save(indicator, by, value, **fields):
    release = open_release_for(indicator)
    changes = [change("observation", period="2024", value=Decimal(value), **fields)]
    version = release.version if release else 0
    return save_entry(
        indicator=indicator,
        by=by,
        changes=changes,
        version=version,
        number=release and release.pk,
        token=uuid.uuid4(),
        body=value,
    )


def altered(step):
    return {row.label: (row.before, row.after) for thing in step.things for row in thing.altered}


def told(indicator, user):
    """Who did what with which values, oldest first; what was published before is left out."""
    steps = Log(indicator, user, 1000).steps()
    said = [(step.who, step.deed, altered(step).get("value")) for step in reversed(steps)]
    return [each for each in said if each[0]]


def test_every_value_is_told_from_the_first_save_to_its_publication(indicator):
    ada, ben, eva = (
        UserFactory(name=name, role=role)
        for name, role in (("Ada", Role.OFFICIAL), ("Ben", Role.APPROVER), ("Eva", Role.PUBLISHER))
    )
    revised = {"kind": "revision", "reason": "Recompiled."}
    save(indicator, ada, "1.5", **revised)
    release = save(indicator, ada, "1.6", **revised)
    accept_all_gaps(release)
    submit_release(release, by=ada)
    return_release(release, by=ben, reason="Which table?")
    submit_release(release, by=ada)
    approve_release(release, by=ben, digest=approval_digest(release))
    publish_release(release, by=eva)

    assert [each for each in told(indicator, ada)] == [
        ("Ada", "opened the release", None),
        ("Ada", "saved figures", ("1.4%", "1.5%")),
        ("Ada", "saved figures", ("1.5%", "1.6%")),
        ("Ada", "submitted it for approval", None),
        ("Ben", "returned it", None),
        ("Ada", "submitted it for approval", None),
        ("Ben", "approved it", None),
        ("Eva", "published it", None),
    ]
    steps = Log(indicator, ada, 1000).steps()
    assert [step.publication for step in steps if step.who == "Eva"] == [release.publication_id]
    assert [step.why for step in steps if step.who == "Ben" and step.why] == ["Which table?"]
    assert {thing.why for step in steps if step.deed == "saved figures" for thing in step.things} == {
        "Recompiled."
    }


def test_what_was_taken_out_of_a_draft_is_told(indicator):
    ada = UserFactory(name="Ada")
    release = save(indicator, ada, "1.5", kind="revision", reason="Recompiled.")

    withdraw_entry(indicator=indicator, by=ada, period="2024", version=release.version)

    taken = [step for step in Log(indicator, ada, 1000).steps() if step.deed == "took figures out"]
    assert [altered(step) for step in taken] == [{"taken out of the draft": ("1.5%", "")}]


def test_an_approved_value_is_told_to_nobody_else_from_the_draft_it_came_from(indicator):
    """Typed in one release, approved in another: the one that was put into it is a colleague's to see."""
    publish_indicator("I2")
    ada, ben, eva = UserFactory(name="Ada"), UserFactory(role=Role.APPROVER), UserFactory(role=Role.PUBLISHER)
    colleague = UserFactory(role=Role.HEAD)
    source = save(indicator, ada, "1.5", kind="revision", reason="Recompiled.")
    own = ReleaseFactory(created_by=ada, entries=[change("observation", indicator="I2")])
    gather_releases(own, by=ada, others=[(source.pk, source.version)])
    own.refresh_from_db()
    assert "1.5%" in str(told(indicator, colleague))
    accept_all_gaps(own)
    submit_release(own, by=ada)

    approve_release(own, by=ben, digest=approval_digest(own))

    assert "1.5%" not in str(Log(indicator, colleague, 1000).steps())
    assert all("1.5%" in str(told(indicator, one)) for one in (ada, ben, eva))
    publish_release(own, by=eva)
    assert "1.5%" in str(told(indicator, colleague))


def test_what_was_published_without_a_release_is_told_with_its_publication(indicator):
    publication = publish_changes(change("observation", period="2024", value=Decimal("1.7"), **REVISED))

    step = Log(indicator, UserFactory(), 1000).steps()[0]

    assert (step.publication, [thing.subject for thing in step.things]) == (publication.number, ["2024"])
    assert altered(step)["value"] == ("1.4%", "1.7%")


def test_file_says_what_the_page_says(indicator, client):
    ada = UserFactory(name="Ada")
    save(indicator, ada, "1.5", kind="revision", reason="=SUM(A1)")
    client.force_login(ada)

    page, answer = client.get(LOG).content.decode(), client.get(FILE)

    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    saved = [row for row in rows if row["done"] == "saved figures" and row["field"] == "value"]
    # A spreadsheet must not take it for a formula.
    assert [(row["who"], row["before"], row["after"], row["why"]) for row in saved] == [
        ("Ada", "1.4%", "1.5%", "'=SUM(A1)")
    ]
    assert "=SUM(A1)" in page


def test_queries_of_the_log_do_not_grow(indicator, client, django_assert_num_queries):
    ada = UserFactory()
    client.force_login(ada)
    save(indicator, ada, "1.5", **REVISED)
    client.get(LOG)
    with CaptureQueriesContext(connection) as once:
        client.get(LOG)

    for value in ("1.6", "1.7", "1.8"):
        save(indicator, ada, value, **REVISED)

    with django_assert_num_queries(len(once.captured_queries)):
        client.get(LOG)


def test_latest_steps_are_those_of_the_whole_log_in_few_queries(indicator, django_assert_max_num_queries):
    ada = UserFactory(name="Ada")
    for value in ("1.5", "1.6", "1.7"):
        release = save(indicator, ada, value, **REVISED)
    withdraw_entry(indicator=indicator, by=ada, period="2024", version=release.version)
    save(indicator, ada, "1.8", **REVISED)
    whole = Log(indicator, ada, 1000).steps()

    with django_assert_max_num_queries(8):
        latest = Log(indicator, ada, 1000).latest(6)

    assert latest == whole[:6]
    assert [step.values[0][1].before for step in latest if step.values] == ["1.4%", "1.6%", "1.5%"]


def test_entry_page_shows_the_last_three_steps(indicator, client):
    ada = UserFactory(name="Ada")
    client.force_login(ada)
    for value in ("1.5", "1.6", "1.7"):
        save(indicator, ada, value, **REVISED)

    page = client.get("/en/desk/indicators/I1/enter/")

    assert [altered(step)["value"] for step in page.context["steps"]] == [
        ("1.6%", "1.7%"),
        ("1.5%", "1.6%"),
        ("1.4%", "1.5%"),
    ]
    assert "<del>1.6%</del>" in page.content.decode()


def test_log_of_another_office_answers_as_what_does_not_exist(indicator, client):
    save(indicator, UserFactory(), "1.5", kind="revision", reason="Recompiled.")
    publish_changes(change("office", office="dpo", name_en="Digital Office"))
    client.force_login(UserFactory(office=OfficeFactory(code="dpo")))

    other, unknown = (
        client.get(address).status_code for address in (LOG, "/en/desk/indicators/no-such/log/")
    )

    assert (other, unknown, client.get(FILE).status_code) == (404, 404, 404)


def test_colleague_without_a_hand_in_an_approved_release_does_not_read_it(indicator, client):
    ada, ben = UserFactory(name="Ada"), UserFactory(name="Ben", role=Role.APPROVER)
    release = save(indicator, ada, "1.9", kind="revision", reason="Recompiled.")
    accept_all_gaps(release)
    submit_release(release, by=ada)
    approve_release(release, by=ben, digest=approval_digest(release))

    seen, unseen = told(indicator, ada), told(indicator, UserFactory())

    assert ("Ada", "saved figures", ("1.4%", "1.9%")) in seen
    assert unseen == []
