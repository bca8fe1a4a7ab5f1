"""Public addresses read public tables only: the router, how long it holds, and the connection of SQLite."""

import sqlite3
from contextlib import closing

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.backends.sqlite3.base import DatabaseWrapper
from django.http import HttpResponse, StreamingHttpResponse

from blueprint.models import Direction, Event, Office, Publication, Release, User
from blueprint.nouns import nouns
from blueprint.public_reads import (
    NotPublic,
    PublicReads,
    PublicReadsMiddleware,
    Router,
    is_public_address,
    public_models,
    public_reads,
    public_tables,
    reading_for_the_public,
)
from blueprint.settings import public_database
from committee.models import Rating
from tests.factories import ReleaseFactory, publish_direction, publish_one_of_each

pytestmark = pytest.mark.django_db

PRIVATE = [m for m in apps.get_models(include_auto_created=True) if m not in public_models()]


def test_public_tables_are_those_of_the_registry_and_the_ledger():
    versions = {noun.version for noun in nouns()}

    assert versions < public_models()
    assert {Publication, Office} < public_models()
    assert {noun.entry for noun in nouns() if noun.entry} | {User, Release, Event, Rating} <= set(PRIVATE)


# The router


@pytest.mark.parametrize("model", PRIVATE, ids=lambda m: m._meta.label)
def test_private_table_cannot_be_read_for_the_public(model):
    with public_reads(), pytest.raises(NotPublic, match=model._meta.label):
        model._base_manager.exists()


def test_every_public_table_is_read_for_the_public():
    publish_one_of_each()
    rows = all_public_rows()

    with public_reads():
        read = all_public_rows()

    assert read == rows


def all_public_rows():
    return {m._meta.label: sorted(map(str, m._base_manager.values_list("pk"))) for m in public_models()}


@pytest.mark.parametrize(
    "write",
    [
        lambda: Direction.objects.create(code="9"),
        lambda: Direction.objects.bulk_create([Direction(code="9")]),
        lambda: Direction.objects.update(code="9"),
        lambda: Direction.objects.all().delete(),
        lambda: Direction(code="9").save(),
    ],
    ids=["create", "bulk_create", "update", "delete", "save"],
)
def test_nothing_is_written_for_the_public(write):
    publish_direction()
    before = list(Direction.objects.values_list("pk"))

    with pytest.raises(DatabaseError), transaction.atomic(), public_reads():
        write()

    assert list(Direction.objects.values_list("pk")) == before


def test_join_and_sql_by_hand_do_not_lead_to_private_tables():
    ReleaseFactory()
    for sql in (
        "SELECT email FROM blueprint_user",
        "SELECT count(*) FROM blueprint_release",
        "SELECT p.number FROM blueprint_publication p JOIN blueprint_release r ON r.publication_id = p.number",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), public_reads():
            connection.cursor().execute(sql)


def test_nothing_is_kept_from_people_who_are_signed_in():
    assert [Router().db_for_read(model) for model in (User, Publication)] == ["default", "default"]
    assert Router().db_for_write(Release) == "default"


@pytest.mark.parametrize(
    ("path", "public"),
    [
        ("/", True),
        ("/en/", True),
        ("/nowhere", True),
        ("/en/desk", False),
        ("/en/desk/releases/1/", False),
        ("/zh-hans/room/", False),
        ("/accounts/login/", False),
        ("/admin/", False),
        ("/administration/", True),
        ("/en/deskwork/", True),
        ("/en/report/", False),
        ("/zh-hant/report/BP-7K3M-92QK/", False),
        ("/en/reports/", True),
        ("/report/", True),
        ("/readyz", False),
        ("/readyz/", True),
    ],
)
def test_every_address_is_public_but_those_for_signing_in_for_operations_and_open_forms(path, public):
    assert is_public_address(path) is public


# How long it holds


def test_middleware_holds_for_each_piece_of_a_stream_and_not_between(rf):
    def pieces():
        for _ in range(2):
            yield str(reading_for_the_public())

    answer = PublicReadsMiddleware(lambda request: StreamingHttpResponse(pieces()))(rf.get("/en/"))

    between = [(piece, reading_for_the_public()) for piece in answer.streaming_content]
    assert between == [(b"True", False), (b"True", False)]


def test_private_count_does_not_get_out_by_a_stream(rf):
    answer = PublicReadsMiddleware(
        lambda request: StreamingHttpResponse(str(User.objects.count()) for _ in range(1))
    )(rf.get("/en/"))

    with pytest.raises(NotPublic):
        list(answer.streaming_content)


def test_middleware_lets_go_when_a_view_fails(rf):
    def fails(request):
        raise LookupError

    with pytest.raises(LookupError):
        PublicReadsMiddleware(fails)(rf.get("/en/"))

    assert not reading_for_the_public()


def test_desk_is_not_held(rf):
    answer = PublicReadsMiddleware(lambda request: HttpResponse(str(reading_for_the_public())))(
        rf.get("/en/desk/")
    )

    assert answer.content == b"False"


def held_in(path, application):
    """What the application said of being held at its call, at its pieces and at its end; and afterwards."""
    answer = PublicReads(application)({"PATH_INFO": path}, lambda *arguments: None)
    try:
        said = list(answer)
    finally:
        answer.close()
    return [*said, reading_for_the_public()]


class Observed:
    """A WSGI answer that notes at each step whether public reads are held."""

    def __init__(self, environ, start_response):
        self.noted = [reading_for_the_public()]

    def __iter__(self):
        self.noted.append(reading_for_the_public())
        yield self.noted

    def close(self):
        self.noted.append(reading_for_the_public())


