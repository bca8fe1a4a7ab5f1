"""Public pages, answered before Django is: a page is a function of publication, date, build and address.

    start_response <- PageCache <- Shelf (pages of one publication and date) <- shared cache <- Django

What may be kept says so itself (``Cache-Control: public``, as ``@public`` does). Why it is built like this:
docs/decisions/0006-page-cache-before-django.md.
"""

import gzip
import hashlib
import itertools
import json
import logging
import re
import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote_plus, urlsplit

from django.conf import settings
from django.http.request import split_domain_port, validate_host
from django.utils.http import parse_http_date_safe

from .clients import CLIENT, client_of
from .heads import KnownHead, current_head
from .middleware import SIGNED_IN_AREA
from .moment import HEAD_GIVEN

logger = logging.getLogger(__name__)

# Every parameter that a public address knows. Any other is taken away before Django sees it, but for the API and
# the files: they refuse it by name, and a refusal is not kept.
PARAMETERS = frozenset(
    (
        "as_at", "page", "q", "sort", "history", "i",
        # of the lists
        "direction", "strategy", "office", "status", "stage", "class", "frequency", "kind", "state", "year", "indicator", "period",
        # of the ledger's proofs
        "leaf", "size", "from", "to",
    )
)  # fmt: skip
LANGUAGES = "|".join(dict(settings.LANGUAGES))
PUBLIC = re.compile(rf"/({LANGUAGES})/|/(data|ledger|api)/.|/(sitemap\.xml|robots\.txt)$")
# Files come with a mark of their own, and are as large as they are.
NEVER_KEPT = (
    SIGNED_IN_AREA,
    re.compile(r"/data/evidence/"),
    re.compile(rf"/({LANGUAGES})/(calendar|calendar\.ics|report|publications/subscribe)(/|$)"),
)
TELLS_UNKNOWN = re.compile(r"/(api|data)/")
HAS_LIMITS = re.compile(r"/api/")
LONGEST_PATH, LONGEST_QUERY = 300, 1000
LARGEST_PAGE = 2 * 1024 * 1024
SECONDS_TO_WAIT_FOR_ANOTHER = 10
# More at once would take their time from each other, and all of them from the pages that are kept.
PAGES_IN_THE_MAKING = 2
SECONDS_TO_WAIT_FOR_A_TURN = 5
COMPRESSIBLE = re.compile(r"text/|application/(json|xml|[\w.+-]+\+(json|xml))|image/svg")

Headers = list[tuple[str, str]]
Environ = dict[str, object]

new_request_id = map("{}{:08x}".format, itertools.repeat(secrets.token_hex(4)), itertools.count(1)).__next__


# Addresses


class Address(NamedTuple):
    """A public address with the parameters that it knows, in one order."""

    path: str
    query: str


@lru_cache(2048)
def address_of(path: str, query: str) -> Address | None:
    """None for what is not kept."""
    if not PUBLIC.match(path) or any(each.match(path) for each in NEVER_KEPT):
        return None
    known = [part for part in query.split("&") if name_of(part) in PARAMETERS or TELLS_UNKNOWN.match(path)]
    return Address(path, "&".join(sorted(known, key=name_of)))


def name_of(part: str) -> str:
    return unquote_plus(part.partition("=")[0])


@lru_cache(512)
def is_our_host(host: str) -> bool:
    domain, _port = split_domain_port(host)
    return bool(domain) and validate_host(domain, settings.ALLOWED_HOSTS)


@lru_cache(512)
def takes_gzip(accepted: str) -> bool:
    said = dict(part.replace(" ", "").lower().partition(";")[::2] for part in accepted.split(","))
    refused = re.fullmatch(r"q=0(\.0*)?", said.get("gzip", said.get("*", "q=0")))
    return refused is None


# Pages, ready to send


