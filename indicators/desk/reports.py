"""What readers report as wrong: an office's own, to be answered or closed once."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from blueprint.audit import record_refusal
from blueprint.drafts import Keeping, accepted
from blueprint.models import OfficeVersion, Report, ReportState
from blueprint.moment import head_moment
from blueprint.paging import paged
from blueprint.permissions import Permission
from blueprint.refusals import Refused
from blueprint.report_forms import AnswerForm, ClosingForm
from blueprint.reporting import Settled, answer_report, close_report

from .access import desk_page, desk_render

A_PAGE = 40


@desk_page(Permission.SEE_REPORTS)
@require_safe
def reports(request):
    visible = Report.objects.visible_to(request.user)
    context = paged(request, visible, A_PAGE) | {
        "page": "reports",
        "waiting": visible.open().count(),
        "offices": None if request.user.office_id else offices(),
    }
    return desk_render(request, "desk/reports.html", context)


def offices():
    return {office.office_id: office for office in OfficeVersion.objects.as_at(head_moment().number)}


@desk_page(Permission.SEE_REPORTS)
@require_safe
def report(request, reference):
    return report_page(request, visible_report(request, reference))


def visible_report(request, reference):
    rows = Report.objects.visible_to(request.user).select_related("settled_by")
    return get_object_or_404(rows, reference=reference)


def report_page(request, report, *, answering=None, closing=None, status=200):
    back = reverse("desk:report", args=[report.reference])
    answer, close = (
        Keeping(request.user, f"{verb}:{report.reference}", back=back) for verb in ("answer", "close")
    )
    context = {
        "page": "reports",
        "report": report,
        "keeping_answer": answer,
        "keeping_close": close,
        "office": offices().get(report.office_id),
        "may_settle": report.is_open and request.user.may(Permission.ANSWER_REPORTS),
        "answering": answering or answer.put_back(AnswerForm()),
        "closing": closing or close.put_back(ClosingForm()),
        # What was typed too late to be stored is shown, to be copied.
        "unsent": "" if report.is_open else typed(answering or closing),
    }
    return desk_render(request, "desk/report.html", context, status=status)


def typed(form):
    return next(iter(form.cleaned_data.values()), "") if form else ""


@desk_page(Permission.SEE_REPORTS)
@require_POST
def report_answer(request, reference):
    form = AnswerForm(request.POST)

    def answer(report):
        answer_report(report, by=request.user, answer=form.cleaned_data["answer"])

    said = _("Stored. If the reader gave an address, the answer is on its way.")
    return settled(request, reference, ReportState.ANSWERED, answer, said, answering=form)


@desk_page(Permission.SEE_REPORTS)
@require_POST
def report_close(request, reference):
    form = ClosingForm(request.POST)

    def close(report):
        close_report(report, by=request.user, reason=form.cleaned_data["reason"])

    return settled(request, reference, ReportState.CLOSED, close, _("The report is closed."), closing=form)


def settled(request, reference, state, settle, said, **forms):
    """Answer or close it, if nobody did so before; a form sent twice is answered alike."""
    report = visible_report(request, reference)
    [form] = forms.values()
    if not form.is_valid():
        return report_page(request, report, **forms)
    [words] = form.cleaned_data.values()
    if (report.state, report.settled_by, report.answer) == (state, request.user, words):
        accepted(request)
        return redirect("desk:report", report.reference)
    try:
        settle(report)
    except Refused as refusal:
        record_refusal(settle.__name__ + "_report", by=request.user, subject=reference, reason=str(refusal))
        messages.error(request, str(refusal))
        status = 409 if isinstance(refusal, Settled) else 403
        return report_page(request, visible_report(request, reference), status=status, **forms)
    accepted(request)
    messages.success(request, said)
    return redirect("desk:report", report.reference)
