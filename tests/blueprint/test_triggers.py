import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from blueprint import triggers
from blueprint.audit import record
from blueprint.models import PersonName
from blueprint.triggers import append_only_models, unique_keys
from tests.factories import UserFactory, publish_one_of_each

pytestmark = pytest.mark.django_db

APPEND_ONLY = append_only_models()
NEVER = "rows of this table are never changed"
OTHER = 999


@pytest.fixture
def public_rows(db):
    """A row in every table that only grows."""
    publish_one_of_each()
    record("sign_in", by=UserFactory(role="auditor"))


def rows_of(model):
    return list(model._base_manager.order_by("pk").values_list())


def execute(statement, parameters=()):
    with transaction.atomic(), connection.cursor() as cursor:
        # So that nothing but the trigger can be what refuses.
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, parameters)


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
    row = model._base_manager.first()
    model._base_manager.bulk_create(
        [row], update_conflicts=True, unique_fields=["pk"], update_fields=columns_beside_key(model)
    )


def columns_beside_key(model):
    return [field.name for field in model._meta.concrete_fields if not field.primary_key]


# Of an identity, which is nothing but its key, Django's save and upsert have nothing to write.
BY_ORM = [
    (model, change)
    for model in APPEND_ONLY
    for change in (save, update, delete, delete_unseen, upsert)
    if columns_beside_key(model) or change not in (save, upsert)
]


@pytest.mark.parametrize(("model", "change"), BY_ORM, ids=lambda it: it.__name__)
def test_W08_append_only_row_is_not_changed_by_the_orm(public_rows, model, change):
    before = rows_of(model)

    with pytest.raises(DatabaseError), transaction.atomic():
        change(model)

    assert before != []
    assert rows_of(model) == before


# By raw SQL


@pytest.mark.parametrize("statement", ["UPDATE {table} SET {key} = {key}", "DELETE FROM {table}"])
@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda m: m._meta.label)
def test_W08_append_only_row_is_not_changed_by_raw_sql(public_rows, model, statement):
    before = rows_of(model)

    with pytest.raises(DatabaseError, match=NEVER):
        execute(statement.format(table=model._meta.db_table, key=model._meta.pk.column))

    assert before != []
    assert rows_of(model) == before


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("model", APPEND_ONLY, ids=lambda m: m._meta.label)
def test_append_only_table_is_not_truncated(public_rows, model):
    before = rows_of(model)

    with pytest.raises(DatabaseError, match=NEVER):
        execute(f"TRUNCATE {model._meta.db_table} CASCADE")

    assert before != []
    assert rows_of(model) == before


KEYS = [(model, key) for model in APPEND_ONLY for key in unique_keys(model)]


def by_key(value):
    return "+".join(value) if isinstance(value, list) else value._meta.label


def row_that_clashes(model, key):
    """A new row that shares the columns of this unique key, and no other key, with the first row."""
    row = model._base_manager.values(*[f.attname for f in model._meta.concrete_fields]).first()
    columns = {f.column: row[f.attname] for f in model._meta.concrete_fields}
    for column in {column for other in unique_keys(model) for column in other} - set(key):
        columns[column] = "other" if isinstance(columns[column], str) else OTHER
    encoded = {
        f.column: f.get_db_prep_save(columns[f.column], connection) for f in model._meta.concrete_fields
    }
    names = ", ".join(f'"{column}"' for column in encoded)
    marks = ", ".join(["%s"] * len(encoded))
    return f"INTO {model._meta.db_table} ({names}) VALUES ({marks})", list(encoded.values())


def test_every_unique_key_is_guarded(public_rows):
    """What the engine enforces as unique is what the guards know of."""
    for model in APPEND_ONLY:
        with connection.cursor() as cursor:
            constraints = connection.introspection.get_constraints(cursor, model._meta.db_table)
        enforced = {frozenset(c["columns"]) for c in constraints.values() if c["unique"] or c["primary_key"]}
        assert enforced == {frozenset(key) for key in unique_keys(model)}, model


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(("model", "key"), KEYS, ids=by_key)
def test_append_only_row_is_not_replaced_through_any_key(public_rows, model, key):
    before = rows_of(model)
    into, values = row_that_clashes(model, key)

    with pytest.raises(DatabaseError, match=NEVER):
        execute(f"INSERT OR REPLACE {into}", values)

    assert rows_of(model) == before


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(("model", "key"), KEYS, ids=by_key)
def test_append_only_row_is_not_upserted_on_sqlite(public_rows, model, key):
    before = rows_of(model)
    into, values = row_that_clashes(model, key)
    columns = ", ".join(key)

    with pytest.raises(DatabaseError, match=NEVER):
        execute(f"INSERT {into} ON CONFLICT ({columns}) DO UPDATE SET {key[0]} = excluded.{key[0]}", values)

    assert rows_of(model) == before


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize(("model", "key"), KEYS, ids=by_key)
def test_append_only_row_is_not_upserted_on_postgresql(public_rows, model, key):
    before = rows_of(model)
    into, values = row_that_clashes(model, key)
    columns = ", ".join(key)

    with pytest.raises(DatabaseError, match=NEVER):
        execute(f"INSERT {into} ON CONFLICT ({columns}) DO UPDATE SET {key[0]} = excluded.{key[0]}", values)

    assert rows_of(model) == before


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
    with pytest.raises(DatabaseError, match=r"never changed"):
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