@dataclass(frozen=True, slots=True)
class Form:
    """A page in one encoding: what to send, and what to send to those who have it."""

    body: bytes
    etag: str
    headers: Headers
    unchanged: Headers
    modified: int | None

    @classmethod
    def of(cls, headers: Headers, body: bytes, *, mark="", encoding=""):
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}{mark}"'
        own = [*headers, ("Vary", "Accept-Encoding"), ("ETag", etag)]
        encoded = [("Content-Encoding", encoding)] if encoding else []
        unchanged = [
            (name, value)
            for name, value in own
            if name.lower() not in ("content-type", "content-disposition")
        ]
        modified = next((value for name, value in headers if name.lower() == "last-modified"), "")
        return cls(
            body,
            etag,
            [*own, *encoded, ("Content-Length", str(len(body)))],
            unchanged,
            parse_http_date_safe(modified),
        )


@dataclass(frozen=True, slots=True)
class Page:
    plain: Form
    compressed: Form
    weight: int

    @classmethod
    def of(cls, headers: Headers, body: bytes, small: bytes | None = None):
        plain = compressed = Form.of(headers, body)
        kind = next((value for name, value in headers if name.lower() == "content-type"), "")
        if small is None and COMPRESSIBLE.match(kind):
            small = gzip.compress(body, 6, mtime=0)
        if small and len(small) < len(body):
            compressed = Form.of(headers, small, mark="-gzip", encoding="gzip")
        return cls(plain, compressed, len(body) + len(compressed.body) + 4000)

    def packed(self) -> bytes:
        """For the shared cache: JSON and bytes, nothing that could be more than data when it is read."""
        headers = [h for h in self.plain.headers if h[0] not in ("Vary", "ETag", "Content-Length")]
        return json.dumps(headers).encode() + b"\n" + gzip.compress(self.plain.body, 6, mtime=0)

    @classmethod
    def unpacked(cls, content: bytes):
        headers, _line, small = content.partition(b"\n")
        return cls.of([(name, value) for name, value in json.loads(headers)], gzip.decompress(small), small)


BROKE_OFF = b"This could not be read to its end. Please try again in a moment.\n"
TOO_MANY = b"Many pages are being made at this moment. Please try again in a few seconds.\n"
PLAIN_HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Cache-Control", "no-store"),
    ("Retry-After", "5"),
    ("X-Content-Type-Options", "nosniff"),
]
# A mark in place of a page that is too large to keep.
TOO_LARGE = Page.of([], b"")
NOT_KEPT_HEADERS = {"content-length", "vary", "etag", "x-request-id", "connection", "date"}


def keepable(status: str, headers: Headers) -> bool:
    """Whether an answer is one for everybody, by what it says itself."""
    said = {name.lower(): value for name, value in headers}
    varies = {name.strip().lower() for name in said.get("vary", "").split(",") if name.strip()}
    control = said.get("cache-control", "").lower()
    return (
        status.startswith("200")
        and "public" in control
        and not re.search("private|no-store", control)
        and not {"set-cookie", "content-encoding"} & said.keys()
        # Neither reaches Django with a request for a page.
        and varies <= {"accept-encoding", "accept-language"}
    )


# Where pages are kept


class Shelf:
    """The pages of one head: when that moves, the whole shelf is left behind and nothing has to be purged."""

    def __init__(self, head: KnownHead, limit: int):
        self.head, self.limit = head, limit
        self.pages: OrderedDict[Address, Page] = OrderedDict()
        self.weight = 0
        self.lock = threading.Lock()
        self.in_the_making: dict[Address, threading.Event] = {}

    def find(self, address: Address) -> Page | None:
        page = self.pages.get(address)
        if page is not None:
            # Another thread may just have made room.
            with suppress(KeyError):
                self.pages.move_to_end(address)
        return page

    def keep(self, address: Address, page: Page):
        with self.lock:
            replaced = self.pages.pop(address, None)
            self.pages[address] = page
            self.weight += page.weight - (replaced.weight if replaced else 0)
            while self.weight > self.limit:
                _address, oldest = self.pages.popitem(last=False)
                self.weight -= oldest.weight

    def begin(self, address: Address) -> threading.Event | None:
        """None if it is for us to make the page, else what to wait for."""
        with self.lock:
            making = self.in_the_making.get(address)
            if making is None and address not in self.pages:
                self.in_the_making[address] = threading.Event()
            return making

    def end(self, address: Address):
        with self.lock:
            made = self.in_the_making.pop(address, None)
        if made:
            made.set()


