import datetime
import json
import os
import subprocess
import sys
from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from blueprint.clock import database_now, hong_kong_date
from blueprint.ledger import leaf_hash
from blueprint.models import Checkpoint, Head, Office, OfficeVersion, Publication
from blueprint.nouns import Change, noun
from blueprint.publishing import PastDate, publish, rehearsed
from indicators.models import Assessment, Indicator, IndicatorVersion, Observation, ObservationEntry
from strategies.models import StrategyVersion
from tests.factories import (
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    publish_office,
    publish_strategy,
)
from tests.races import at_once

# What a publication writes


@pytest.mark.django_db
def test_publish_writes_the_publication():
    before = database_now()

    publication = publish(
        [change("office")],
        kind="texts",
        title={"en": "Offices", "zh_hant": "部門", "zh_hans": "部门"},
        reason="First list",
    )

    stored = Publication.objects.values().get()
    leaf = bytes(stored.pop("leaf"))
    published_at, recorded_at = stored.pop("published_at"), stored.pop("recorded_at")
    assert before <= recorded_at <= database_now()
    assert published_at == recorded_at.replace(microsecond=0)
    assert stored == {
        "number": 1,
        "kind": "texts",
        "title_en": "Offices",
        "title_zh_hant": "部門",
        "title_zh_hans": "部门",
        "notes_en": "",
        "notes_zh_hant": "",
        "notes_zh_hans": "",
        "reason": "First list",
        "calendar_item_id": None,
        "planned_at": None,
        "rescheduled": [],
        "replaces": [],
        "published_on": hong_kong_date(published_at),
        "precision": "moment",
        "loaded": False,
        "leaf_hash": leaf_hash(leaf),
        "tree_nodes": leaf_hash(leaf),
    }
    assert publication.leaf == leaf


@pytest.mark.django_db
def test_publish_writes_versions_of_what_was_published():
    publication = publish_office(name_en="Digital Policy Office", role_en="Standards")

    version = OfficeVersion.objects.get()

    assert (version.publication, noun("office").content(version)) == (
        publication,
        change("office", name_en="Digital Policy Office", role_en="Standards").content,
    )


@pytest.mark.django_db
def test_publish_creates_an_identity_once():
    publish_office("itc")

    publish_changes(change("office", office="itc", name_en="New name"), change("office", office="dpo"))

    assert list(Office.objects.order_by("pk").values_list("pk", flat=True)) == ["dpo", "itc"]
    assert OfficeVersion.objects.count() == 3


@pytest.mark.django_db
def test_publish_writes_what_follows_in_the_same_publication():
    publish_observation("I1")

    assert Assessment.objects.get().publication == Publication.objects.get()


@pytest.mark.django_db
def test_publish_order_of_changes_does_not_matter():
    publish(
        [change(name) for name in ("observation", "indicator", "strategy", "direction", "unit", "office")],
        kind="mixed",
        title={"en": "Backwards"},
    )

    assert Observation.objects.get().indicator == Indicator.objects.get(pk="I1")


@pytest.mark.django_db
def test_publish_under_a_past_date_keeps_it_with_its_precision():
    publish_office()

    publication = publish(
        [change("office", name_en="Old name")],
        kind="texts",
        title={"en": "From the yearbook"},
        past=PastDate(datetime.date(2022, 12, 22), "day"),
        loaded=True,
    )

    leaf = json.loads(publication.leaf)
    assert (leaf["published_at"], leaf["precision"], leaf["loaded"]) == ("2022-12-22T00:00:00Z", "day", True)
    assert publication.published_on == datetime.date(2022, 12, 22)
    assert publication.recorded_at > publication.published_at


@pytest.mark.django_db
def test_publish_under_a_past_date_is_for_what_was_loaded_only():
    with pytest.raises(DatabaseError, match="publication_own_time_is_exact"), transaction.atomic():
        publish_changes(change("office"), past=PastDate(datetime.date(2022, 12, 22), "day"))

    assert Publication.objects.count() == 0


# Figures

ENTRY_FIELDS_BESIDE_VALUE = [field.name for field in ObservationEntry._meta.fields if field.name != "value"]
FIGURES = [
    "99999999999.9999",
    "-99999999999.9999",
    "0.0001",
    "12345678901.2345",
    "1",
    "0",
    "-0.1",
    "33333333333.3333",
]


@pytest.mark.django_db
@pytest.mark.parametrize("figure", FIGURES)
def test_I08_figure_of_15_digits_comes_back_exactly(figure):
    publication = publish_observation(value=Decimal(figure))

    value = Observation.objects.get().value

    assert (value, str(value)) == (Decimal(figure), figure)
    assert json.loads(publication.leaf)["changes"][-1]["value"] == figure


@pytest.mark.django_db
@pytest.mark.parametrize("figure", FIGURES)
def test_I08_figure_of_15_digits_is_found_by_its_value(figure):
    publish_observation(value=Decimal(figure))

    assert Observation.objects.filter(value=Decimal(figure)).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "figure", ["999999999999.999999", "12345678901234567.891234", "999999999999", "1.00001"]
)
def test_I08_figure_that_does_not_fit_is_never_stored_otherwise(figure):
    with pytest.raises(ValidationError), transaction.atomic():
        publish_observation(value=Decimal(figure))

    assert list(Observation.objects.all()) == []


@pytest.mark.parametrize(
    "figure", ["999999999999.999999", "12345678901234567.891234", "999999999999", "1.00001"]
)
def test_I08_figure_that_does_not_fit_is_refused_in_plain_words(figure):
    with pytest.raises(ValidationError, match="Ensure that there are no more than"):
        ObservationEntry(value=Decimal(figure)).clean_fields(exclude=ENTRY_FIELDS_BESIDE_VALUE)


