"""What was typed outlives what refuses it: a session that ended, a form of an earlier sign-in, a fault, a database away."""

import logging
from urllib.parse import urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.db import Error
from django.http import HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from .accounts import home_of
from .drafts import Keeper, TooMuch, keep, read_tag, typed_in
from .errors import explain
from .middleware import SIGNED_IN_AREA, in_signed_in_area
from .models import User

logger = logging.getLogger(__name__)


class KeepWhatWasTyped:
    """Keeps every form with a tag that a view did not say is stored, whatever the answer to it was.

    Stands before the check against forged requests and before the door: what comes after a session has ended fails
    at both. The signed tag says whose form it was.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        keeper = getattr(request, "keeper", None)
        if keeper is not None and not getattr(request, "typed_is_safe", False):
            try:
                keep_sent(request, keeper)
            except (TooMuch, Error):
                logger.warning("What was typed at %s could not be kept.", keeper.place)
        return response

    def process_view(self, request, view_func, view_args, view_kwargs):
        if request.method != "POST" or not in_signed_in_area(request):
            return None
        if not request.user.is_authenticated:
            return after_session(request, read_tag(request.POST.get("keeper", "")))
        keeper = read_tag(request.POST.get("keeper", ""))
        if keeper is not None and keeper.user != request.user.pk:
            return from_another(request, keeper)
        request.keeper = keeper
        return None


def keep_sent(request, keeper: Keeper) -> bool:
    """False if the form was saved meanwhile, or its person's account is closed."""
    user = User.objects.filter(pk=keeper.user, is_active=True).first()
    fields = typed_in(request.POST)
    return user is not None and keep(user, keeper.place, fields, version=keeper.version, form=keeper.number)


def after_session(request, keeper: Keeper | None):
    """To sign-in and back to the form, with what was typed if its person comes back."""
    if keeper is None or not keeper.outlives_session:
        return to_page_before(request)
    try:
        keep_sent(request, keeper)
    except TooMuch:
        return explain(request, 413)
    to_sign_in = redirect_to_login(keeper.back, reverse("account_login"))
    if for_script(request):
        return JsonResponse({"sign_in": to_sign_in.url}, status=401)
    messages.info(request, _("What you typed is kept. Sign in, and it is there again. Nothing was sent yet."))
    return by_get(to_sign_in)


def to_page_before(request):
    """By way of sign-in to the page that a button stood on: its own address answers no GET."""
    before = request.headers.get("Referer", "")
    if not url_has_allowed_host_and_scheme(before, allowed_hosts={request.get_host()}):
        return None
    address = urlsplit(before)
    if not SIGNED_IN_AREA.match(address.path) or address.path.startswith("/accounts/"):
        return None
    messages.info(request, _("You were signed out, so nothing was done. Sign in and do it again."))
    page = f"{address.path}?{address.query}" if address.query else address.path
    return by_get(redirect_to_login(page, reverse("account_login")))


def from_another(request, keeper: Keeper):
    """Somebody else signed in on this machine since the form was opened: nothing is done in their name."""
    if keeper.outlives_session:
        try:
            keep_sent(request, keeper)
        except TooMuch:
            return explain(request, 413)
    if for_script(request):
        return JsonResponse({"sign_in": home_of(request.user)}, status=401)
    messages.warning(
        request,
        _(
            "Another person had opened that form here and was signed out. Nothing was stored in your name; "
            "what was typed is kept for them."
        ),
    )
    return by_get(HttpResponseRedirect(home_of(request.user)))


def csrf_failure(request, reason=""):
    """Mostly the same person signed in anew since the form was opened: what they typed stands in it again."""
    keeper = getattr(request, "keeper", None)
    if keeper is None:
        said = _(
            "The form was open for too long or came from elsewhere. Go back, load it again and send it again."
        )
        return explain(request, 403, said)
    if for_script(request):
        return JsonResponse({"back": keeper.back}, status=409)
    said = _("You signed in again after this page was opened. Look at what you typed, and send it once more.")
    messages.info(request, said)
    return by_get(HttpResponseRedirect(keeper.back))


def by_get(redirect):
    redirect.status_code = 303
    return redirect


def for_script(request) -> bool:
    return request.headers.get("Accept", "") == "application/json"