def test_wsgi_layer_holds_until_the_answer_is_closed():
    assert held_in("/en/", Observed) == [[True, True, True], False]
    assert held_in("/en/desk/", Observed) == [[False, False, False], False]


def test_wsgi_layer_starts_anew_after_an_answer_that_nobody_closed():
    PublicReads(Observed)({"PATH_INFO": "/en/"}, lambda *arguments: None)

    assert held_in("/en/desk/", Observed) == [[False, False, False], False]


def test_wsgi_layer_lets_go_when_the_application_fails():
    def fails(environ, start_response):
        raise LookupError

    with pytest.raises(LookupError):
        PublicReads(fails)({"PATH_INFO": "/en/"}, lambda *arguments: None)

    assert not reading_for_the_public()


# The connection of SQLite


@pytest.fixture
def public_connection(transactional_db):
    """As settings make it, to the file that this test writes to."""
    if connection.vendor != "sqlite":
        pytest.fail("only on SQLite")
    made = DatabaseWrapper(
        connection.settings_dict | public_database(connection.settings_dict), alias="public"
    )
    with closing(made):
        yield made


@pytest.fixture
def ask(public_connection):
    def ask(sql):
        with public_connection.cursor() as cursor:
            cursor.execute(sql)
            return cursor.fetchall()

    return ask


@pytest.mark.only_on("sqlite")
def test_public_connection_of_sqlite_reads_every_public_table(ask):
    publish_one_of_each()

    assert [table for table in sorted(public_tables()) if not ask(f"SELECT * FROM {table}")] == [
        # Signed by a key that the tests have no need of.
        *(
            ["blueprint_checkpoint", "blueprint_ledgerkey"]
            if not ask("SELECT * FROM blueprint_ledgerkey")
            else []
        )
    ]


@pytest.mark.only_on("sqlite")
def test_public_connection_of_sqlite_reads_no_other_table(ask):
    tables = set(connection.introspection.table_names()) - public_tables() | {"sqlite_master"}

    for table in sorted(tables):
        for what in ("*", "count(*)"):
            with pytest.raises(DatabaseError, match=r"prohibited|not authorized"):
                ask(f'SELECT {what} FROM "{table}"')


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO blueprint_direction VALUES ('9')",
        "UPDATE blueprint_head SET number = 0",
        "DELETE FROM blueprint_personname",
        "DROP TABLE blueprint_direction",
        "DROP TRIGGER blueprint_direction_no_update",
        "CREATE TABLE blueprint_other (id int)",
        "CREATE TEMP TABLE other (id int)",
        "PRAGMA writable_schema=ON",
        "PRAGMA query_only=OFF",
        "ATTACH DATABASE ':memory:' AS other",
        "VACUUM",
    ],
)
def test_public_connection_of_sqlite_changes_nothing(ask, sql):
    with pytest.raises(DatabaseError):
        ask(sql)


@pytest.mark.only_on("sqlite")
def test_public_connection_of_sqlite_sees_the_next_publication(ask):
    numbers = []
    for code in ("1", "2"):
        publish_one_of_each() if code == "1" else Office.objects.create(code="other")
        numbers.append(ask("SELECT count(*) FROM blueprint_office"))

    assert numbers == [[(1,)], [(2,)]]


@pytest.mark.only_on("sqlite")
def test_public_connection_of_sqlite_opens_a_file_that_nobody_else_has_open(tmp_path):
    """In the mode of write-ahead logs even a reader needs files beside the database, and finds none."""
    with closing(sqlite3.connect(tmp_path / "a%20 site.sqlite3")) as writer:
        writer.executescript("PRAGMA journal_mode=WAL; CREATE TABLE blueprint_direction (code); ")
        writer.executescript("INSERT INTO blueprint_direction VALUES ('1')")
    settings_of = connection.settings_dict | {"NAME": str(tmp_path / "a%20 site.sqlite3")}

    with closing(DatabaseWrapper(settings_of | public_database(settings_of), alias="public")) as alone:
        found = alone.cursor().execute("SELECT code FROM blueprint_direction").fetchall()

    assert found == [("1",)]


@pytest.mark.only_on("sqlite")
def test_public_connection_of_sqlite_makes_no_file_where_there_is_none(tmp_path):
    settings_of = connection.settings_dict | {"NAME": str(tmp_path / "none.sqlite3")}

    with (
        closing(DatabaseWrapper(settings_of | public_database(settings_of), alias="public")) as alone,
        pytest.raises(DatabaseError),
    ):
        alone.cursor()

    assert list(tmp_path.iterdir()) == []


def test_processes_of_the_tests_have_a_real_public_connection(make_site):
    site = make_site(start=False)
    said = site.run(
        "from django.conf import settings\n"
        "from django.db import connections\n"
        "from blueprint.models import Head, User\n"
        "from blueprint.public_reads import NotPublic, public_reads\n"
        "with public_reads():\n"
        "    print(settings.PUBLIC_ALIAS, Head.objects.get().number, Head.objects.get()._state.db)\n"
        "    for ask in (User.objects.count, User.objects.using('default').count,\n"
        "                connections['default'].cursor().execute):\n"
        "        try:\n"
        "            print(ask(*['SELECT 1'] if ask.__name__ == 'execute' else []))\n"
        "        except NotPublic as refusal:\n"
        "            print(type(refusal).__name__)\n"
    )

    assert said.stdout.splitlines() == ["public 0 public", "NotPublic", "NotPublic", "NotPublic"]