@pytest.mark.django_db
def test_figure_with_zeros_at_its_end_is_no_longer_figure():
    publish_observation(value=Decimal("1.5000000"))

    assert str(Observation.objects.get().value) == "1.5"


# Numbers without gaps


def numbers():
    return list(Publication.objects.order_by("number").values_list("number", flat=True))


def assert_chain_holds():
    publications = list(Publication.objects.order_by("number"))
    assert [p.number for p in publications] == list(range(1, len(publications) + 1))
    assert Head.objects.get().number == len(publications)
    leaves = [json.loads(bytes(p.leaf)) for p in publications]
    assert [leaf["seq"] for leaf in leaves] == [p.number for p in publications]
    assert [leaf.get("prev") for leaf in leaves] == [None, *(leaf_hash(bytes(p.leaf)) for p in publications)][
        :-1
    ]
    moments = [p.recorded_at for p in publications]
    assert moments == sorted(moments)


@pytest.mark.django_db
def test_numbers_count_from_one_and_chain():
    for _ in range(3):
        publish_office()

    assert_chain_holds()


@pytest.mark.django_db
def test_failed_publish_leaves_no_gap():
    publish_office()
    twice = [change("office", name_en="One"), change("office", name_en="Two")]

    with pytest.raises(DatabaseError), transaction.atomic():
        publish_changes(*twice)
    publish_office()

    assert numbers() == [1, 2]
    assert_chain_holds()


@pytest.mark.django_db
def test_publish_whose_derivation_fails_leaves_nothing():
    bad = change("target", due="no period")

    with pytest.raises(ValueError, match="not a reference period"), transaction.atomic():
        publish_changes(bad)

    assert numbers() == []
    assert IndicatorVersion.objects.count() == 0
    assert Head.objects.get().number == 0


@pytest.mark.django_db(transaction=True)
def test_C09_numbers_have_no_gaps_when_many_publish_at_once():
    def work(index):
        for turn in range(5):
            publish_office(f"office-{index}", name_en=f"Turn {turn}")

    answers = at_once(work)

    assert answers == [None] * 8
    assert Publication.objects.count() == 40
    assert_chain_holds()


@pytest.mark.django_db(transaction=True)
def test_C09_failures_among_many_leave_no_gap():
    def work(index):
        same = ["One", "Two"] if index % 2 else ["One"]
        publish_changes(*[change("office", office=f"office-{index}", name_en=name) for name in same])

    answers = at_once(work)

    assert [isinstance(answer, DatabaseError) for answer in answers] == [False, True] * 4
    assert Publication.objects.count() == 4
    assert_chain_holds()


@pytest.mark.django_db(transaction=True)
def test_new_identity_published_by_many_at_once_is_created_once():
    answers = at_once(lambda index: publish_office("itc", name_en=f"Name {index}").number)

    assert sorted(answers) == list(range(1, 9))
    assert [office.pk for office in Office.objects.all()] == ["itc"]


APPEND_100 = """
import django
django.setup()
from tests.factories import publish_office
for turn in range(100):
    publish_office(f"office-{turn}")
"""


@pytest.mark.django_db(transaction=True)
def test_C10_four_processes_append_without_a_gap_or_a_locked_database(ledger_key, settings):
    database = connection.settings_dict
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "blueprint.settings",
        "PYTHONPATH": str(settings.BASE_DIR),
        "LEDGER_KEY_FILE": settings.LEDGER_KEY_FILE,
        "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0]
        + f"/{os.path.basename(database['NAME'])}",
    }
    command = [sys.executable, "-c", APPEND_100]

    processes = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(4)]

    assert [(process.communicate(timeout=60)[1], process.returncode) for process in processes] == [
        (b"", 0)
    ] * 4
    assert Publication.objects.count() == 400
    assert Checkpoint.objects.count() == 400
    assert_chain_holds()


# Rehearsals


@pytest.mark.django_db
def test_rehearsal_shows_what_would_be_public():
    publish_indicator("I1")

    with rehearsed(
        [change("observation", value=Decimal(7))], kind="figures", title={"en": "A try"}
    ) as publication:
        seen = Observation.objects.as_at(publication.number).get().value
        assessed = Assessment.objects.as_at(publication.number).filter(latest_value=7).count()

    assert (publication.number, seen, assessed) == (2, Decimal(7), 1)


def everything():
    models = (Head, Publication, Observation, Assessment, Office, Indicator, OfficeVersion, IndicatorVersion)
    return [list(model.objects.order_by("pk").values_list()) for model in models]


@pytest.mark.django_db(transaction=True)
def test_rehearsal_leaves_no_trace():
    publish_indicator("I1")
    before = everything()
    changes = [change("office", office="dpo"), change("indicator", office="dpo"), change("observation")]

    with rehearsed(changes, kind="mixed", title={"en": "A try"}):
        within = everything()

    assert within != before
    assert everything() == before


@pytest.mark.django_db
def test_rehearsal_within_a_transaction_leaves_the_rest_of_it():
    publish_strategy("1")

    with rehearsed([change("strategy", text_en="A try")], kind="texts", title={"en": "A try"}):
        pass
    publish_strategy("1", text_en="For good")

    assert [v.text_en for v in StrategyVersion.objects.order_by("publication_id")] == [
        "A strategy",
        "For good",
    ]
    assert numbers() == [1, 2]


@pytest.mark.django_db(transaction=True)
def test_rehearsal_that_fails_leaves_no_trace():
    before = everything()

    with pytest.raises(LookupError), rehearsed([change("office")], kind="texts", title={"en": "A try"}):
        raise LookupError

    assert everything() == before


@pytest.mark.django_db
def test_change_of_an_unknown_noun_is_refused():
    with pytest.raises(KeyError):
        Change.of("secret", code="1")
