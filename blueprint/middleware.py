"""What stands around every answer: headers, where cookies exist, the language of sign-in, plain refusals."""

import re
import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.utils.translation import gettext as _

from . import problems
from .errors import explain

# People sign in to work here. Everywhere else is public: add to this list what is not.
SIGNED_IN_AREA = re.compile(
    r"/(accounts|admin|demo|({})/(desk|room))(/|$)".format("|".join(dict(settings.LANGUAGES)))
)
# Open to everybody like a public page, and yet something is stored: no cookie, no cache, and not the public connection.
OPEN_FORMS = re.compile(
    r"/({})/(report|publications/subscribe)(/|$)".format("|".join(dict(settings.LANGUAGES)))
)
LARGEST_OPEN_FORM = 256 * 1024
# What pages of other sites may read in their visitors' browsers: it is public, and no cookie goes with it.
FOR_EVERY_SITE = re.compile(r"/(api|data)/")
OPENLY = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "ETag, Link, Retry-After, X-Request-ID",
}
# What a browser asks before it lets a page of another site ask for what has changed.
PREFLIGHT = {
    "Allow": problems.METHODS,
    "Access-Control-Allow-Methods": problems.METHODS,
    "Access-Control-Allow-Headers": "*",
    "Access-Control-Max-Age": "86400",
}
NUL = "\x00"


def in_signed_in_area(request):
    return SIGNED_IN_AREA.match(request.path_info) is not None


def is_open_form(request):
    return OPEN_FORMS.match(request.path_info) is not None


class SecurityHeaders:
    """Headers on every answer: errors of other middleware, redirects and static files included."""

    def __init__(self, get_response):
        self.get_response = get_response
        self.headers = {
            "Cross-Origin-Opener-Policy": settings.SECURE_CROSS_ORIGIN_OPENER_POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Referrer-Policy": settings.SECURE_REFERRER_POLICY,
            "X-Content-Type-Options": "nosniff",
            "X-Permitted-Cross-Domain-Policies": "none",
            "Cache-Control": "no-store",
        }

    def __call__(self, request):
        response = self.get_response(request)
        if FOR_EVERY_SITE.match(request.path_info):
            for name, value in OPENLY.items():
                response.headers.setdefault(name, value)
        for name, value in self.headers.items():
            response.headers.setdefault(name, value)
        policy = response.headers.get("Content-Security-Policy")
        if policy:
            # django-csp gives the directives in another order in each process.
            response.headers["Content-Security-Policy"] = "; ".join(sorted(policy.split("; ")))
        if settings.SECURE_HSTS_SECONDS and request.is_secure():
            lasting = f"max-age={settings.SECURE_HSTS_SECONDS}; includeSubDomains; preload"
            response.headers.setdefault("Strict-Transport-Security", lasting)
        return response


class CookieBorder:
    """Cookies exist where people sign in. Elsewhere none is read and none is set, and nothing can be changed
    but by the forms that are open to everybody.

    So a public answer is the same for everybody, and may be kept; an answer in a signed-in area never is.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if in_signed_in_area(request):
            response = self.get_response(request)
            if "no-store" not in response.headers.get("Cache-Control", ""):
                response.headers["Cache-Control"] = "no-store"
            return response
        request.META.pop("HTTP_COOKIE", None)
        response = self.get_response(request)
        response.cookies.clear()
        forget_cookie(response)
        return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        if request.method in ("GET", "HEAD") or in_signed_in_area(request):
            return None
        if request.method == "OPTIONS" and FOR_EVERY_SITE.match(request.path_info):
            return None if problems.wanted(request) else HttpResponse(status=204, headers=PREFLIGHT)
        if is_open_form(request):
            return explain(request, 413) if content_length(request) > LARGEST_OPEN_FORM else None
        allowed = problems.METHODS if FOR_EVERY_SITE.match(request.path_info) else "GET, HEAD"
        return explain(request, 405, headers={"Allow": allowed})


def content_length(request):
    said = request.META.get("CONTENT_LENGTH") or "0"
    return int(said) if said.isascii() and said.isdigit() else 0


def forget_cookie(response):
    named = [name.strip() for name in response.headers.get("Vary", "").split(",")]
    kept = [name for name in named if name and name.lower() != "cookie"]
    if kept:
        response.headers["Vary"] = ", ".join(kept)
    else:
        response.headers.pop("Vary", None)


class NoNul:
    """PostgreSQL refuses the character NUL in a text, so no address, parameter, cookie or field may hold one."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if NUL in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            return explain(request, 400)
        if any(NUL in value for value in request.COOKIES.values()):
            return explain(request, 400)
        return self.get_response(request)

    def process_view(self, request, view_func, view_args, view_kwargs):
        if any(NUL in text for name, values in request.POST.lists() for text in (name, *values)):
            return explain(request, 400)
        return None


class LanguageOfSignIn:
    """Pages of sign-in have no language in their address: they speak that of ``?language=``, or else of ``?next=``."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = language_asked(request) if request.path_info.startswith(("/accounts/", "/demo/")) else None
        if language is None:
            return self.get_response(request)
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
        response = self.get_response(request)
        to = response.headers.get("Location", "")
        if to.startswith("/accounts/") and "language=" not in to:
            response.headers["Location"] = f"{to}{'&' if '?' in to else '?'}language={language}"
        return response


def language_asked(request):
    asked = request.GET.get("language", ""), request.GET.get("next", "").lstrip("/").partition("/")[0]
    return next((code for code in asked if code in dict(settings.LANGUAGES)), None)


class SessionLimits:
    """A session ends half an hour after its last request, twelve hours after sign-in, and with its account."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        session = request.session
        if SESSION_KEY in session:
            if outlived(session):
                session.flush()
                messages.info(
                    request, _("You were signed out because time had run out. Please sign in again.")
                )
            elif not request.user.is_authenticated:
                session.flush()
        return self.get_response(request)


def outlived(session):
    """Whether a limit is reached; if not, note that the session is in use (once a minute is exact enough)."""
    now = time.time()
    if now - session.get("signed_in_at", 0) > settings.SESSION_COOKIE_AGE:
        return True
    unused = now - session.get("seen_at", 0)
    if unused > settings.SESSION_IDLE_AGE:
        return True
    if unused > 60:
        session["seen_at"] = now
    return False


class PlainAnswers:
    """A request that cannot be met says why and what to do, with the right number."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        wordless = response.status_code in (405, 429) and not hasattr(response, "explained")
        if wordless and response.headers.get("Content-Type", "").startswith("text/html"):
            kept = {
                name: value for name, value in response.headers.items() if name in ("Allow", "Retry-After")
            }
            return explain(request, response.status_code, headers=kept)
        return response

    def process_exception(self, request, exception):
        if isinstance(exception, BadRequest):
            return explain(request, 400, str(exception))
        return None
