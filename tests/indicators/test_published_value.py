"""A published figure is edited in place by no door: forms, administration, interface (the tables: test_triggers)."""

import uuid
from decimal import Decimal

import pytest
from django.urls import reverse

from blueprint.permissions import Role
from indicators.models import Observation, ObservationEntry
from tests.factories import UserFactory, publish_observation

pytestmark = pytest.mark.django_db


@pytest.fixture
def published():
    publish_observation(value=Decimal("1.5"), period="2024")
    return Observation.objects.get()


def rows():
    return list(Observation.objects.values())


ADMIN = {
    "form": ("indicators_observation_change", {"value": "9", "_save": "Save"}),
    "new row": ("indicators_observation_add", {"indicator": "I1", "period": "2024", "value": "9"}),
    "deletion": ("indicators_observation_delete", {"post": "yes"}),
    "list": (
        "indicators_observation_changelist",
        {"form-TOTAL_FORMS": 1, "form-INITIAL_FORMS": 1, "form-0-value": "9", "_save": "Save"},
    ),
    "bulk action": (
        "indicators_observation_changelist",
        {"action": "delete_selected", "_selected_action": "1", "post": "yes"},
    ),
}


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR])
@pytest.mark.parametrize("door", ADMIN)
def test_W08_published_value_is_not_edited_in_the_administration(client, published, door, role):
    name, sent = ADMIN[door]
    client.force_login(UserFactory(role=role))
    before = rows()
    pk = [published.pk] if name.endswith(("change", "delete")) else []
    sent = sent | ({"form-0-id": published.pk} if door == "list" else {})
    sent = sent | ({"_selected_action": published.pk} if door == "bulk action" else {})

    answer = client.post(reverse(f"admin:{name}", args=pk), sent)

    assert answer.status_code in (302, 403) if "list" in name else answer.status_code == 403
    assert rows() == before


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
@pytest.mark.parametrize(
    "address", ["/api/v1/indicators/I1/", "/data/indicators/I1.json", "/en/indicators/I1/"]
)
def test_W08_published_value_is_not_edited_by_a_program(client, published, method, address):
    client.force_login(UserFactory(role=Role.HEAD))
    before, read = rows(), client.get(address)

    answer = getattr(client, method)(address, data='{"value": "9"}', content_type="application/json")

    assert (read.status_code, answer.status_code) == (200, 405)
    assert rows() == before


def sent(**fields):
    given = {"version": "0", "token": str(uuid.uuid4()), "period": "2024", "value": "9", "status": "A"}
    return given | {"qualifier": "exact", "evidence_url": "https://example.org/t", "save": "1"} | fields


def test_W08_other_value_needs_its_kind_and_reason_and_is_a_draft(client, published):
    client.force_login(UserFactory(role=Role.OFFICIAL))
    address, before = reverse("desk:enter", args=["I1"]), rows()

    bare = client.post(address, sent())
    stored = ObservationEntry.objects.count()
    told = client.post(address, sent(kind="correction", reason="A slip"))

    assert (bare.status_code, stored) == (200, 0)
    assert set(bare.context["form"].errors) & {"kind", "reason"}
    assert (told.status_code, ObservationEntry.objects.get().kind) == (302, "correction")
    assert rows() == before


WRONG = ["true", "[1]", "{}", "1e5", "null", "NaN", "１.5e", '"1"']


@pytest.mark.parametrize("value", WRONG)
def test_W14_value_of_another_type_is_refused_at_its_field(client, published, value):
    client.force_login(UserFactory(role=Role.OFFICIAL))

    page = client.post(
        reverse("desk:enter", args=["I1"]), sent(value=value, kind="correction", reason="A slip")
    )

    assert (page.status_code, ObservationEntry.objects.count()) == (200, 0)
    assert list(page.context["form"].errors) == ["value"]
    assert page.context["form"]["value"].value() == value
