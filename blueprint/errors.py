"""Error pages: in the reader's language, without a database, saying what to do next."""

import sys

from django.db import InterfaceError, OperationalError
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.translation import get_language_from_request, override
from django.utils.translation import gettext as _

from . import problems
from .audit import record_refusal


def words(status):
    return {
        400: (
            _("This request cannot be read"),
            _("Check the address for a misspelt date, number or filter."),
        ),
        403: (_("This is not open to you"), _("Sign in with an account that has this task, or go back.")),
        404: (
            _("There is no such page"),
            _("The address may be misspelt. The overview leads to everything there is."),
        ),
        405: (_("This address does not do that"), _("Open the page it belongs to and use its form.")),
        409: (
            _("Somebody was here first"),
            _("Open the page again to see what changed. Nothing of yours was stored."),
        ),
        413: (_("This is too long"), _("Go back, shorten what you wrote and send it again.")),
        429: (_("Too many tries"), _("Wait a few minutes and try again.")),
        503: (
            _("The database does not answer"),
            _(
                "Please wait a moment and try again. A form may be sent again: "
                "what was stored already is not stored a second time."
            ),
        ),
        500: (_("Something broke on our side"), _("Nothing was changed. Please try again in a moment.")),
    }[status]


def explain(request, status, reason="", headers=None):
    """An error page that needs neither database nor session; for a program the same as a problem."""
    if problems.wanted(request):
        return problems.problem(status, reason, headers=headers)
    language = language_of(request)
    with override(language):
        title, advice = words(status)
        page = render_to_string(
            "error.html",
            {"status": status, "title": title, "advice": advice, "reason": reason, "LANGUAGE_CODE": language},
        )
    response = HttpResponse(page, status=status, headers={"Content-Language": language, **(headers or {})})
    response.explained = True
    return response


def language_of(request):
    """Not the active one: before the language is chosen, that is left from the request before."""
    return getattr(request, "LANGUAGE_CODE", None) or get_language_from_request(request, check_path=True)


def bad_request(request, exception):
    return explain(request, 400)


def permission_denied(request, exception):
    """What a signed-in person was refused is recorded; visitors have nothing to be refused but sign-in."""
    user = getattr(request, "user", None)
    if user is not None and user.is_authenticated:
        record_refusal("open", by=user, subject=request.path)
    return explain(request, 403, str(exception))


def page_not_found(request, exception):
    return explain(request, 404)


def server_error(request):
    """A database that is away, or was cut off in between, is no fault of the page's: trying again helps."""
    if isinstance(sys.exc_info()[1], (OperationalError, InterfaceError)):
        return explain(request, 503, headers={"Retry-After": "5"})
    return explain(request, 500)
