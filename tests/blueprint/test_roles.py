"""What the roles of PostgreSQL may do, tried with real credentials; and that nobody starts under a mightier one."""

import subprocess
import sys
from contextlib import closing
from io import StringIO
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from blueprint import roles
from blueprint.models import Event, Head, PersonName, Publication
from blueprint.public_reads import public_tables
from blueprint.triggers import append_only_models
from indicators.models import Observation
from tests.factories import (
    PASSWORD,
    UserFactory,
    change,
    publish_one_of_each,
    published_release,
    submitted_release,
)

pytestmark = [pytest.mark.django_db, pytest.mark.only_on("postgresql")]

PASSWORDS = {"app": "of the application", "public": "of public pages"}
REFUSED = (
    "permission denied",
    "must be owner",
    "must be superuser",
    "must be member",
    "read-only transaction",
)
GROWING = sorted(roles.table_names(append_only_models()))
OWN_WAYS_OUT = [
    "SET session_replication_role = 'replica'",
    "SET SESSION AUTHORIZATION blueprint",
    "SET ROLE blueprint",
    "GRANT blueprint TO CURRENT_USER",
    "ALTER ROLE CURRENT_USER SUPERUSER",
    "ALTER ROLE CURRENT_USER CREATEROLE",
    "CREATE ROLE another SUPERUSER",
    "ALTER SYSTEM SET session_replication_role = 'replica'",
    "CREATE TABLE other (id int)",
    "CREATE TEMPORARY TABLE other (id int)",
    "CREATE SCHEMA other",
    "CREATE OR REPLACE FUNCTION blueprint_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NEW; END $$",
    "DROP FUNCTION blueprint_refuse_change() CASCADE",
    "COPY blueprint_publication TO PROGRAM 'cat'",
    "COPY blueprint_publication FROM '/dev/null'",
]


def name_of(which):
    return f"{connection.settings_dict['NAME']}_{which}"


def sign_in(which):
    """A connection of its own, as that role, with its password."""
    place = connection.settings_dict
    own = psycopg2.connect(
        host=place["HOST"],
        port=place["PORT"],
        dbname=place["NAME"],
        user=name_of(which),
        password=PASSWORDS[which],
        # A statement that gets as far as waiting for somebody was not refused.
        options="-c lock_timeout=1000 -c statement_timeout=5000",
    )
    own.autocommit = True
    return own


@pytest.fixture(scope="module", autouse=True)
def known_passwords(django_db_setup, django_db_blocker):
    if connection.vendor != "postgresql":
        return
    with (
        django_db_blocker.unblock(),
        closing(psycopg2.connect(**connection.get_connection_params())) as owner,
    ):
        for which, password in PASSWORDS.items():
            with owner, owner.cursor() as cursor:
                cursor.execute(f'ALTER ROLE "{name_of(which)}" PASSWORD %s', [password])


@pytest.fixture(params=list(PASSWORDS))
def role(request):
    with closing(sign_in(request.param)) as own:
        yield own


@pytest.fixture
def app():
    with closing(sign_in("app")) as own:
        yield own


@pytest.fixture
def public():
    with closing(sign_in("public")) as own:
        yield own


def let_through(own, statements):
    """Those that the database did not refuse for want of rights."""
    return [
        sql for sql in statements if not said(own, sql).startswith(REFUSED) and not refused_late(own, sql)
    ]


def said(own, sql):
    try:
        with own.cursor() as cursor:
            cursor.execute(sql)
    except psycopg2.Error as fault:
        return str(fault)
    return "done"


def refused_late(own, sql):
    return any(words in said(own, sql) for words in REFUSED)


def column_of(table):
    return next(m for m in apps.get_models() if m._meta.db_table == table)._meta.pk.column


