import datetime

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from blueprint import triggers
from blueprint.audit import record
from blueprint.clock import database_now
from blueprint.models import Checkpoint, Content, LedgerKey, PersonName
from blueprint.triggers import append_only_models, unique_keys
from tests.factories import UserFactory, publish_one_of_each

pytestmark = pytest.mark.django_db

APPEND_ONLY = append_only_models()
UNIQUE_KEYS = [(model, key) for model in APPEND_ONLY for key in unique_keys(model)]
WHY = {
    "kind": "correction",
    "reason": "A slip",
    "authority": "The Bureau",
    "decided_on": datetime.date(2026, 3, 2),
}
NEVER = "rows of this table are never changed"


@pytest.fixture
def public_rows(db):
    """A row in every table that only grows."""
    publication = publish_one_of_each()
    record("sign_in", by=UserFactory(role="auditor"))
    if not Checkpoint.objects.exists():
        now = database_now()
        key = LedgerKey.objects.create(key_id="0a1b2c3d", name="example.org", since=1, added_at=now)
        Checkpoint.objects.create(publication=publication, key=key, note="note", signed_at=now)
    return all_rows()


def all_rows():
    return {
        model._meta.label: list(model._base_manager.order_by("pk").values_list()) for model in APPEND_ONLY
    }


def answer(change, *arguments):
    """What the database says to a change; None if it let the change through."""
    try:
        with transaction.atomic():
            change(*arguments)
    except DatabaseError as fault:
        return str(fault)


def execute(statement, parameters=()):
    with connection.cursor() as cursor:
        # So that nothing but the trigger can be what refuses.
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, parameters)


def test_every_append_only_table_has_a_row_to_lose(public_rows):
    assert [label for label, rows in public_rows.items() if not rows] == []


# By the ORM


def save(model):
    model._base_manager.first().save()


def update(model):
    model._base_manager.update(**{model._meta.pk.name: F(model._meta.pk.name)})


def delete(model):
    model._base_manager.first().delete()


def delete_unseen(model):
    """Without Django's look at what refers to the row."""
    model._base_manager.all()._raw_delete(using="default")


def upsert(model):
    model._base_manager.bulk_create(
        [model._base_manager.first()],
        update_conflicts=True,
        unique_fields=["pk"],
        update_fields=columns_beside_key(model),
    )


def columns_beside_key(model):
    return [field.name for field in model._meta.concrete_fields if not field.primary_key]


@pytest.mark.parametrize("change", [update, delete, delete_unseen], ids=lambda change: change.__name__)
def test_W08_append_only_row_is_not_changed_by_the_orm(public_rows, change):
    let_through = [model for model in APPEND_ONLY if answer(change, model) is None]

    assert let_through == []
    assert all_rows() == public_rows


@pytest.mark.parametrize("change", [save, upsert], ids=lambda change: change.__name__)
def test_W08_append_only_row_is_not_saved_again(public_rows, change):
    # Of an identity, which is nothing but its key, Django has nothing to write.
    models = [model for model in APPEND_ONLY if columns_beside_key(model)]

    let_through = [model for model in models if answer(change, model) is None]

    assert let_through == []
    assert all_rows() == public_rows


# By raw SQL


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {table} SET {key} = {key}",
        "DELETE FROM {table}",
        pytest.param("UPDATE OR REPLACE {table} SET {key} = {key}", marks=pytest.mark.only_on("sqlite")),
        pytest.param("TRUNCATE {table} CASCADE", marks=pytest.mark.only_on("postgresql")),
    ],
)
def test_W08_append_only_row_is_not_changed_by_raw_sql(public_rows, statement):
    answers = [
        answer(execute, statement.format(table=model._meta.db_table, key=model._meta.pk.column))
        for model in APPEND_ONLY
    ]

    assert [said for said in answers if NEVER not in str(said)] == []
    assert all_rows() == public_rows


def clashing_row(model, key):
    """A new row that shares the columns of this unique key, and no other key, with the first row."""
    fields = model._meta.concrete_fields
    row = model._base_manager.values(*[field.attname for field in fields]).first()
    columns = {field.column: row[field.attname] for field in fields}
    for column in {column for other in unique_keys(model) for column in other} - set(key):
        columns[column] = "other" if isinstance(columns[column], str) else 999
    # So that the row has nothing else against it.
    if issubclass(model, Content):
        columns |= {name: WHY[name] for name in model.own_reason}
    values = [field.get_db_prep_save(columns[field.column], connection) for field in fields]
    names, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(["%s"] * len(columns))
    return f"INTO {model._meta.db_table} ({names}) VALUES ({marks})", values


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("INSERT OR REPLACE {into}", marks=pytest.mark.only_on("sqlite")),
        "INSERT {into} ON CONFLICT ({key}) DO UPDATE SET {first} = excluded.{first}",
    ],
)
def test_W08_append_only_row_is_not_replaced_through_any_key(public_rows, statement):
    answers = {}

    for model, key in UNIQUE_KEYS:
        into, values = clashing_row(model, key)
        written = statement.format(into=into, key=", ".join(key), first=key[0])
        answers[model._meta.label, *key] = answer(execute, written, values)

    assert [key for key, said in answers.items() if NEVER not in str(said)] == []
    assert all_rows() == public_rows


