"""Pages of sheets: the workbook out, a file in, what it would change, and the draft that is made of it."""

import logging
import uuid

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from blueprint.actions import Refused
from blueprint.clock import database_now
from blueprint.drafts import Keeping, accepted
from blueprint.jobs import SILENCE
from blueprint.models import Job
from blueprint.moment import head_moment
from blueprint.paging import paged
from blueprint.permissions import Permission

from ..desk.access import desk_page, desk_render
from ..evidence.names import named, shown_name
from ..evidence.scanning import Infected, NotScanned, scan
from ..evidence.words import unkept_words
from ..exchange.offered import MEDIA
from ..models import Sheet
from . import annotating, keeping, showing, workbook
from .actions import (
    AlreadyImported,
    answer,
    begin_reading,
    bring_sheet,
    change_of,
    import_sheet,
    is_read,
)
from .forms import ConfirmForm, ReadingForm, SheetForm
from .limits import MOST_BYTES, Unreadable
from .reading import Unclear, read
from .texts import DELIMITERS, glimpses

logger = logging.getLogger(__name__)
ROWS_OF_A_PAGE = 40


@desk_page(Permission.ENTER_FIGURES)
@require_http_methods(["GET", "HEAD", "POST"])
def sheets(request):
    """The workbook to take away, the form for what comes back, and what came before."""
    if request.method == "POST":
        return bring(request)
    return listing(request, SheetForm())


def listing(request, form, *, status=200):
    brought = Sheet.objects.visible_to(request.user).select_related("release", "brought_by").defer("found")
    context = paged(request, brought, 20) | {"form": form, "page": "sheets", "largest": MOST_BYTES}
    return desk_render(request, "desk/sheets.html", context, status=status)


def bring(request):
    form = SheetForm(request.POST, request.FILES)
    if not form.is_valid():
        large = form.has_error("sheet", "large")
        return listing(request, form, status=413 if large else 422)
    sent = form.cleaned_data["sheet"]
    content = sent.read()
    try:
        scan(content)
    except Infected:
        form.add_error("sheet", _("The virus scanner found something in this file. It was not kept."))
    except NotScanned:
        form.add_error(
            "sheet", _("The virus scanner did not answer, so the file was not kept. Try again later.")
        )
    if form.errors:
        return listing(request, form, status=422)
    name = shown_name(sent.name or "", ".xlsx" if content.startswith(b"PK") else ".csv")
    try:
        sheet, is_first = bring_sheet(content, name=name, by=request.user)
    except OSError:
        logger.exception("A sheet could not be kept.")
        form.add_error("sheet", unkept_words(named(sent.name or "")))
        return listing(request, form, status=503)
    if not is_first and not sheet.is_imported:
        messages.info(request, _("This file was sent before. Here is what it says today."))
    if sheet.is_imported:
        messages.info(request, already(sheet.release))
    return redirect(sheet)


def already(release):
    """With a link to the release that came of it."""
    return format_html(
        '{} <a href="{}">{}</a>',
        _("Already imported."),
        reverse("desk:release", args=[release.pk]),
        _("Release %(number)s") % {"number": release.pk},
    )


@desk_page(Permission.ENTER_FIGURES)
@require_safe
def sheet(request, pk):
    row = own_sheet(request, pk)
    if row.is_imported:
        return desk_render(request, "desk/sheet_done.html", {"sheet": row, "page": "sheets"})
    if not is_read(row) and not in_hand(row):
        begin_reading(row, by=request.user)
    if in_hand(row):
        return progress(request, row)
    return result(request, row, confirm_form(row))


def own_sheet(request, pk):
    rows = Sheet.objects.visible_to(request.user).select_related("release", "job", "brought_by")
    return get_object_or_404(rows, pk=pk)


def in_hand(row):
    """Whether a job is at it, or ended without having read it: then a person decides whether it begins again."""
    if is_read(row) or row.job is None:
        return False
    return row.job.is_open or row.job.state == Job.State.FAILED


def progress(request, row):
    since = row.job.seen_at or row.job.created_at
    context = {
        "sheet": row,
        "page": "sheets",
        "job": row.job,
        "stalled": not row.job.is_open or database_now() - since > SILENCE,
    }
    return desk_render(request, "desk/sheet_progress.html", context)


