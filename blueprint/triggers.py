"""Rules that hold whoever writes: public tables only grow, and nobody approves what they had a hand in.

One list of SQL, put back after every migrate (Django's table rebuilds on SQLite drop triggers in silence).
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import models


def append_only_models() -> list[type[models.Model]]:
    """Every table that may only grow: publications, identities, versions, what derives from them, events."""
    from django.apps import apps

    from .models import Checkpoint, Event, Identity, LedgerKey, Publication, Version

    alone = (Publication, LedgerKey, Checkpoint, Event)
    grown = [m for m in apps.get_models() if issubclass(m, (Identity, Version)) or m in alone]
    return sorted(grown, key=lambda m: m._meta.db_table)


def trigger_sql(vendor: str) -> Iterator[tuple[str, str, list[str]]]:
    """(name, table, statements that make it) of each trigger that the engine must have."""
    make = _postgresql if vendor == "postgresql" else _sqlite
    yield from make()


@dataclass(frozen=True)
class ChangeRule:
    """What a version must say of itself when there was one of the same thing before it."""

    name: str
    table: str
    key: tuple[str, ...]
    missing: str
    message: str


CHANGE_RULES = (
    ChangeRule(
        "indicators_observation_change_says_why",
        "indicators_observation",
        ("indicator_id", "breakdown", "period"),
        "({new}.kind = 'first' OR {new}.reason = '')",
        "a changed figure needs its kind and a reason",
    ),
    ChangeRule(
        "indicators_targetversion_change_says_why",
        "indicators_targetversion",
        ("target_id",),
        "({new}.reason = '' OR {new}.authority = '' OR {new}.decided_on IS NULL)",
        "a changed target needs a reason, an authority and a date",
    ),
)


# --- SQLite ----------------------------------------------------------------------------------------------


def unique_keys(model: type[models.Model]) -> list[list[str]]:
    """Every set of columns that is unique: an INSERT OR REPLACE through any of them would overwrite a row."""
    meta = model._meta
    keys = [[field.column] for field in meta.concrete_fields if field.unique or field.primary_key]
    keys += [
        [meta.get_field(name).column for name in constraint.fields]
        for constraint in meta.constraints
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields
    ]
    return keys


def _sqlite() -> Iterator[tuple[str, str, list[str]]]:
    for model in append_only_models():
        table = model._meta.db_table
        for event in ("UPDATE", "DELETE"):
            yield _sqlite_trigger(f"{table}_no_{event.lower()}", event, table, "1")
        same = " OR ".join(
            "(" + " AND ".join(f'"{column}" = NEW."{column}"' for column in key) + ")"
            for key in unique_keys(model)
        )
        yield _sqlite_trigger(
            f"{table}_no_replace", "INSERT", table, f'EXISTS (SELECT 1 FROM "{table}" WHERE {same})'
        )
    names = "blueprint_personname"
    changed = "NEW.name <> '' OR NEW.salt <> '' OR NEW.commitment <> OLD.commitment"
    yield _sqlite_trigger(f"{names}_only_blanked", "UPDATE", names, changed)
    yield _sqlite_trigger(f"{names}_no_delete", "DELETE", names, "1")
    yield _sqlite_trigger(
        f"{names}_no_replace",
        "INSERT",
        names,
        f"EXISTS (SELECT 1 FROM {names} WHERE commitment = NEW.commitment)",
    )
    for event in ("UPDATE", "INSERT"):
        yield _sqlite_trigger(
            f"blueprint_release_no_own_approval_{event.lower()}",
            event,
            "blueprint_release",
            "NEW.approved_by_id IS NOT NULL AND EXISTS (SELECT 1 FROM blueprint_contributor c "
            "WHERE c.release_id = NEW.id AND c.user_id = NEW.approved_by_id)",
            "a contributor may not approve",
        )
        yield _sqlite_trigger(
            f"blueprint_contributor_no_approver_{event.lower()}",
            event,
            "blueprint_contributor",
            "EXISTS (SELECT 1 FROM blueprint_release r "
            "WHERE r.id = NEW.release_id AND r.approved_by_id = NEW.user_id)",
            "a contributor may not approve",
        )

    for rule in CHANGE_RULES:
        same = " AND ".join(f'"{column}" = NEW."{column}"' for column in rule.key)
        before = f'EXISTS (SELECT 1 FROM "{rule.table}" WHERE {same})'
        yield _sqlite_trigger(
            rule.name, "INSERT", rule.table, f"{rule.missing.format(new='NEW')} AND {before}", rule.message
        )


def _sqlite_trigger(name, event, table, when, message="rows of this table are never changed"):
    return (
        name,
        table,
        [
            f'DROP TRIGGER IF EXISTS "{name}"',
            f'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" WHEN {when} '
            f"BEGIN SELECT RAISE(ABORT, '{table}: {message}'); END",
        ],
    )


# --- PostgreSQL ------------------------------------------------------------------------------------------

_REFUSE = """
CREATE OR REPLACE FUNCTION blueprint_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '%: rows of this table are never changed', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$
"""
_BLANKED = """
CREATE OR REPLACE FUNCTION blueprint_only_blanked() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.name <> '' OR NEW.salt <> '' OR NEW.commitment <> OLD.commitment THEN
        RAISE EXCEPTION 'a name may be blanked, never changed' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
