"""Many periods of one indicator at once."""

import uuid
from decimal import Decimal

import pytest

from blueprint.models import Event, Release
from blueprint.permissions import Role
from indicators.actions import warnings_of
from indicators.models import EvidenceEntry, ObservationEntry
from tests.factories import OfficeFactory, UserFactory, publish_indicator, publish_observation, publish_office

TABLE = "/en/desk/indicators/I1/table/"
LINK = {"evidence_url": "https://example.org/table", "evidence_title": "Table 1"}


@pytest.fixture
def series(db):
    """Figures of 2020 to 2022; those of 2023 and 2024 are still to come."""
    publish_office()
    publish_indicator(short_name_en="Ratio", release_month=12)
    for period, value in (("2020", "1.0"), ("2021", "1.1"), ("2022", "1.2")):
        publish_observation(period=period, value=Decimal(value))


@pytest.fixture
def ada(client, series):
    ada = UserFactory(name="Ada")
    client.force_login(ada)
    return ada


def typed(client, **fields):
    """What the table sends when these cells are altered and no other."""
    page = client.get(TABLE)
    form = page.context["form"]
    sent = {bound.html_name: bound.value() for bound in form} | {"keeper": page.context["keeping"].tag}
    return {name: "" if value is None else str(value) for name, value in sent.items()} | fields


def drafted():
    rows = ObservationEntry.objects.order_by("period").values_list("period", "value", "kind", "reason")
    return [(period, str(value.normalize()), kind, reason) for period, value, kind, reason in rows]


def test_altered_periods_and_no_others_are_kept_in_one_draft(client, ada):
    sent = typed(client, value_2023="1.3", value_2024="1.35", **LINK)

    answer = client.post(TABLE, sent | {"save": "1"})

    assert (answer.status_code, Release.objects.get().state) == (302, "draft")
    assert drafted() == [("2023", "1.3", "first", ""), ("2024", "1.35", "first", "")]
    assert sorted(EvidenceEntry.objects.values_list("period", flat=True)) == ["2023", "2024"]
    saved = Event.objects.filter(verb="save_figures", refused=False)
    assert [(e.actor_id, len(e.detail["changes"])) for e in saved] == [(ada.pk, 4)]


def test_published_figures_change_with_one_kind_and_reason_for_all(client, ada):
    sent = typed(client, value_2020="1.01", value_2021="1.11", **LINK)

    refused = client.post(TABLE, sent | {"save": "1"})
    client.post(TABLE, sent | {"save": "1", "kind": "revision", "reason": "Recompiled."})

    assert refused.context["form"].errors["kind"] == [
        "A figure for 2020 is published. Say what kind of change this is.",
        "A figure for 2021 is published. Say what kind of change this is.",
    ]
    assert drafted() == [
        ("2020", "1.01", "revision", "Recompiled."),
        ("2021", "1.11", "revision", "Recompiled."),
    ]


def test_faults_stand_at_their_cells_and_nothing_is_kept(client, ada):
    sent = typed(client, value_2023="1,3", value_2024="-4", **LINK)

    form = client.post(TABLE, sent | {"save": "1"}).context["form"]

    assert sorted(form.errors) == ["value_2023", "value_2024"]
    assert form["value_2023"].value() == "1,3"
    assert not ObservationEntry.objects.exists()


def test_warning_of_a_row_passes_only_with_a_sentence(client, ada):
    sent = typed(client, value_2023="9.9", **LINK)

    asked = client.post(TABLE, sent | {"submit": "1"}).context["form"]
    boxes = {name: "Checked." for name in asked.errors}
    answer = client.post(TABLE, sent | boxes | {"submit": "1"})

    release = Release.objects.get()
    assert boxes
    assert all(name.startswith("because_") and name.endswith("_2023") for name in boxes)
    assert answer.headers["Location"] == f"/en/desk/releases/{release.pk}/"
    assert {one["sentence"] for one in warnings_of(release)["I1", "2023"]} == {"Checked."}


def test_row_that_is_emptied_again_leaves_the_draft(client, ada):
    client.post(TABLE, typed(client, value_2023="1.3", value_2024="1.35", **LINK) | {"save": "1"})

    client.post(TABLE, typed(client, value_2024="") | {"save": "1"})

    assert drafted() == [("2023", "1.3", "first", "")]


def test_who_saves_second_is_told_and_keeps_what_was_typed(client, ada):
    first = typed(client, value_2023="1.3", **LINK)
    second = typed(client, value_2023="1.4", **LINK)
    client.post(TABLE, first | {"save": "1"})

    answer = client.post(TABLE, second | {"save": "1"})

    assert (answer.status_code, answer.context["form"]["value_2023"].value()) == (409, "1.4")
    assert drafted() == [("2023", "1.3", "first", "")]
    clashes = answer.context["clashes"]
    assert [(clash.about, clash.saved, clash.typed) for clash in clashes] == [("Value, 2023", "1.3", "1.4")]


def test_cells_that_somebody_else_saved_are_not_undone_by_saving_again(client, ada):
    own = typed(client, value_2024="1.35", **LINK)
    client.post(TABLE, typed(client, value_2023="1.3", **LINK) | {"save": "1"})

    refused = client.post(TABLE, own | {"save": "1"})
    again = {bound.html_name: bound.value() for bound in refused.context["form"]}
    client.post(
        TABLE, {name: "" if value is None else value for name, value in again.items()} | {"save": "1"}
    )

    assert (refused.status_code, refused.context["clashes"]) == (409, [])
    assert drafted() == [("2023", "1.3", "first", ""), ("2024", "1.35", "first", "")]


@pytest.mark.parametrize("opened", ["", "[" * 5000, "[1]", '{"value_2024": {}}', "x"])
def test_table_survives_what_it_never_wrote(client, ada, opened):
    sent = typed(client, value_2024="1.35", **LINK)
    client.post(TABLE, typed(client, value_2023="1.3", **LINK) | {"save": "1"})

    assert client.post(TABLE, sent | {"opened": opened, "save": "1"}).status_code == 409


def test_what_was_typed_and_not_saved_comes_back_on_top_of_what_is_saved(client, ada):
    sent = typed(client, value_2024="1,35", **LINK)
    client.post(TABLE, sent | {"save": "1"})
    client.post(TABLE, typed(client, value_2023="1.3", value_2024="", **LINK) | {"save": "1", "keeper": ""})

    page = client.get(TABLE)

    form = page.context["form"]
    assert page.context["keeping"].restored
    assert (form["value_2024"].value(), form["value_2023"].value()) == ("1,35", "1.3")


def test_same_table_sent_twice_is_one_save(client, ada):
    sent = typed(client, value_2023="1.3", **LINK) | {"save": "1", "token": str(uuid.uuid4())}

    answers = [client.post(TABLE, sent).status_code for _time in range(2)]

    assert answers == [302, 302]
    assert Event.objects.filter(verb="save_figures", refused=False).count() == 1


def test_nothing_altered_is_nothing_to_save(client, ada):
    answer = client.post(TABLE, typed(client) | {"save": "1"})

    assert answer.context["form"].non_field_errors() == ["Nothing was altered in this table."]
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("role", "office", "status"),
    [
        (Role.HEAD, "itc", 200),
        (Role.OFFICIAL, "dpo", 404),
        (Role.APPROVER, "itc", 403),
        (Role.PUBLISHER, "", 403),
    ],
)
def test_table_is_for_those_who_enter_figures_of_the_office(client, series, role, office, status):
    client.force_login(UserFactory(role=role, **({"office": OfficeFactory(code=office)} if office else {})))

    assert client.get(TABLE).status_code == status