def result(request, row, form, *, status=200):
    """What was found. Problems come alone: the difference is whole only once there are none."""
    found = row.found
    context = {"sheet": row, "page": "sheets", "found": found, "days": keeping.KEPT_FOR.days}
    if "unclear" in found or "refusal" in found:
        return unread(request, row, context)
    listed = found["problems"] or found["changes"]
    context |= paged(request, listed, ROWS_OF_A_PAGE)
    shown = list(context["part"])
    if found["problems"]:
        context["rows"] = showing.by_sheet(shown)
    else:
        context["figures"] = showing.figures(shown, change_of)
    # What is typed here outlasts the way to the list's other pages.
    keeping_of_typed = Keeping(request.user, f"sheet:{row.pk}", back=row.get_absolute_url())
    context |= {
        "keeping": keeping_of_typed,
        "form": keeping_of_typed.put_back(form),
        "read_as": showing.read_as(found),
        "questions": [one | {"box": box(form, "agree", one)} for one in showing.questions(found)],
        "warnings": [one | {"box": box(form, "because", one)} for one in showing.warnings(found)],
        "several": len(found["sheets"]) > 1,
        "new": sum(one["new"] for one in found["changes"]),
        "changed": sum(not one["new"] for one in found["changes"]),
        "comma": ReadingForm()["comma"],
        "comma_open": any(one["code"] == "comma" and not one["taken"] for one in found["asked"]),
    }
    return desk_render(request, "desk/sheet.html", context, status=status)


def box(form, kind, one):
    return form[f"{kind}_{one['code']}"] if f"{kind}_{one['code']}" in form.fields else None


def unread(request, row, context):
    """It was not read at all: what a person must say first, or why not."""
    content = keeping.original(row)
    if content is not None and (context["found"].get("unclear") == "encoding" or row.answers.get("encoding")):
        context["glimpses"] = glimpses(content)
    context["delimiters"] = DELIMITERS if context["found"].get("unclear") == "delimiter" else {}
    return desk_render(request, "desk/sheet_unread.html", context)


def confirm_form(row, posted=None):
    found = row.found
    asked = [one["code"] for one in showing.questions(found)] if "asked" in found else []
    doubted = [one["code"] for one in showing.warnings(found)] if "doubted" in found else []
    start = {"token": uuid.uuid4(), "seen": row.found_for}
    return ConfirmForm(posted, initial=start, asked=asked, doubted=doubted)


@desk_page(Permission.ENTER_FIGURES)
@require_POST
def sheet_read(request, pk):
    """Read it as the person said, or once more because it stopped."""
    row = own_sheet(request, pk)
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest(_("Choose one of what is offered."))
    answer(row, form.cleaned_data)
    if not row.is_imported:
        begin_reading(row, by=request.user)
    return redirect(row)


@desk_page(Permission.ENTER_FIGURES)
@require_POST
def sheet_confirm(request, pk):
    row = own_sheet(request, pk)
    if row.is_imported:
        messages.info(request, already(row.release))
        return redirect(row)
    if not is_read(row) or "changes" not in row.found:
        messages.error(request, _("Something changed since you opened this page. Look at what it says now, and confirm again."))  # fmt: skip
        return redirect(row)
    form = confirm_form(row, request.POST)
    if not form.is_valid() or row.found["problems"] or not row.found["changes"]:
        return result(request, row, form, status=422)
    try:
        release = import_sheet(
            row,
            by=request.user,
            token=form.cleaned_data["token"],
            seen=form.cleaned_data["seen"],
            sentences=form.sentences,
        )
    except AlreadyImported as there:
        messages.info(request, already(there.release))
        return redirect(row)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(row)
    accepted(request)
    messages.success(request, _("The draft is made. Nothing is public yet: look at it, and submit it."))
    return redirect("desk:release", release.pk)


# --- files out -------------------------------------------------------------------------------------------


@desk_page(Permission.ENTER_FIGURES)
@require_safe
def sheet_annotated(request, pk):
    """The person's own file, with what is wrong written beside each row."""
    row = own_sheet(request, pk)
    content = keeping.original(row)
    # What became a draft is seen from then on as its release is: by few, from its approval to its moment.
    if row.is_imported or content is None or not is_read(row) or "problems" not in row.found:
        return redirect(row)
    try:
        reading = read(content, row.answers)
    except (Unreadable, Unclear):
        return redirect(row)
    stem = row.name.rpartition(".")[0] or "sheet"
    if reading.form == "csv":
        pieces = annotating.as_csv(reading, row.found)
        return attached(StreamingHttpResponse(pieces, content_type=MEDIA["csv"]), f"{stem}.problems.csv")
    made = annotating.as_xlsx(reading, row.found)
    return attached(HttpResponse(made, content_type=MEDIA["xlsx"]), f"{stem}.problems.xlsx")


@desk_page(Permission.ENTER_FIGURES)
@require_safe
def workbook_file(request, ending):
    moment, office = head_moment(), request.user.office_id
    rows = workbook.rows_of(office, moment)
    name = f"{office}.{moment.today:%Y-%m-%d}.{ending}".lower()
    if ending == "csv":
        return attached(StreamingHttpResponse(workbook.as_csv(rows), content_type=MEDIA["csv"]), name)
    made = workbook.as_xlsx(rows, office, moment)
    return attached(HttpResponse(made, content_type=MEDIA["xlsx"]), name)


def attached(response, name):
    """Never shown in place, and under its own name in every script."""
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response
