"""Reporting an error: a form for everybody, without a cookie; then a number, and how far the report has come."""

from urllib.parse import urlsplit

from django.contrib.auth.decorators import login_not_required
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from indicators.models import IndicatorVersion

from .clients import client_of
from .clock import database_now
from .form_tokens import new_token, read_token
from .models import Report
from .moment import head_moment
from .open_forms import ask_once_more, is_from_elsewhere, minutes_of, open_form, with_wait
from .references import read_reference
from .report_forms import LONGEST_PAGE, ReportForm, indicator_in
from .reporting import receive_report
from .sending_limits import seconds_to_wait

PURPOSE = "report"
# From one network address in an hour: schools and offices share one.
AT_MOST = 10


@open_form
def report(request):
    request.moment = head_moment()
    if request.method == "POST":
        return send(request, ReportForm(request.POST))
    return form_page(request, ReportForm(initial=asked(request) | {"token": new_token(PURPOSE)}))


def asked(request):
    """What the link that led here says of the page it stood on."""
    page, code = request.GET.get("page", ""), request.GET.get("indicator", "")
    if indicator_in(f"/indicators/{code}/"):
        page = reverse("indicators:indicator", args=[code])
    ours = page.startswith("/") and page.isprintable() and len(page) <= LONGEST_PAGE
    return {"page": page if ours else "", "publication": request.GET.get("publication", "")}


def form_page(request, form, *, status=200):
    context = {"page": "report", "form": form, "about": about(form["page"].value() or "", request.moment)}
    return render(request, "blueprint/report.html", context, status=status)


def about(page, moment):
    """The indicator that the page is of, as at present."""
    code = indicator_in(urlsplit(page).path) if page.startswith("/") else ""
    return IndicatorVersion.objects.filter(indicator=code).as_at(moment.number).first() if code else None


def send(request, form):
    token = read_token(PURPOSE, request.POST.get("token", ""))
    if is_from_elsewhere(request, token):
        return once_more(
            request,
            form,
            _(
                "This form was open for more than a day, or came from elsewhere. All you wrote is still here: "
                "look at it and send it again."
            ),
        )
    if not form.is_valid():
        return form_page(request, form)
    if received := Report.objects.filter(form=token.number).first():
        return answered_alike(request, form, received)
    if token.too_soon:
        form.add_error(None, _("That was quick. Please look at it once more and send it again."))
        return form_page(request, form)
    if wait := seconds_to_wait(PURPOSE, client_of(request.META), at_most=AT_MOST, now=database_now()):
        return too_many(request, form, wait)
    stored, before = receive_report(form=token.number, **content(request, form))
    return answered_alike(request, form, stored) if before else redirect("report-state", stored.reference)


def content(request, form):
    head = request.moment.number
    version = about(form.cleaned_data["page"], request.moment)
    seen = form.cleaned_data["publication"]
    return form.content | {
        "language": get_language(),
        "publication_seen": head if seen is None else min(seen, head),
        "indicator": version.indicator_id if version else "",
        "office_id": version.office_id if version else None,
    }


def answered_alike(request, form, received):
    """A form sent twice is one report; sent again with other words it is shown, not passed over."""
    if all(getattr(received, name) == said for name, said in form.content.items()):
        return redirect("report-state", received.reference)
    said = _(
        "This form was sent before, with other words: that report has the number %(number)s. "
        "To send what stands here now as another report, send it again."
    )
    return once_more(request, form, said % {"number": received.reference})


def once_more(request, form, why):
    ask_once_more(form, PURPOSE, why)
    return form_page(request, form)


def too_many(request, form, wait):
    minutes = minutes_of(wait)
    said = ngettext(
        "Too many reports have come from your network in this hour. "
        "All you wrote is still here: send it again in %(count)s minute.",
        "Too many reports have come from your network in this hour. "
        "All you wrote is still here: send it again in %(count)s minutes.",
        minutes,
    )
    form.add_error(None, said % {"count": minutes})
    return with_wait(form_page(request, form, status=429), wait)


# How far it has come


# Posted to, they say that they are only read: nothing is stored that a token would have to guard.
@csrf_exempt
@login_not_required
@require_safe
def report_find(request):
    """From the number as somebody types it to its page."""
    typed = request.GET.get("number", "")
    reference = read_reference(typed)
    if reference and Report.objects.filter(reference=reference).exists():
        return redirect("report-state", reference)
    request.moment = head_moment()
    context = {"page": "report", "typed": typed[:40], "wrong": "number" in request.GET}
    return render(request, "blueprint/report_find.html", context)


@csrf_exempt
@login_not_required
@require_safe
def report_state(request, reference):
    """Whoever has the number sees when it came and what became of it, and nothing of what was written."""
    found = Report.objects.filter(reference=read_reference(reference)).first()
    if found is None:
        raise Http404
    if found.reference != reference:
        return redirect("report-state", found.reference)
    request.moment = head_moment()
    return render(request, "blueprint/report_state.html", {"page": "report", "report": found})
