"""What a page weighs with everything it loads."""

import gzip
import re
from urllib.parse import urljoin, urlsplit

from .cold import PAGES
from .results import number
from .server import fetch, serving

LOADED = re.compile(r"""<(?:link|script|img|source|iframe)\b[^>]*?(?:href|src)="([^"]+)"[^>]*>""")
NOT_LOADED = re.compile(r'rel="(?:alternate|canonical|next|prev|author|license)')


def page_weight(places):
    with serving("blueprint.wsgi:application", places.environment(places.shipped)) as site:
        for name in ("overview", "indicator", "strategy"):
            address = site + PAGES[name][0]
            body, text = compressed(address)
            loaded = {
                urljoin(address, found.group(1))
                for found in LOADED.finditer(text)
                if not NOT_LOADED.search(found.group(0)) and not found.group(1).startswith("data:")
            }
            foreign = {urlsplit(one).netloc for one in loaded} - {urlsplit(site).netloc}
            own = [one for one in loaded if urlsplit(one).netloc not in foreign]
            total = body + sum(compressed(one)[0] for one in own)
            yield number(f"page_weight_{name}", "<= 60000", total, "compressed bytes with all it loads")
            yield number(f"page_requests_{name}", "<= 6", 1 + len(loaded), "requests")
            yield number(f"page_foreign_{name}", "<= 0", len(foreign), "hosts other than its own")


def compressed(address):
    """(bytes as sent, text)"""
    _status, headers, body = fetch(address)
    packed = {name.lower(): value for name, value in headers}.get("content-encoding") == "gzip"
    return len(body), (gzip.decompress(body) if packed else body).decode(errors="replace")