@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda model: model._meta.label)
def test_unique_keys_are_what_the_engine_enforces(model):
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, model._meta.db_table).values()

    enforced = {frozenset(c["columns"]) for c in constraints if c["unique"] or c["primary_key"]}

    assert enforced == {frozenset(key) for key in unique_keys(model)}


# Names of persons


@pytest.fixture
def kept_name(db):
    return PersonName.objects.create(commitment="c" * 64, salt="5a", name="Ada Example")


def name_row():
    return PersonName.objects.values_list("commitment", "salt", "name").get()


def test_person_name_may_be_blanked(kept_name):
    PersonName.objects.update(salt="", name="")

    assert name_row() == ("c" * 64, "", "")


@pytest.mark.parametrize(
    "columns",
    [
        {"name": "Bob Example"},
        {"name": ""},
        {"salt": ""},
        {"commitment": "d" * 64},
        {"commitment": "d" * 64, "name": "", "salt": ""},
    ],
    ids=str,
)
def test_person_name_is_not_changed(kept_name, columns):
    with pytest.raises(DatabaseError), transaction.atomic():
        PersonName.objects.update(**columns)

    assert name_row() == ("c" * 64, "5a", "Ada Example")


def test_person_name_once_blanked_stays_so(kept_name):
    PersonName.objects.update(salt="", name="")

    with pytest.raises(DatabaseError), transaction.atomic():
        PersonName.objects.update(salt="5a", name="Ada Example")

    assert name_row() == ("c" * 64, "", "")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM blueprint_personname",
        pytest.param("TRUNCATE blueprint_personname", marks=pytest.mark.only_on("postgresql")),
        pytest.param(
            f"REPLACE INTO blueprint_personname (commitment, salt, name) VALUES ('{'c' * 64}', '', '')",
            marks=pytest.mark.only_on("sqlite"),
        ),
        f"INSERT INTO blueprint_personname (commitment, salt, name) VALUES ('{'c' * 64}', 'x', 'Eve') "
        "ON CONFLICT (commitment) DO UPDATE SET name = excluded.name",
    ],
    ids=lambda statement: statement.split()[0] + ("-upsert" if "CONFLICT" in statement else ""),
)
def test_person_name_is_not_removed_or_replaced(kept_name, statement):
    with pytest.raises(DatabaseError, match=r"never changed"), transaction.atomic():
        execute(statement)

    assert name_row() == ("c" * 64, "5a", "Ada Example")


# All of them in place


def drop(name):
    table = next(table for known, table, _sql in triggers.trigger_sql(connection.vendor) if known == name)
    with connection.cursor() as cursor:
        cursor.execute(
            f'DROP TRIGGER "{name}"' + (f" ON {table}" if connection.vendor == "postgresql" else "")
        )


def some_names():
    names = [name for name, _table, _sql in triggers.trigger_sql(connection.vendor)]
    return [names[0], names[-1], next(name for name in names if "observation" in name)]


def test_no_trigger_is_missing_after_migrate():
    assert triggers.missing(connection) == []


@pytest.mark.parametrize("index", range(3))
def test_missing_names_a_dropped_trigger(index):
    name = some_names()[index]

    drop(name)

    assert triggers.missing(connection) == [name]


@pytest.mark.only_on("postgresql")
def test_missing_names_a_disabled_trigger():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE blueprint_event DISABLE TRIGGER USER")

    assert triggers.missing(connection) == ["blueprint_event_append_only"]


def test_install_puts_back_what_is_missing():
    drop(some_names()[0])

    triggers.install(connection)

    assert triggers.missing(connection) == []


def test_migrate_puts_back_what_is_missing():
    drop(some_names()[0])

    call_command("migrate", verbosity=0, skip_checks=True)

    assert triggers.missing(connection) == []


def test_trigger_names_are_all_different():
    names = [name for name, _table, _sql in triggers.trigger_sql(connection.vendor)]

    assert len(set(names)) == len(names)
