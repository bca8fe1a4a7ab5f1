"""Who is away, and who acts in their place."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from blueprint.deputies import end_deputy, may_name_for, name_deputy, people_one_may_name_for
from blueprint.models import Deputy
from blueprint.permissions import LENT
from blueprint.refusals import Refused

from ..absence_form import AbsenceForm
from .access import desk_render


def absences_seen_by(user):
    """Their own, those they are deputy in, and those they may name deputies for."""
    own = Q(absent__in=people_one_may_name_for(user)) | Q(deputy=user)
    return Deputy.objects.filter(own).select_related("absent", "deputy", "set_by")


def check_works_here(user):
    if user.role not in LENT:
        raise PermissionDenied(
            _("Deputies are named by officials, approvers and heads of the offices, and by publishers.")
        )


@require_http_methods(["GET", "HEAD", "POST"])
def absence(request):
    check_works_here(request.user)
    if request.method != "POST":
        return absence_page(request, AbsenceForm(user=request.user))
    form = AbsenceForm(request.POST, user=request.user)
    if not form.is_valid():
        return absence_page(request, form)
    try:
        row = name_deputy(by=request.user, **form.cleaned_data)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return absence_page(request, form, status=403)
    messages.success(
        request, _("%(deputy)s acts for %(absent)s.") % {"deputy": row.deputy.name, "absent": row.absent.name}
    )
    return redirect("desk:absence")


def absence_page(request, form, *, status=200):
    seen = absences_seen_by(request.user)
    in_force = set(seen.in_force().values_list("pk", flat=True))
    rows = [
        {
            "deputyship": row,
            "in_force": row.pk in in_force,
            "may_end": row.deputy_id == request.user.pk or may_name_for(row.absent, request.user),
        }
        for row in seen.not_over()
    ]
    return desk_render(
        request, "desk/absence.html", {"form": form, "rows": rows, "page": "absence"}, status=status
    )


@require_POST
def absence_end(request, pk):
    check_works_here(request.user)
    row = get_object_or_404(absences_seen_by(request.user), pk=pk)
    try:
        end_deputy(row, by=request.user)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Ended."))
    return redirect("desk:absence")
