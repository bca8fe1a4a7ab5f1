"""Forms that are open to everybody: what their views share. Why they need no cookie: see form_tokens.py."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from .form_tokens import FormToken, new_token


def open_form(view: Any) -> Any:
    return csrf_exempt(login_not_required(require_http_methods(["GET", "HEAD", "POST"])(view)))


def is_from_elsewhere(request: HttpRequest, token: FormToken | None) -> bool:
    """Whether no form of ours was sent, or one that is too old, or one that another site sent for its reader."""
    return token is None or request.headers.get("Sec-Fetch-Site") == "cross-site"


def ask_once_more(form: Form, purpose: str, why: str) -> None:
    """All that was written stays; it is another form now, and sending it once more is a decision."""
    form.add_error(None, why)
    form.data = form.data.copy()
    form.data["token"] = new_token(purpose)


def minutes_of(seconds: int) -> int:
    """Whole minutes, after which they have passed."""
    return -(-seconds // 60)


def with_wait(response: HttpResponse, seconds: int) -> HttpResponse:
    response.headers["Retry-After"] = str(seconds)
    # Not to be put into the general words for this number, which know nothing of what was typed.
    response.explained = True
    return response
