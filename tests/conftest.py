import gc
import os
import shutil
import signal
from collections import defaultdict
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import TransactionTestCase
from django.utils.translation import override

from blueprint import checkpoints, triggers
from tests import only_public, rig
from tests.database import NO_POSTGRES
from tests.plan import load_plan, trigger_statements

SECONDS_FOR_A_TEST = 120
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "make_site"}
BROWSER_NAMES = ("chromium", "chromium-browser", "google-chrome")
BROWSER_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


def pytest_configure(config):
    config.addinivalue_line(
        "markers", "slow: left out by `make fast` (set by using a browser or real processes)"
    )
    config.addinivalue_line("markers", "browser: is run in a real browser (set by using its fixtures)")
    config.addinivalue_line("markers", "long: takes ten seconds or more, and is begun before others")
    config.addinivalue_line("markers", "only_on(vendor): makes sense on sqlite, or on postgresql, alone")
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = settings.VAR_DIR / "media"
    settings.STATIC_ROOT.mkdir(exist_ok=True)
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.API_REQUESTS_A_MINUTE = 0
    only_public.read_through_default()
    database = settings.DATABASES["default"]
    if connections["default"].vendor == "sqlite":
        # A file, as in real use: in memory, SQLite locks differently and other processes see nothing.
        database.setdefault("TEST", {})["NAME"] = f"{settings.VAR_DIR}/test.sqlite3"


def pytest_report_header():
    return f"database: {connections['default'].display_name}"


# Which tests run where


def pytest_itemcollected(item):
    if "browser" in item.fixturenames:
        item.add_marker("browser")
    if {"browser", "make_site"} & set(item.fixturenames):
        item.add_marker("slow")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    here, elsewhere = [], []
    for item in items:
        (here if belongs_here(item, config.option.postgres) else elsewhere).append(item)
    config.hook.pytest_deselected(items=elsewhere)
    items[:] = sorted(here, key=place)
    for item in items:
        if config.option.postgres and connections["default"].vendor != "postgresql":
            item.add_marker(pytest.mark.skip(reason=NO_POSTGRES))


def place(item) -> tuple[bool, bool]:
    """The browser's event loop stays in its thread and would be in the way of later tests. A long test comes before
    the others: as the last one it would leave one process at work and the rest waiting for it.
    """
    return "browser" in item.fixturenames, item.get_closest_marker("long") is None


def pytest_collection_finish():
    """Thousands of tests and the modules that hold them stay to the end: not to be looked through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def belongs_here(item, on_postgres: bool) -> bool:
    mark = item.get_closest_marker("only_on")
    engine = "postgresql" if on_postgres else "sqlite"
    if mark:
        return mark.args == (engine,)
    return not on_postgres or touches_database(item)


def touches_database(item) -> bool:
    in_class = item.cls and issubclass(item.cls, TransactionTestCase)
    return bool(
        in_class or item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(item.fixturenames)
    )


# A test that never ends fails instead of taking the machine with it


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call():
    signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS_FOR_A_TEST)
    try:
        return (yield)
    finally:
        signal.alarm(0)


def give_up(signum, frame):
    pytest.fail(f"took longer than {SECONDS_FOR_A_TEST} seconds")


# What could not be run is named, and with CI=true nothing may be left out


def pytest_terminal_summary(terminalreporter):
    names = defaultdict(list)
    for report in terminalreporter.stats.get("skipped", []):
        names[skip_reason(report)].append(report.nodeid)
    if names:
        terminalreporter.section("could not be run")
    for reason, nodeids in names.items():
        terminalreporter.write_line(f"{reason}:")
        for nodeid in nodeids:
            terminalreporter.write_line(f"  {nodeid}")


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session):
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("CI") == "true" and reporter and reporter.stats.get("skipped"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def skip_reason(report) -> str:
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return reason.removeprefix("Skipped: ")


# Public addresses have the rights of the public


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        only_public.make_roles()


# A request leaves the language it was answered in behind


@pytest.fixture(autouse=True)
def from_english():
    """Every test begins in English, whatever page the one before it looked at."""
    with override("en"):
        yield


# The flush after a test with real transactions


@pytest.fixture(autouse=True, scope="session")
def flush_despite_triggers():
    """Public tables are append-only by triggers: they are taken off for the flush and put back."""
    flush = BaseDatabaseOperations.execute_sql_flush

    def execute_sql_flush(self, sql_list):
        take_off, put_back = trigger_statements(self.connection)
        flush(self, [*take_off, *sql_list, *cache_statements(), *put_back])

    BaseDatabaseOperations.execute_sql_flush = execute_sql_flush
    yield
    BaseDatabaseOperations.execute_sql_flush = flush


def cache_statements() -> list[str]:
    """Django's flush knows models only; what the database cache counts must not reach the next test."""
    return [
        f'DELETE FROM "{cache["LOCATION"]}"'
        for cache in settings.CACHES.values()
        if cache["BACKEND"].endswith("DatabaseCache")
    ]


