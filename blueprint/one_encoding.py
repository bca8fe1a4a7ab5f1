"""What is sent is in UTF-8, as all pages of ours send it. In front of Django, which falls over some encodings that a
request may name, and reads half characters out of others, which no database and no page can hold."""

import codecs
from collections.abc import Callable

from django.utils.http import parse_header_parameters

WORDS = b"Send it again in UTF-8: no other encoding is read here.\n"
HEADERS = [
    ("Content-Type", "text/plain; charset=utf-8"),
    ("Content-Length", str(len(WORDS))),
    ("Cache-Control", "no-store"),
    ("X-Content-Type-Options", "nosniff"),
]


class OneEncoding:
    def __init__(self, application: Callable):
        self.application = application

    def __call__(self, environ, start_response):
        if is_read_here(environ.get("CONTENT_TYPE", "")):
            return self.application(environ, start_response)
        start_response("400 Bad Request", HEADERS)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [WORDS]


def is_read_here(content_type: str) -> bool:
    try:
        _kind, said = parse_header_parameters(content_type)
    except (LookupError, ValueError):
        return False
    try:
        return codecs.lookup(said.get("charset", "utf-8")).name == "utf-8"
    except (LookupError, ValueError):
        # Django does not heed a name that nobody knows.
        return True