# Who may make them


class Crowded(Exception):
    """As many pages as may be are in the making, and as many readers wait."""


class Room:
    """Where pages are made: all but one of the threads, and only a few of these at work at once.

    So there is a thread for the pages that are kept, however many others are asked for.
    """

    def __init__(self, threads: int):
        self.places = threading.BoundedSemaphore(max(1, threads - 1))
        self.turns = threading.BoundedSemaphore(PAGES_IN_THE_MAKING)

    def enter(self):
        if not self.places.acquire(blocking=False):
            raise Crowded

    def leave(self):
        self.places.release()

    @contextmanager
    def turn(self) -> Iterator[None]:
        if not self.turns.acquire(timeout=SECONDS_TO_WAIT_FOR_A_TURN):
            raise Crowded
        try:
            yield
        finally:
            self.turns.release()


class Leaving:
    """An answer that is made while it is sent: it keeps its place, since it keeps its thread, until it is closed."""

    def __init__(self, answer: Iterable[bytes], room: Room):
        self.answer, self.room = answer, room
        self.left = False

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.answer)

    def close(self):
        try:
            if hasattr(self.answer, "close"):
                self.answer.close()
        finally:
            if not self.left:
                self.left = True
                self.room.leave()


def is_whole(answer: Iterable[bytes]) -> bool:
    return isinstance(answer, list) or not getattr(answer, "streaming", True)


# Between the server and Django