# The real plan


@pytest.fixture(scope="module")
def real_plan(django_db_setup, django_db_blocker):
    """The shipped plan and its figures, there for a whole module and rolled back after it."""
    with django_db_blocker.unblock(), transaction.atomic():
        load_plan()
        yield
        transaction.set_rollback(True)


# The key of the ledger


@pytest.fixture
def ledger_key(db, settings, tmp_path):
    """A key in a file of its own, made known: publications are signed."""
    settings.LEDGER_KEY_FILE = str(tmp_path / "ledger-key")
    return checkpoints.make_key()


# Someone who owns the database


@pytest.fixture
def by_hand():
    """Run SQL as somebody who owns the database: without the triggers of a table."""

    def by_hand(table: str, sql: str, *values) -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "postgresql":
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            else:
                for name, on, _sql in triggers.trigger_sql("sqlite"):
                    if on == table:
                        cursor.execute(f'DROP TRIGGER IF EXISTS "{name}"')
            cursor.execute(sql, values)

    return by_hand


# Real processes


@pytest.fixture
def make_site(tmp_path):
    """Starts a site of its own: `make_site("plan", workers=2, CACHE_URL=…)`; see tests/rig.py for what it holds."""
    sites = []

    def make_site(content="tables", *, workers=1, threads=4, start=True, **environment):
        site = rig.make_site(tmp_path / f"site-{len(sites)}", content, environment)
        sites.append(site)
        return site.start(workers=workers, threads=threads) if start else site

    yield make_site
    for site in sites:
        rig.put_away(site)


@pytest.fixture
def redis(tmp_path):
    server = rig.Redis(tmp_path)
    yield server.start()
    server.signal(signal.SIGCONT)
    server.stop()


# The browser


@pytest.fixture(scope="session")
def browser():
    executable = next(filter(None, map(shutil.which, BROWSER_NAMES)), None)
    if not executable:
        pytest.skip("no browser found (package chromium)")
    # Imported here to keep a run without browser tests quick.
    from playwright.sync_api import sync_playwright

    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Playwright's event loop runs in this thread, where Django then refuses its database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        browser = playwright.chromium.launch(executable_path=executable, args=BROWSER_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def page_problems():
    """What went wrong in the pages of a test. A test that provokes an error takes it and clears it."""
    return []


@pytest.fixture
def open_page(browser, live_server, page_problems):
    """Opens pages with options of Playwright's contexts, such as viewport or java_script_enabled.

    Any error in the console, breach of the content security policy or request to another host fails the test.
    """
    contexts = []

    def open_page(**options):
        context = browser.new_context(base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        watch(page, urlsplit(live_server.url).netloc, page_problems)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert page_problems == []


@pytest.fixture
def page(open_page):
    return open_page()


def watch(page, own_host: str, problems: list[str]):
    def on_console(message):
        # A breach of the content security policy is reported here too.
        if message.type == "error":
            problems.append(f"{message.text} ({message.location.get('url')})")

    def on_request(request):
        address = urlsplit(request.url)
        if address.netloc and address.netloc != own_host:
            problems.append(f"request to another host: {request.url}")

    page.on("console", on_console)
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", on_request)
