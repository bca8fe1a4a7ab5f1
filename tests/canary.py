"""Canaries: values planted in what is not public, and a crawl that looks for them wherever the public can look.

    answers = crawl(visit)            # every address there is or that can be guessed, in every way of asking
    found = sightings(answers, canary.needles())

`visit(method, path, headers)` gives an Answer: `by_client()` asks Django, `by_process(site)` a server of tests/rig.py.
"""

import base64
import hashlib
import html
import http.client
import json
import re
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from urllib.parse import quote, urldefrag, urljoin, urlsplit

from django.conf import settings
from django.test import Client
from django.urls import NoReverseMatch, get_resolver, reverse
from django.utils.translation import override

from blueprint.models import Publication
from blueprint.public_reads import is_public_address, public_models

# These differ between any two answers.
VOLATILE = {"date", "x-request-id", "connection", "server"}
LANGUAGES = tuple(dict(settings.LANGUAGES))
MOST_ADDRESSES = 3000
# Filters, orders and moments of one page lead to each other without end.
VARIANTS_OF_A_PAGE = 2
LINK = re.compile(r"""(?:href|src|action)="([^"]+)"|<loc>([^<]+)</loc>|<(?:id|uri)>([^<]+)</""")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def text(self) -> str:
        """All that can be read in it: headers and body."""
        return (
            "\n".join(f"{name}: {value}" for name, value in self.headers)
            + "\n"
            + self.body.decode("utf-8", "replace")
        )

    def header(self, name: str) -> str:
        return dict(self.headers).get(name, "")


Visit = Callable[[str, str, dict[str, str]], Answer]


def answer_of(status: int, headers: Iterable[tuple[str, str]], body: bytes) -> Answer:
    kept = sorted((name.lower(), value) for name, value in headers if name.lower() not in VOLATILE)
    return Answer(status, tuple(kept), body)