def changes_to(table):
    """Every way to change a row that is there, or to take away what guards it."""
    column = column_of(table)
    return [
        f'UPDATE "{table}" SET "{column}" = "{column}"',
        f'DELETE FROM "{table}"',
        f'TRUNCATE "{table}" CASCADE',
        f'ALTER TABLE "{table}" DISABLE TRIGGER ALL',
        f'ALTER TABLE "{table}" DISABLE TRIGGER USER',
        *([f'DROP TRIGGER "{table}_append_only" ON "{table}"'] if table in GROWING else []),
        f'ALTER TABLE "{table}" OWNER TO CURRENT_USER',
        f'ALTER TABLE "{table}" RENAME TO other',
        f'DROP TABLE "{table}" CASCADE',
        f'CREATE RULE other AS ON INSERT TO "{table}" DO INSTEAD NOTHING',
        f'CREATE TRIGGER other BEFORE INSERT ON "{table}" EXECUTE FUNCTION suppress_redundant_updates_trigger()',
    ]


# T01: what only grows


@pytest.mark.parametrize("table", GROWING)
def test_T01_app_role_cannot_change_what_only_grows(app, table):
    assert let_through(app, changes_to(table)) == []


def test_T01_app_role_cannot_remove_a_name_or_the_head(app):
    statements = [
        f"{verb} {roles.table_name(model)}"
        for model in (Head, PersonName)
        for verb in ("DELETE FROM", "TRUNCATE")
    ]

    assert let_through(app, statements) == []


def test_T01_no_role_finds_a_way_round_its_rights(role):
    assert let_through(role, OWN_WAYS_OUT) == []


@pytest.fixture
def as_app(transactional_db, monkeypatch):
    """From its call to the end of the test, Django itself signs in as the application."""

    def as_app():
        connection.close()
        patch.setitem(connection.settings_dict, "USER", name_of("app"))
        patch.setitem(connection.settings_dict, "PASSWORD", PASSWORDS["app"])

    with monkeypatch.context() as patch:
        yield as_app
    connection.close()


def test_T01_app_role_does_all_that_people_do(as_app):
    """Sign in, work, publish: nothing that the application needs is missing."""
    publish_one_of_each()
    as_app()

    published = published_release(
        entries=[change("observation", period="2025"), change("seat", seat="review-9")]
    )
    waiting = submitted_release(entries=[change("observation", period="2026")])
    client = Client()
    client.post("/accounts/login/", {"login": waiting.created_by.email, "password": PASSWORD})
    page = client.get(waiting.get_absolute_url())

    assert page.status_code == 200
    assert Observation.objects.filter(publication=published.publication).count() == 1
    assert {"submit", "approve", "publish"} <= set(Event.objects.values_list("verb", flat=True))


# The public role


def test_T01_public_role_reads_every_public_table(public):
    assert {table: said(public, f'SELECT * FROM "{table}"') for table in public_tables()} == dict.fromkeys(
        public_tables(), "done"
    )


def test_T01_public_role_reads_no_private_table(public):
    private = set(roles.tables_of(connection)) - public_tables()
    read = [f'SELECT {what} FROM "{table}"' for table in sorted(private) for what in ("*", "count(*)")]

    assert len(private) >= 40
    assert let_through(public, read) == []


@pytest.mark.parametrize("table", sorted(public_tables()))
def test_T01_public_role_writes_to_no_public_table(public, table):
    insert = f'INSERT INTO "{table}" SELECT * FROM "{table}"'
    said(public, "SET default_transaction_read_only = off")

    assert let_through(public, [insert, *changes_to(table)]) == []


def test_public_role_cannot_look_into_sequences(public):
    with connection.cursor() as cursor:
        cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = 'public'")
        sequences = [name for (name,) in cursor.fetchall()]

    assert len(sequences) > 20
    assert let_through(public, [f'SELECT last_value FROM "{name}"' for name in sequences]) == []


# The command


def run_make_roles(*arguments):
    out, errors = StringIO(), StringIO()
    call_command("make_roles", *arguments, stdout=out, stderr=errors)
    return dict(line.split("=", 1) for line in out.getvalue().splitlines()), errors.getvalue()


def test_make_roles_keeps_passwords_unless_asked():
    addresses, remarks = run_make_roles()

    assert addresses == {}
    assert f"{name_of('app')} is there and keeps its password." in remarks


