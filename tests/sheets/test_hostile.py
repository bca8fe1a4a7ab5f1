"""Every hostile or broken file against what the person is told: one table, in hostile.py."""

import pytest

from blueprint.models import Release
from blueprint.moment import head_moment
from indicators.sheets.checking import as_kept, check
from indicators.sheets.limits import Unreadable
from indicators.sheets.reading import Unclear, read
from tests.factories import change, publish_changes
from tests.sheets.hostile import FOLDER

pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.django_db]


@pytest.fixture(scope="module")
def plan(django_db_setup, django_db_blocker):
    """One indicator of the office and one of another, with a figure each."""
    from django.db import transaction

    with django_db_blocker.unblock(), transaction.atomic():
        publish_changes(
            change("observation"),
            change("indicator", indicator="other", office="fstb"),
            change("observation", indicator="other"),
        )
        yield
        transaction.set_rollback(True)


def told(content: bytes) -> list[str]:
    """All that the page would say: the refusal, or each problem and question at its cell, or how many figures are new."""
    try:
        reading = read(content, {})
    except Unreadable as fault:
        return [str(fault)]
    except Unclear as unclear:
        return [f"asks for the {unclear.asks}"]
    found = as_kept(check(reading, office="itc", moment=head_moment()))
    said = [f"{one['at']}: {one['text']}" for one in found["problems"]]
    said += [
        f"{one['code']} {one['at']}: {one['shown']}{' -> ' if one['taken'] else ''}{one['taken']}"
        for one in found["asked"]
    ]
    said += [f"beside : {text}" for text in found["beside"]]
    return said or [f"new {len(found['changes'])}"]


@pytest.mark.parametrize("name", FOLDER)
def test_I02_I04_I10_I11_I23_I26_hostile_file_is_told_what_is_wrong(plan, name):
    make, expected = FOLDER[name]

    said = told(make())

    assert [one for one in said if one.startswith(expected)], said
    assert not Release.objects.exists()


def test_folder_has_at_least_forty():
    assert len(FOLDER) >= 40