_NO_OWN_APPROVAL = """
CREATE OR REPLACE FUNCTION blueprint_no_own_approval() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.approved_by_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM blueprint_contributor c WHERE c.release_id = NEW.id AND c.user_id = NEW.approved_by_id
    ) THEN
        RAISE EXCEPTION 'a contributor may not approve' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""
_NO_APPROVER = """
CREATE OR REPLACE FUNCTION blueprint_no_approver() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM blueprint_release r WHERE r.id = NEW.release_id AND r.approved_by_id = NEW.user_id
    ) THEN
        RAISE EXCEPTION 'a contributor may not approve' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$
"""


_SAYS_WHY = """
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM added JOIN {table} earlier ON {same} AND earlier.publication_id < added.publication_id
        WHERE {missing}
    ) THEN
        RAISE EXCEPTION '{table}: {message}' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$
"""


def _postgresql() -> Iterator[tuple[str, str, list[str]]]:
    for model in append_only_models():
        table = model._meta.db_table
        # For each statement, not each row: so it also stops TRUNCATE and INSERT … ON CONFLICT DO UPDATE.
        yield _postgresql_trigger(
            f"{table}_append_only",
            table,
            "BEFORE UPDATE OR DELETE OR TRUNCATE",
            "STATEMENT",
            "blueprint_refuse_change",
            _REFUSE,
        )
    names = "blueprint_personname"
    yield _postgresql_trigger(
        f"{names}_only_blanked", names, "BEFORE UPDATE", "ROW", "blueprint_only_blanked", _BLANKED
    )
    yield _postgresql_trigger(
        f"{names}_no_delete",
        names,
        "BEFORE DELETE OR TRUNCATE",
        "STATEMENT",
        "blueprint_refuse_change",
        _REFUSE,
    )
    yield _postgresql_trigger(
        "blueprint_release_no_own_approval",
        "blueprint_release",
        "BEFORE INSERT OR UPDATE",
        "ROW",
        "blueprint_no_own_approval",
        _NO_OWN_APPROVAL,
    )
    yield _postgresql_trigger(
        "blueprint_contributor_no_approver",
        "blueprint_contributor",
        "BEFORE INSERT OR UPDATE",
        "ROW",
        "blueprint_no_approver",
        _NO_APPROVER,
    )

    for rule in CHANGE_RULES:
        same = " AND ".join(f"earlier.{column} = added.{column}" for column in rule.key)
        function = f"blueprint_{rule.table}_says_why"
        made = _SAYS_WHY.format(
            function=function,
            table=rule.table,
            same=same,
            missing=rule.missing.format(new="added"),
            message=rule.message,
        )
        yield (
            rule.name,
            rule.table,
            [
                made,
                f'DROP TRIGGER IF EXISTS "{rule.name}" ON "{rule.table}"',
                # Once a statement: a publication of a thousand figures is looked through in one query.
                f'CREATE TRIGGER "{rule.name}" AFTER INSERT ON "{rule.table}" '
                f"REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION {function}()",
            ],
        )


def _postgresql_trigger(name, table, when, each, function, function_sql):
    # Names longer than 63 bytes would be cut by the server and no longer be found again.
    name = name if len(name) <= 63 else name[:63]
    return (
        name,
        table,
        [
            function_sql,
            f'DROP TRIGGER IF EXISTS "{name}" ON "{table}"',
            f'CREATE TRIGGER "{name}" {when} ON "{table}" FOR EACH {each} EXECUTE FUNCTION {function}()',
        ],
    )


# --- both ------------------------------------------------------------------------------------------------


def install(connection) -> None:
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for _name, table, statements in trigger_sql(connection.vendor):
            if table in tables:
                for statement in statements:
                    cursor.execute(statement)


def missing(connection) -> list[str]:
    """Names of the triggers that should be in place and are not."""
    catalogue = (
        "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"
        if connection.vendor == "postgresql"
        else "SELECT name FROM sqlite_master WHERE type = 'trigger'"
    )
    with connection.cursor() as cursor:
        cursor.execute(catalogue)
        present = {row[0] for row in cursor.fetchall()}
    return [name for name, _table, _sql in trigger_sql(connection.vendor) if name not in present]
