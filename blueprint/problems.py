"""What went wrong, for programs: RFC 9457 (application/problem+json), in English, in place of an error page."""

import re

from django.conf import settings
from django.http import JsonResponse

API = re.compile(r"/api(/|$)")
METHODS = "GET, HEAD, OPTIONS"
MEDIA_TYPE = "application/problem+json"
# A problem's type leads to its words in the documentation.
DOCUMENTED_AT = f"{settings.SITE_URL}/en/data/api/#problem-{{status}}"
TITLES = {
    400: "The request cannot be read",
    403: "This is not open",
    404: "There is nothing at this address",
    405: "This address can only be read",
    410: "This was taken back",
    429: "Too many requests",
    500: "Something broke on our side",
    503: "The database does not answer",
}


def wanted(request) -> bool:
    """Whether a program asks, by its address."""
    return API.match(request.path_info) is not None


def problem(status: int, detail: str = "", *, headers: dict[str, str] | None = None) -> JsonResponse:
    said = {"type": DOCUMENTED_AT.format(status=status), "title": TITLES[status], "status": status}
    if detail:
        said["detail"] = detail
    return JsonResponse(
        said, status=status, headers={"Content-Language": "en", **(headers or {})}, content_type=MEDIA_TYPE,
        json_dumps_params={"ensure_ascii": False},
    )  # fmt: skip
