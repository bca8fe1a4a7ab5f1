"""Where pages send what is being typed, a moment after typing stops; and where they ask to stay signed in."""

import datetime
import time

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from .clock import database_now
from .drafts import TooMuch, forget, kept, typed_in
from .errors import explain
from .holding import for_script, keep_sent
from .wording import clock_text


@require_http_methods(["GET", "HEAD", "POST"])
def keep(request):
    if request.method != "POST":
        return JsonResponse({"seconds": seconds_left(request.session)})
    if request.keeper is None:
        raise BadRequest(_("This is not a form whose words are kept. Load its page again."))
    request.typed_is_safe = True
    if "forget" in request.POST:
        forget(request.user, request.keeper.place)
        return redirect(request.keeper.back)
    before, now = kept(request.user, request.keeper.place), database_now()
    superseded = before is not None and before.kept_at > now - age_of(request)
    try:
        stored = not superseded and keep_sent(request, request.keeper)
    except TooMuch:
        return too_much(request)
    return JsonResponse(
        {
            "at": clock_text(now),
            "new": stored and (before is None or before.fields != typed_in(request.POST)),
            "back": request.keeper.back,
            "seconds": seconds_left(request.session),
        }
    )


def age_of(request):
    """How long ago it was typed, if a browser kept it meanwhile: what was typed later elsewhere stays."""
    seconds = request.POST.get("age", "")
    known = seconds.isascii() and seconds.isdigit() and len(seconds) < 10
    return datetime.timedelta(seconds=int(seconds) if known else 0)


def too_much(request):
    if for_script(request):
        said = _("This is more than the form can hold. Shorten what you wrote.")
        return JsonResponse({"words": said}, status=413)
    return explain(request, 413)


def seconds_left(session):
    """[until it ends unless it is used, until it ends in any case]; its use is noted once a minute."""
    in_any_case = session.get("signed_in_at", 0) + settings.SESSION_COOKIE_AGE - time.time()
    return [max(0, settings.SESSION_IDLE_AGE - 60), max(0, int(in_any_case))]
