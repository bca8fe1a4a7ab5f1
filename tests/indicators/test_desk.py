import datetime
import re
import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from blueprint.actions import changes_of, digest_of
from blueprint.models import Contributor, Event, Publication, Release
from blueprint.permissions import Role
from indicators.models import Observation, ObservationEntry
from tests.factories import (
    OfficeFactory,
    UserFactory,
    approved_release,
    change,
    publish_indicator,
    publish_observation,
    publish_office,
    publish_target,
    published_release,
    submitted_release,
)

ENTER = "/en/desk/indicators/I1/enter/"


@pytest.fixture
def series(db):
    """An indicator of the office itc with figures up to 2024 and a target."""
    publish_office()
    publish_indicator(short_name_en="Ratio", definition_en="One over the other.")
    for period, value in (("2020", "1.0"), ("2021", "1.1"), ("2022", "1.2"), ("2023", "1.3"), ("2024", "1.4")):
        publish_observation(period=period, value=Decimal(value))
    publish_target()


@pytest.fixture
def sign_in(client):
    def sign_in(role, **fields):
        person = UserFactory(role=role, **fields)
        client.force_login(person)
        return person

    return sign_in


def typed(**fields):
    """What the form sends for a figure without surprises."""
    sent = {
        "version": "0",
        "token": str(uuid.uuid4()),
        "period": "2025",
        "value": "1.5",
        "status": "A",
        "qualifier": "exact",
        "evidence_url": "https://example.org/table",
        "evidence_title": "Table 1",
    }
    return sent | fields


def seen(release):
    release.refresh_from_db()
    return {"version": release.version, "digest": digest_of(changes_of(release))}


# The whole path


def test_figure_goes_from_the_form_to_the_public_by_three_persons(client, series, sign_in):
    sign_in(Role.OFFICIAL)

    answer = client.post(ENTER, typed(value="1.5", submit="1"))

    release = Release.objects.get()
    assert answer.headers["Location"] == f"/en/desk/releases/{release.pk}/"
    client.post(reverse("desk:release-submit", args=[release.pk]), seen(release))
    sign_in(Role.APPROVER)
    client.post(reverse("desk:release-approve", args=[release.pk]), seen(release))
    sign_in(Role.PUBLISHER)
    answer = client.post(reverse("desk:release-publish", args=[release.pk]), seen(release), follow=True)
    release.refresh_from_db()
    row = Observation.objects.get(period="2025")
    assert (release.state, row.publication_id) == ("published", release.publication_id)
    assert (row.value, row.kind, row.status) == (Decimal("1.5"), "first", "A")
    assert f'/en/publications/{release.publication_id}/">publication' in answer.content.decode()
    assert "I1,An indicator,,,total,2025,1.5,per cent,exact,A,no,first" in client.get(
        "/data/observations.csv"
    ).content.decode().replace("percent,exact", "per cent,exact")


@pytest.mark.parametrize("state", ["draft", "submitted", "approved"])
def test_release_page_shows_before_and_after(client, series, sign_in, state):
    sign_in(Role.OFFICIAL)
    client.post(ENTER, typed(period="2024", value="1.6", kind="revision", reason="Late returns", save="1"))
    release = Release.objects.get()

    answer = client.get(release.get_absolute_url())

    (figure,) = answer.context["figures"]
    assert {name: figure[name] for name in ("before", "after", "difference", "percent", "kind", "reason")} == {
        "before": "1.4%",
        "after": "1.6%",
        "difference": "+0.2%",
        "percent": "+14.29%",
        "kind": "routine revision",
        "reason": "Late returns",
    }
