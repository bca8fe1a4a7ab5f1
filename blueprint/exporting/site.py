"""The running application, asked in process and always at the same moment."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections

from ..moment import HEAD_GIVEN, Moment
from ..public_reads import PublicReads
from .addresses import Address


class ExportFailed(Exception):
    """The archive would not be whole. The text names the address, or the file."""


@dataclass(frozen=True)
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def media_type(self) -> str:
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()

    @property
    def location(self) -> str | None:
        return self.headers.get("location") if self.status in (301, 302, 307, 308) else None


class Site:
    """Every answer is that of one publication and one date, whatever is published meanwhile."""

    def __init__(self, moment: Moment):
        self.moment = moment
        # Without the page cache, which knows only the head of now.
        self.application = PublicReads(get_wsgi_application())

    def get(self, address: Address) -> Answer:
        if address.path.startswith(settings.STATIC_URL):
            return static_file(address)
        begun: dict = {}

        def start_response(status, headers, exc_info=None):
            begun["status"] = int(status.split()[0])
            begun["headers"] = {name.lower(): value for name, value in headers}

        chunks = self.application(self.environment(address), start_response)
        try:
            body = b"".join(chunks)
        finally:
            if hasattr(chunks, "close"):
                chunks.close()
        return Answer(begun["status"], begun["headers"], body)

    def environment(self, address: Address) -> dict:
        """As a server on the site's own host would hand it over."""
        site = urlsplit(settings.SITE_URL)
        path, _, query = str(address).partition("?")
        return {
            "REQUEST_METHOD": "GET",
            "SCRIPT_NAME": "",
            "PATH_INFO": address.path.encode().decode("latin-1"),
            "REQUEST_URI": path,
            "QUERY_STRING": query,
            "SERVER_PROTOCOL": "HTTP/1.1",
            "SERVER_NAME": site.hostname,
            "SERVER_PORT": str(site.port or {"http": 80, "https": 443}[site.scheme]),
            "HTTP_HOST": site.netloc,
            # Behind a proxy of ours, this header says what the wsgi variable would say without one.
            "HTTP_X_FORWARDED_PROTO": site.scheme,
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": site.scheme,
            "wsgi.version": (1, 0),
            "wsgi.input": io.BytesIO(),
            "wsgi.errors": io.StringIO(),
            "wsgi.multithread": False,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
            HEAD_GIVEN: (self.moment.number, self.moment.today),
        }


@contextmanager
def kept_connections() -> Iterator[None]:
    """One connection for all pages: at the end of each request Django would look whether to close it."""
    ends = (request_started, request_finished)
    for signal in ends:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in ends:
            signal.connect(close_old_connections)


def static_file(address: Address) -> Answer:
    """Style sheets and pictures, from where collectstatic put them, or from where they are kept."""
    name = address.path.removeprefix(settings.STATIC_URL)
    if staticfiles_storage.exists(name):
        with staticfiles_storage.open(name) as file:
            return Answer(200, {"content-type": media_type_of(name)}, file.read())
    if found := finders.find(name):
        with open(found, "rb") as file:
            return Answer(200, {"content-type": media_type_of(name)}, file.read())
    return Answer(404, {}, b"")


def media_type_of(name: str) -> str:
    return "text/css" if name.endswith(".css") else "application/octet-stream"