def test_make_roles_prints_two_addresses_with_new_passwords_when_asked():
    first, _ = run_make_roles("--new-passwords")
    second, _ = run_make_roles("--new-passwords")

    assert list(first) == ["DATABASE_URL", "PUBLIC_DATABASE_URL"]
    assert [urlsplit(url).username for url in first.values()] == [name_of("app"), name_of("public")]
    passwords = {urlsplit(url).password for urls in (first, second) for url in urls.values()}
    assert len(passwords) == 4
    assert min(map(len, passwords)) >= 32


def test_make_roles_grants_a_table_that_came_later_and_takes_back_what_was_too_much():
    app, public = name_of("app"), name_of("public")
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE later (id int)")
        cursor.execute(
            f'GRANT ALL ON blueprint_publication TO "{app}"; GRANT SELECT ON blueprint_user TO "{public}"'
        )

        run_make_roles()

        cursor.execute(
            "SELECT has_table_privilege(%s, 'later', 'DELETE'), has_table_privilege(%s, 'later', 'SELECT'),"
            " has_table_privilege(%s, 'blueprint_publication', 'DELETE'),"
            " has_table_privilege(%s, 'blueprint_user', 'SELECT')",
            [app, public, app, public],
        )
        assert cursor.fetchone() == (True, False, False, False)


@pytest.mark.only_on("sqlite")
def test_make_roles_says_that_sqlite_has_none():
    with pytest.raises(CommandError, match="SQLite knows no roles"):
        call_command("make_roles")


# T02: who may not serve


@pytest.fixture
def production(make_site):
    """A new database with roles of its own, and the addresses that `make_roles` printed for it."""
    site = make_site(start=False)
    printed = dict(line.split("=", 1) for line in site.manage("make_roles").stdout.splitlines())
    return site, {"SITE_URL": "https://blueprint.example", "ALLOWED_HOSTS": "127.0.0.1"}, printed


def test_T02_site_starts_under_its_two_roles_and_under_no_mightier_one(production):
    site, https, printed = production
    owner = {"DATABASE_URL": site.database_url}
    start = [
        sys.executable,
        "-m",
        "gunicorn",
        "--config",
        "deploy/gunicorn.py",
        "--workers=1",
        "blueprint.wsgi",
    ]

    refused = subprocess.run(
        start,
        cwd=settings.BASE_DIR,
        env=site.surroundings(**https, **owner),
        capture_output=True,
        text=True,
        timeout=60,
    )
    without = site.run("import blueprint.wsgi", check=False, **https, DATABASE_URL=printed["DATABASE_URL"])
    site.start(**https, **printed)

    assert refused.returncode == 3
    assert "DATABASE_URL names a role under which the site must not run: it is a superuser" in refused.stderr
    assert "Run manage.py make_roles" in refused.stderr
    assert "PUBLIC_DATABASE_URL should name a role for public pages alone" in without.stderr
    ready = site.get("/readyz")
    assert (ready.status, ready.body[:2]) == (200, b"ok")
    assert site.get("/en/publications/", X_Forwarded_Proto="https").status == 200
    assert site.log.count("ImproperlyConfigured") == 0


def test_T02_owner_without_other_powers_is_found(monkeypatch):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE plain_owner; ALTER TABLE blueprint_publication OWNER TO plain_owner")
        cursor.execute("GRANT USAGE ON SCHEMA public TO plain_owner; SET LOCAL ROLE plain_owner")

        assert (
            roles.too_mighty(connection)
            == "it owns 1 tables, so it could switch off the triggers that keep them"
        )


@pytest.mark.parametrize("which", ["app", "public"])
def test_T02_own_roles_are_not_too_mighty(which):
    with connection.cursor() as cursor:
        cursor.execute(f'SET LOCAL ROLE "{name_of(which)}"')

        assert roles.too_mighty(connection) == ""
        assert bool(roles.beyond_public(connection)) is (which == "app")


def test_public_row_count_is_what_the_owner_sees(transactional_db):
    publish_one_of_each()
    UserFactory()

    with closing(sign_in("public")) as own, own.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM blueprint_publication")
        assert cursor.fetchone() == (Publication.objects.count(),)
