"""The pre-release list of a release: who may see it before its moment, and who did."""

import csv

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from blueprint.actions import Refused
from blueprint.clock import HONG_KONG
from blueprint.paging import paged
from blueprint.pre_release import (
    BEFORE_PUBLICATION,
    end_access,
    grant_access,
    people_to_choose,
    people_with_a_part,
    people_with_all_work,
    views_of,
)
from blueprint.workflow import may_answer_for

from ..exchange.files import cell
from ..release_forms import AccessForm
from .access import desk_render
from .releases import visible_release
from .schedule import pre_release_of, seen_text
from .stages import stage_of

COLUMNS = ("record", "at", "person", "email", "role", "office", "what", "reason", "by")


def answered_for(request, pk):
    release = visible_release(request, pk)
    if not may_answer_for(release, request.user):
        raise PermissionDenied(_("Your role does not include this step for this release."))
    return release


@require_http_methods(["GET", "HEAD", "POST"])
def release_access(request, pk):
    release = answered_for(request, pk)
    if request.method != "POST":
        return access_page(request, release, AccessForm(people=people_to_choose(release)))
    form = AccessForm(request.POST, people=people_to_choose(release))
    if not form.is_valid():
        return access_page(request, release, form)
    person = form.cleaned_data["person"]
    try:
        grant_access(release, by=request.user, to=person, reason=form.cleaned_data["reason"])
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return access_page(request, release, form, status=403)
    messages.success(request, _("%(name)s may see it before its moment.") % {"name": person.name})
    return redirect("desk:release-access", pk)


def access_page(request, release, form, *, status=200):
    context = {
        "release": release,
        "stage": stage_of(release),
        "form": form if release.state in BEFORE_PUBLICATION else None,
        "pre_release": pre_release_of(release, request.user),
        **paged(request, views_of(release), 50),
    }
    context["seen"] = [(event, seen_text(event)) for event in context["part"]]
    return desk_render(request, "desk/release_access.html", context, status=status)


@require_POST
def release_access_end(request, pk, user):
    release = answered_for(request, pk)
    try:
        end_access(release, by=request.user, of=user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Taken off the list."))
    return redirect("desk:release-access", pk)


@require_safe
def release_access_file(request, pk):
    """List and records as a CSV file, for whoever checks afterwards who knew."""
    release = answered_for(request, pk)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="release-{release.pk}-seen-before.csv"'
    writer = csv.writer(response)
    writer.writerow(COLUMNS)
    writer.writerows([cell(value) for value in row] for row in rows_of(release))
    return response


def rows_of(release):
    for record, people in (("part", people_with_a_part(release)), ("role", people_with_all_work())):
        for user in people:
            yield record, "", *person(user), "", "", ""
    for access in release.pre_release_list.select_related("user", "granted_by").order_by("granted_at"):
        yield (
            "listed",
            exact(access.granted_at),
            *person(access.user),
            "",
            access.reason,
            access.granted_by.name,
        )
    for event in views_of(release).order_by("id").iterator(500):
        what = " ".join(filter(None, (event.detail["what"], event.detail.get("language"))))
        yield "seen", exact(event.at), *person(event.actor), what, "", ""


def person(user):
    return user.name, user.email, user.role, user.office_id or ""


def exact(moment):
    return moment.astimezone(HONG_KONG).isoformat(timespec="seconds")