class PageCache:
    """A WSGI application around another.

    ``limit``: bytes of memory; ``shared``: an optional second place; ``threads``: that this process has.
    """

    def __init__(
        self,
        application,
        *,
        build: str,
        heads=current_head,
        shared=None,
        limit: int = 64 * 1024 * 1024,
        threads: int = settings.THREADS,
    ):
        self.application, self.build, self.heads, self.shared, self.limit = (
            application,
            build,
            heads,
            shared,
            limit,
        )
        self.shelf: Shelf | None = None
        self.room = Room(threads)
        self.lock = threading.Lock()
        self.logs = logger.isEnabledFor(logging.INFO)

    def __call__(self, environ: Environ, start_response: Callable) -> Iterable[bytes]:
        address = self.address(environ)
        shelf = self.current_shelf() if address else None
        if not shelf:
            return self.step_aside(environ, start_response)
        page = shelf.find(address)
        if page is None:
            return self.fetch(shelf, address, environ, start_response)
        return self.send(page, environ, start_response, "kept")

    def address(self, environ) -> Address | None:
        """What is asked for, if it is for this layer to answer."""
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return None
        if environ.get("SCRIPT_NAME") or not is_our_host(environ.get("HTTP_HOST", "")):
            return None
        if settings.SECURE and not is_secure(environ):
            return None
        path, query = environ.get("PATH_INFO", ""), environ.get("QUERY_STRING", "")
        # Longer than any page needs: nothing to remember, neither the address as asked nor the page.
        if len(path) > LONGEST_PATH:
            return None
        read = address_of if len(query) <= LONGEST_QUERY else address_of.__wrapped__
        address = read(path, query)
        return address if address and len(address.query) <= LONGEST_QUERY else None

    def current_shelf(self) -> Shelf | None:
        head, shelf = self.heads(), self.shelf
        if head is None or (shelf and shelf.head is head):
            return shelf
        with self.lock:
            # Asked anew: another thread may know of a later head by now.
            head = self.heads()
            if self.shelf is None or self.shelf.head != head:
                self.shelf = Shelf(head, self.limit)
            return self.shelf

    def fetch(self, shelf: Shelf, address: Address, environ, start_response):
        """A page that is not there: made by one, and the others of this process wait for it."""
        making = shelf.begin(address)
        if making:
            making.wait(SECONDS_TO_WAIT_FOR_ANOTHER)
            page = shelf.find(address)
            if page:
                return self.send(page, environ, start_response, "waited")
            # Whoever made it failed, or it is not to be kept: each for oneself.
            return self.make(shelf, address, environ, start_response)
        try:
            page = shelf.find(address) or self.from_shared(shelf, address)
            if page:
                return self.send(page, environ, start_response, "shared")
            return self.make(shelf, address, environ, start_response)
        finally:
            shelf.end(address)

    def make(self, shelf: Shelf, address: Address, environ, start_response):
        return self.in_room(environ, start_response, self.made, shelf, address)

    def in_room(self, environ, start_response, work: Callable, *given):
        """The answer of ``work`` if there is a place for it, which it leaves when nothing of it is left to make."""
        try:
            self.room.enter()
        except Crowded:
            return self.apologise(environ, start_response, TOO_MANY)
        try:
            answer = work(environ, start_response, *given)
        except BaseException:
            self.room.leave()
            raise
        if not is_whole(answer):
            return Leaving(answer, self.room)
        # Before it is sent: who has read it may ask for the next before the server comes to close it.
        self.room.leave()
        return answer

    def made(self, environ, start_response, shelf: Shelf, address: Address):
        """Of a large answer the first part only is made in its turn: a slow reader holds up nobody but himself."""
        try:
            with self.room.turn():
                answer = Answer(self.application, for_django(environ, address, shelf.head))
        except Crowded:
            return self.apologise(environ, start_response, TOO_MANY)
        except Exception:
            # While a stream was read: Django has answered by then, and nobody has been told so yet.
            logger.exception("%r broke off", address.path)
            return self.apologise(environ, start_response, BROKE_OFF)
        if not keepable(answer.status, answer.headers):
            return self.hand_on(answer, environ, start_response, "passed")
        if not answer.whole:
            shelf.keep(address, TOO_LARGE)
            return self.hand_on(answer, environ, start_response, "large")
        answer.close()
        kept = [(name, value) for name, value in answer.headers if name.lower() not in NOT_KEPT_HEADERS]
        page = Page.of(kept, b"".join(answer.read))
        shelf.keep(address, page)
        if self.shared:
            self.shared.put(self.shared_name(shelf, address), page.packed())
        return self.send(page, environ, start_response, "made")

    def from_shared(self, shelf: Shelf, address: Address) -> Page | None:
        content = self.shared and self.shared.get(self.shared_name(shelf, address))
        if not content:
            return None
        page = Page.unpacked(content)
        shelf.keep(address, page)
        return page

    def shared_name(self, shelf: Shelf, address: Address) -> str:
        head = shelf.head
        where = hashlib.sha256("?".join(address).encode()).hexdigest()
        return f"{self.build}:{head.number}:{head.mark}:{head.today}:{where}"

    # Answers

    def send(self, page: Page, environ, start_response, how: str):
        if page is TOO_LARGE:
            return self.step_aside(environ, start_response)
        form = page.compressed if takes_gzip(environ.get("HTTP_ACCEPT_ENCODING", "")) else page.plain
        number = new_request_id()
        if is_known(form, environ):
            self.log(environ, 304, how, number)
            start_response("304 Not Modified", [*form.unchanged, ("X-Request-ID", number)])
            return []
        self.log(environ, 200, how, number)
        start_response("200 OK", [*form.headers, ("X-Request-ID", number)])
        return [form.body] if environ["REQUEST_METHOD"] == "GET" else []

    def hand_on(self, answer: "Answer", environ, start_response, how: str):
        """As Django said it, piece by piece."""
        number = new_request_id()
        self.log(environ, answer.status[:3], how, number)
        start_response(answer.status, [*answer.headers, ("X-Request-ID", number)])
        if environ["REQUEST_METHOD"] == "HEAD":
            answer.close()
            return []
        return answer

    def apologise(self, environ, start_response, words: bytes):
        number = new_request_id()
        self.log(environ, 503, "crowded" if words is TOO_MANY else "broken", number)
        said = [*PLAIN_HEADERS, ("Content-Length", str(len(words))), ("X-Request-ID", number)]
        start_response("503 Service Unavailable", said)
        return [words] if environ["REQUEST_METHOD"] == "GET" else []

    def step_aside(self, environ, start_response):
        if is_for_everybody(environ):
            return self.in_room(environ, start_response, self.ask_django)
        return self.ask_django(environ, start_response)

    def ask_django(self, environ, start_response):
        number = new_request_id()

        def numbered(status, headers, exc_info=None):
            self.log(environ, status[:3], "aside", number)
            return start_response(status, [*headers, ("X-Request-ID", number)], exc_info)

        return self.application(environ, numbered)

    def log(self, environ, status, how: str, number: str):
        if self.logs:
            logger.info(
                "%s %r %s %s %s", environ["REQUEST_METHOD"], environ.get("PATH_INFO"), status, how, number
            )


