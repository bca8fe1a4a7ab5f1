"""Subscribing to publications: a form for everybody, without a cookie, that never tells who is subscribed."""

from django.shortcuts import render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from .clients import client_of
from .clock import database_now
from .form_tokens import new_token, read_token
from .moment import head_moment
from .open_forms import ask_once_more, is_from_elsewhere, minutes_of, open_form, with_wait
from .sending_limits import seconds_to_wait
from .subscribing import CONFIRM, END, ask_to_subscribe, confirm, end, find
from .subscription_forms import SubscriptionForm

PURPOSE = "subscribe"
# From one network address in an hour: schools and offices share one.
AT_MOST = 10


# The links in mails are signed, and are all that is asked for.
@open_form
def subscribe(request):
    request.moment = head_moment()
    if request.method == "POST":
        return send(request, SubscriptionForm(request.POST))
    return form_page(request, SubscriptionForm(initial={"token": new_token(PURPOSE)}))


def form_page(request, form, *, status=200):
    return render(request, "mail/subscribe.html", {"page": "report", "form": form}, status=status)


def send(request, form):
    token = read_token(PURPOSE, request.POST.get("token", ""))
    if is_from_elsewhere(request, token):
        return once_more(
            request,
            form,
            _("This form was open for more than a day, or came from elsewhere. Please send it again."),
        )
    if not form.is_valid():
        return form_page(request, form)
    if token.too_soon:
        form.add_error(None, _("That was quick. Please look at it once more and send it again."))
        return form_page(request, form)
    if wait := seconds_to_wait(PURPOSE, client_of(request.META), at_most=AT_MOST, now=database_now()):
        return too_many(request, form, wait)
    asked = form.cleaned_data
    ask_to_subscribe(asked["email"], language=get_language(), pace=asked["pace"])
    return render(request, "mail/asked.html", {"page": "report", "address": asked["email"]})


def once_more(request, form, why):
    ask_once_more(form, PURPOSE, why)
    return form_page(request, form)


def too_many(request, form, wait):
    minutes = minutes_of(wait)
    said = ngettext(
        "Too many subscriptions were asked for from your network in this hour. Try again in %(count)s minute.",
        "Too many subscriptions were asked for from your network in this hour. Try again in %(count)s minutes.",
        minutes,
    )
    form.add_error(None, said % {"count": minutes})
    return with_wait(form_page(request, form, status=429), wait)


@open_form
def subscription_confirm(request, token):
    """Programs that look after mail follow links: only the button confirms."""
    request.moment = head_moment()
    asked = find(token, CONFIRM)
    if asked is None:
        return answer(request, "lapsed", status=410)
    if request.method == "POST":
        confirm(asked)
        return answer(request, "confirmed")
    return answer(request, "confirm", subscription=asked)


@open_form
def subscription_end(request, token):
    """Also for programs for mail, which post here when a reader presses their button (RFC 8058).

    Ended already is ended: the answer is the same.
    """
    request.moment = head_moment()
    found = find(token, END)
    if found is None:
        return answer(request, "ended")
    if request.method == "POST":
        end(found)
        return answer(request, "ended")
    return answer(request, "end", subscription=found)


def answer(request, state, *, status=200, **context):
    return render(
        request, "mail/subscription.html", {"page": "report", "state": state} | context, status=status
    )
