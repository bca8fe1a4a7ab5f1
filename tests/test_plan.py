"""The copied plan is the loaded plan, under the same rules, and what is published after it goes on from there."""

import io

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction

from blueprint.invariants import check_invariants
from blueprint.models import Publication
from tests import plan
from tests.factories import UserFactory, publish_observation

pytestmark = pytest.mark.django_db


@pytest.fixture
def loaded():
    """What a load leaves in each table, taken up; the tables themselves are empty again."""
    with transaction.atomic():
        call_command("load_blueprint", settings.BASE_DIR / "fixtures" / "blueprint", stdout=io.StringIO())
        taken = plan.take_up()
        transaction.set_rollback(True)
    assert not Publication.objects.exists()
    return taken


def in_any_order(taken):
    """PostgreSQL gives the rows of a table as they happen to lie."""
    return {
        table: sorted(rows.splitlines() if isinstance(rows, str) else rows) for table, rows in taken.items()
    }


def test_copy_is_what_was_loaded(loaded):
    plan.put_down(loaded)

    assert in_any_order(plan.take_up()) == in_any_order(loaded)
    assert check_invariants() == []


def test_copy_is_gone_on_from(loaded):
    plan.put_down(loaded)
    last = Publication.objects.head().number

    published = publish_observation("gerd-hkd", period="2031")

    assert published.number == last + 1
    assert UserFactory().pk


def test_copied_tables_only_grow(loaded):
    plan.put_down(loaded)

    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {Publication._meta.db_table} WHERE number = 1")