def by_client() -> Visit:
    client = Client(raise_request_exception=False)

    def visit(method: str, path: str, headers: dict[str, str]) -> Answer:
        answer = client.generic(method, path, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        return answer_of(answer.status_code, answer.items(), body)

    return visit


def by_process(site) -> Visit:
    def visit(method: str, path: str, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=30)
        try:
            connection.request(method, path, headers=headers)
            answer = connection.getresponse()
            return answer_of(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    return visit


# Where the public can look


def crawl(visit: Visit, *, ways: Iterable[str] = ("GET", "HEAD", "partly")) -> dict[tuple[str, str], Answer]:
    """(way of asking, address) -> answer: from the map of the site, by its links, and by guessing."""
    answers: dict[tuple[str, str], Answer] = {}
    waiting = deque(dict.fromkeys([*named_addresses(), *guesses()]))
    seen = set(waiting)
    variants = Counter(path.partition("?")[0] for path in waiting)
    while waiting:
        path = waiting.popleft()
        whole = answers["GET", path] = visit("GET", path, {})
        for way in set(ways) - {"GET"} if whole.status == 200 else ():
            answers[way, path] = asked(visit, way, path, whole)
        for link in links(path, whole):
            page = link.partition("?")[0]
            if link not in seen and variants[page] < VARIANTS_OF_A_PAGE:
                seen.add(link)
                variants[page] += 1
                waiting.append(link)
        assert len(seen) < MOST_ADDRESSES, f"the site has no end: {path}"
    return answers


def asked(visit: Visit, way: str, path: str, whole: Answer) -> Answer:
    if way == "HEAD":
        return visit("HEAD", path, {})
    conditions = {"If-None-Match": '"unknown"', "If-Modified-Since": "Thu, 01 Jan 2099 00:00:00 GMT"}
    known = whole.header("etag")
    return visit("GET", path, {"If-None-Match": known} if known else conditions | {"Range": "bytes=0-99"})


def named_addresses() -> Iterator[str]:
    """Every public address of the resolver, with every code and number that is public, and those that would come next."""
    last = Publication.objects.count()
    given = {
        "code": [*public_codes(), "no-such-code"],
        "number": range(1, last + 3),
        "publication": range(1, last + 3),
        "sha256": ["0" * 64],
    }
    # The other languages are reached by the links of each page.
    with override("en"):
        for name, keys in public_names():
            for path in filled(name, keys, given):
                if is_public_address(path):
                    yield path


def public_codes() -> list[str]:
    codes: set[str] = set()
    for model in public_models():
        if model._meta.pk.name == "code":
            codes |= set(model._base_manager.values_list("pk", flat=True))
    return sorted(codes)


def public_names(resolver=None, namespace="") -> Iterator[tuple[str, list[str]]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            yield from public_names(pattern, namespace + inner)
        elif pattern.name and not namespace.startswith("admin"):
            yield namespace + pattern.name, re.findall(r"<(?:\w+:)?(\w+)>", str(pattern.pattern))


def filled(name: str, keys: list[str], given: dict) -> Iterator[str]:
    if not keys:
        # A language that the address does not have gives the same address again.
        with suppress(NoReverseMatch):
            yield reverse(name)
    elif len(keys) == 1:
        for value in given.get(keys[0], ["1"]):
            with suppress(NoReverseMatch):
                yield reverse(name, args=[value])


def guesses() -> list[str]:
    """Addresses that would exist a moment later, or that somebody might try."""
    coming = Publication.objects.count() + 1
    moments = [f"?as_at={coming}", f"?as_at={coming + 1}", "?as_at=2099-01-01", "?as_at=nonsense"]
    pages = ["/en/", "/en/indicators/", "/en/publications/", "/data/observations.csv", "/data/targets.csv"]
    return [
        *(page + moment for page in pages for moment in moments),
        *(f"/ledger/proof?leaf={n}&size={n}" for n in (coming - 1, coming)),
        f"/ledger/proof?from={coming - 1}&to={coming}",
        *(f"/data/releases/{coming}.csv", f"/data/publications/{coming}.csv", f"/en/releases/{coming}/"),
        *(
            "/sitemap.xml",
            "/robots.txt",
            "/media/",
            "/static/",
            # The beginnings of the canaries: a page repeats what it was asked for.
            "/en/search/?q=739",
            "/en/search/?q=zephyr",
            f"/zh-hant/search/?q={quote('罕')}",
            "/.git/HEAD",
            "/var/db.sqlite3",
        ),
        "/en/nowhere/",
        "/nowhere.csv",
    ]


def links(path: str, answer: Answer) -> Iterator[str]:
    if not answer.header("content-type").startswith(
        ("text/html", "application/atom", "application/xml", "text/xml")
    ):
        return
    for groups in LINK.findall(answer.body.decode()):
        target, _fragment = urldefrag(html.unescape(next(filter(None, groups))))
        parts = urlsplit(urljoin(settings.SITE_URL + path, target))
        ours = parts.hostname in (urlsplit(settings.SITE_URL).hostname, "127.0.0.1", "testserver")
        if ours and is_public_address(parts.path) and not parts.path.startswith("/static/"):
            yield parts.path + (f"?{parts.query}" if parts.query else "")


# What is looked for


def spelled_as_figure(value: Decimal) -> dict[str, re.Pattern]:
    """A figure in every form in which it might get out: rounded, grouped, in 萬 and 億, and coded."""
    forms = set()
    for scaled, places in ((value, range(5)), (value / 10**4, range(2, 9)), (value / 10**8, range(6, 13))):
        for place in places:
            rounded = scaled.quantize(Decimal(1).scaleb(-place), ROUND_HALF_UP)
            forms |= {f"{rounded:f}", f"{rounded:,f}", f"{rounded:,f}".replace(",", " ")}
    # A figure that is a part of a longer number, or of a hash, is another figure.
    patterns = {form: re.compile(rf"(?<![0-9A-Za-z.+/]){re.escape(form)}(?![0-9A-Za-z+/])") for form in forms}
    return patterns | coded(str(value))


def spelled_as_text(text: str) -> dict[str, re.Pattern]:
    plain = {text, html.escape(text), quote(text), json.dumps(text)[1:-1]}
    return {form: re.compile(re.escape(form), re.IGNORECASE) for form in plain} | coded(text)


def coded(text: str) -> dict[str, re.Pattern]:
    once = text.encode()
    # In base64 a word looks different at each of three places; what is the same wherever it stands.
    inside = {base64.b64encode(b" " * shift + once)[4 if shift else 0 : -4].decode() for shift in range(3)}
    forms = {form for form in inside if len(form) >= 6} | {once.hex(), hashlib.sha256(once).hexdigest()}
    return {form: re.compile(re.escape(form)) for form in forms}


def needles(*, figures: Iterable[Decimal] = (), words: Iterable[str] = ()) -> dict[str, re.Pattern]:
    found: dict[str, re.Pattern] = {}
    for figure in figures:
        found |= spelled_as_figure(figure)
    for word in words:
        found |= spelled_as_text(word)
    return found


def sightings(
    answers: dict[tuple[str, str], Answer], wanted: dict[str, re.Pattern]
) -> list[tuple[str, str, str]]:
    """(way of asking, address, spelling) of each canary that got out."""
    found: dict[str, list[str]] = {}
    for text in {answer.text for answer in answers.values()}:
        lowered = text.lower()
        # A plain search first: it is what most of the time goes into.
        near = [form for form in wanted if form.lower() in lowered]
        found[text] = [form for form in near if wanted[form].search(text)]
    return [(way, path, form) for (way, path), answer in answers.items() for form in found[answer.text]]