def is_known(form: Form, environ) -> bool:
    """Whether the reader has this very form: by its mark, or by its time if no mark is given (RFC 9110, 13.2.2)."""
    known = environ.get("HTTP_IF_NONE_MATCH")
    if known is not None:
        return form.etag in known or known.strip() == "*"
    since = parse_http_date_safe(environ.get("HTTP_IF_MODIFIED_SINCE", ""))
    return since is not None and form.modified is not None and form.modified <= since


def is_for_everybody(environ) -> bool:
    """Whether a page that is not kept can be asked for by anybody, as often as they like."""
    path = environ.get("PATH_INFO", "")
    reads = environ["REQUEST_METHOD"] in ("GET", "HEAD")
    return reads and PUBLIC.match(path) is not None and not SIGNED_IN_AREA.match(path)


def is_secure(environ) -> bool:
    """As Django sees it."""
    if settings.SECURE_PROXY_SSL_HEADER:
        name, value = settings.SECURE_PROXY_SSL_HEADER
        if name in environ:
            return environ[name].split(",")[0].strip() == value
    return environ.get("wsgi.url_scheme") == "https"


SITE = urlsplit(settings.SITE_URL)
FOR_PAGES = {
    "REQUEST_METHOD": "GET",
    "HTTP_HOST": SITE.netloc,
    "HTTP_X_FORWARDED_PROTO": SITE.scheme,
    "wsgi.url_scheme": SITE.scheme,
}
NOT_FOR_PAGES = {"RAW_URI", "REQUEST_URI", "CONTENT_LENGTH", "CONTENT_TYPE", "wsgi.file_wrapper"}


def for_django(environ: Environ, address: Address, head: KnownHead) -> Environ:
    """The request with nothing left of who asked, and how: so the page is everybody's."""
    kept = {n: v for n, v in environ.items() if not (n.startswith("HTTP_") or n in NOT_FOR_PAGES)}
    # But for the limits of the API: a refusal by them is not kept.
    asked = {CLIENT: client_of(environ)} if HAS_LIMITS.match(address.path) else {}
    return kept | FOR_PAGES | asked | {"QUERY_STRING": address.query, HEAD_GIVEN: head.given}


class Answer:
    """What Django answers, read as far as a page may be long, and the rest as it is asked for."""

    def __init__(self, application, environ: Environ):
        self.status, self.headers = "", []
        self.read: list[bytes] = []
        self.answer = application(environ, self.start_response)
        self.rest = iter(self.answer)
        try:
            self.whole = self.read_on()
        except BaseException:
            self.close()
            raise

    @property
    def streaming(self) -> bool:
        return not self.whole

    def start_response(self, status, headers, exc_info=None):
        self.status, self.headers = status, headers
        return self.read.append

    def read_on(self) -> bool:
        size = 0
        while size <= LARGEST_PAGE:
            piece = next(self.rest, None)
            if piece is None:
                return True
            self.read.append(piece)
            size += len(piece)
        return False

    def __iter__(self) -> Iterator[bytes]:
        while self.read:
            yield self.read.pop(0)
        yield from self.rest

    def close(self):
        if hasattr(self.answer, "close"):
            self.answer.close()
