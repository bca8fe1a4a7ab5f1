"""An exported site is read in a browser: from any web server, and from the disk alone."""

import functools
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import pytest

from blueprint.exporting import export_site
from tests.factories import publish_one_of_each

# What a reader does with the files does not depend on the database that they came from.
pytestmark = [pytest.mark.django_db, pytest.mark.only_on("sqlite")]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *said):
        pass


@pytest.fixture
def archive(tmp_path):
    publish_one_of_each()
    export_site(tmp_path / "site")
    return tmp_path / "site"


@pytest.fixture
def server(archive):
    server = ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=archive))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.long
@pytest.mark.parametrize("kind", ["served", "on the disk"])
def test_archive_is_read_from_entrance_to_figures(browser, archive, server, kind):
    start = {"served": server, "on the disk": f"file://{archive}"}[kind]
    context = browser.new_context(java_script_enabled=False)
    page, failed = context.new_page(), []
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("response", lambda response: failed.append(response.url) if response.status >= 400 else None)

    page.goto(f"{start}/index.html")
    page.locator("h1 a").nth(1).click()
    page.get_by_role("link", name="指標", exact=True).click()
    page.locator("td a").first.click()
    page.get_by_role("link", name="English", exact=True).click()

    assert page.url == f"{start}/en/indicators/I1/index.html"
    assert page.locator("h1").inner_text() == "An indicator"
    assert (
        page.locator(".past")
        .inner_text()
        .startswith("This is an archive copy of the site as it stood after publication 1")
    )
    # The style sheet is there: without it the body would have the browser's margin.
    assert page.locator("body").evaluate("body => getComputedStyle(body).margin") == "0px"
    assert failed == []
    context.close()
