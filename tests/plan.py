"""The real plan in the database of a test: loaded once by each process of the tests, and copied from then on."""

import io

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction

# They are there before anything is loaded, and say nothing of the plan.
NOT_COPIED = {"django_migrations", "django_content_type", "auth_permission"}
_copy: dict[str, list[tuple] | str] = {}


def load_plan():
    """As `manage.py load_blueprint fixtures/blueprint` leaves an empty database."""
    if _copy:
        return put_down(_copy)
    call_command("load_blueprint", settings.BASE_DIR / "fixtures" / "blueprint", stdout=io.StringIO())
    _copy.update(take_up())


def take_up() -> dict[str, list[tuple] | str]:
    """{table: all that it holds}, as the engine gives it."""
    names = set(connection.introspection.django_table_names(only_existing=True)) - NOT_COPIED
    with connection.cursor() as cursor:
        return {name: rows_of(cursor, name) for name in sorted(names)}


def put_down(copied: dict[str, list[tuple] | str]):
    with transaction.atomic(), connection.cursor() as cursor:
        take_off, put_back = trigger_statements(connection)
        for statement in take_off:
            cursor.execute(statement)
        for name, rows in copied.items():
            if rows:
                cursor.execute(f'DELETE FROM "{name}"')
                put_rows(cursor, name, rows)
        if connection.vendor == "postgresql":
            # What is still to be checked would keep the triggers off.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            for name in filter(copied.get, copied):
                go_on_counting(cursor, name)
        for statement in put_back:
            cursor.execute(statement)


def rows_of(cursor, name: str) -> list[tuple] | str:
    if connection.vendor == "sqlite":
        return cursor.execute(f'SELECT * FROM "{name}"').fetchall()
    text = io.StringIO()
    cursor.copy_expert(f'COPY "{name}" TO STDOUT', text)
    return text.getvalue()


def put_rows(cursor, name: str, rows):
    if connection.vendor == "sqlite":
        marks = ", ".join(["%s"] * len(rows[0]))
        cursor.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)
    else:
        cursor.copy_expert(f'COPY "{name}" FROM STDIN', io.StringIO(rows))


def go_on_counting(cursor, name: str):
    """The next key of a table follows the last one that was copied."""
    cursor.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = %s AND is_identity = 'YES'",
        [name],
    )
    for (column,) in cursor.fetchall():
        cursor.execute(
            f'SELECT setval(pg_get_serial_sequence(%s, %s), max("{column}")) FROM "{name}"',
            [f'"{name}"', column],
        )


def trigger_statements(connection) -> tuple[list[str], list[str]]:
    """What takes the triggers of append-only tables off, and what puts them back."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            found = cursor.fetchall()
            return [f'DROP TRIGGER "{name}"' for name, _ in found], [sql for _, sql in found]
        cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
        tables = [f"ALTER TABLE {table}" for (table,) in cursor.fetchall()]
        return [f"{table} DISABLE TRIGGER USER" for table in tables], [
            f"{table} ENABLE TRIGGER USER" for table in tables
        ]
