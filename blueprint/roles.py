"""Who may do what in PostgreSQL: an owner for migrations, a role for the application, a role for public pages.

Roles belong to the cluster and not to a migration, so ``make_roles`` makes them and puts their rights in place.
"""

from collections.abc import Iterable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import OperationalError, connection, connections, models

from .models import Head, PersonName
from .public_reads import public_models
from .triggers import append_only_models

EVERYTHING, GROWING = "SELECT, INSERT, UPDATE, DELETE", "SELECT, INSERT"
# Kept by Django itself: the application only looks whether a migration is missing.
MIGRATIONS = "django_migrations"


def app_role(database: str) -> str:
    return f"{database}_app"


def public_role(database: str) -> str:
    return f"{database}_public"


# Rights


def rights_of_app(tables: Iterable[str]) -> dict[str, str]:
    """Of each table there is, what the application may do with it. It never alters or truncates one."""
    growing = table_names(append_only_models())
    special = {
        table_name(Head): "SELECT, UPDATE",
        table_name(PersonName): "SELECT, INSERT, UPDATE",
        MIGRATIONS: "SELECT",
    }
    return {
        table: special.get(table) or (GROWING if table in growing else EVERYTHING) for table in sorted(tables)
    }


def rights_of_public(tables: Iterable[str]) -> dict[str, str]:
    return {table: "SELECT" for table in sorted(tables) if table in table_names(public_models())}


def table_name(model: type[models.Model]) -> str:
    return model._meta.db_table


def table_names(found: Iterable[type[models.Model]]) -> set[str]:
    return {table_name(model) for model in found}


def put_rights_in_place(connection, *, app: str, public: str) -> None:
    """Exactly these rights and no others, table by table: what a table made later needs is granted by running it again."""
    tables = tables_of(connection)
    quoted = connection.ops.quote_name
    both = f"{quoted(app)}, {quoted(public)}"
    database = quoted(connection.settings_dict["NAME"])
    with connection.cursor() as cursor:
        cursor.execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {both}")
        cursor.execute(f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC, {both}")
        cursor.execute(f"REVOKE ALL ON SCHEMA public FROM PUBLIC, {both}")
        cursor.execute(f"REVOKE CREATE, TEMPORARY ON DATABASE {database} FROM PUBLIC, {both}")
        cursor.execute(f"GRANT USAGE ON SCHEMA public TO {both}")
        cursor.execute(f"GRANT CONNECT ON DATABASE {database} TO {both}")
        for role, rights in ((app, rights_of_app(tables)), (public, rights_of_public(tables))):
            for right in sorted(set(rights.values())):
                named = ", ".join(quoted(table) for table in rights if rights[table] == right)
                cursor.execute(f"GRANT {right} ON {named} TO {quoted(role)}")
        cursor.execute(f"ALTER ROLE {quoted(public)} SET default_transaction_read_only = on")


def tables_of(connection) -> list[str]:
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_list(cursor)
    return [table.name for table in found if table.type in ("t", "p")]


# Roles


def role_exists(connection, role: str) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
        return cursor.fetchone() is not None


def make_role(connection, role: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {connection.ops.quote_name(role)} LOGIN")


def set_password(connection, role: str, password: str) -> None:
    """Sent as its SCRAM verifier, so that no log of statements holds it."""
    from psycopg2.extensions import encrypt_password

    verifier = encrypt_password(password, role, scope=connection.connection, algorithm="scram-sha-256")
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER ROLE {connection.ops.quote_name(role)} PASSWORD %s", [verifier])


# What a web process must not be able to do


def check_at_start() -> None:
    """A site on https does not start under a role against which no rule of the database would hold."""
    try:
        found = faults_in_production()
    except OperationalError:
        # Without its database the site has nothing to keep, and /readyz asks again.
        return
    finally:
        connections.close_all()
    if found:
        raise ImproperlyConfigured(
            f"{' '.join(found)} Run manage.py make_roles as the owner of the tables and use the two addresses it prints."
        )


def faults_in_production() -> list[str]:
    if not settings.SECURE or connection.vendor != "postgresql":
        return []
    mighty, beyond = too_mighty(connection), beyond_public(connections[settings.PUBLIC_ALIAS])
    return [
        *([f"DATABASE_URL names a role under which the site must not run: {mighty}."] if mighty else []),
        *([f"PUBLIC_DATABASE_URL should name a role for public pages alone: {beyond}."] if beyond else []),
    ]


_OWNED = """
SELECT r.rolsuper OR r.rolcreaterole OR r.rolbypassrls OR r.rolreplication,
       (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND pg_has_role(r.oid, c.relowner, 'MEMBER'))
FROM pg_roles r WHERE r.rolname = current_user
"""
_RIGHTS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND (
    has_table_privilege(c.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, TRIGGER')
    OR has_any_column_privilege(c.oid, 'INSERT, UPDATE')
    OR (has_any_column_privilege(c.oid, 'SELECT') AND NOT c.relname = ANY(%s))
) ORDER BY c.relname
"""


def too_mighty(connection) -> str:
    """What the role of this connection could do that the rules of the database cannot stop; nothing if all is well."""
    with connection.cursor() as cursor:
        cursor.execute(_OWNED)
        special, owned = cursor.fetchone()
    if special:
        return "it is a superuser or may make roles"
    return f"it owns {owned} tables, so it could switch off the triggers that keep them" if owned else ""


def beyond_public(connection) -> str:
    """What the role of public pages could do besides reading public tables."""
    with connection.cursor() as cursor:
        cursor.execute(_RIGHTS, [sorted(table_names(public_models()))])
        found = [name for (name,) in cursor.fetchall()]
    return f"it may write to {len(found)} tables or read them though they are not public" if found else ""
