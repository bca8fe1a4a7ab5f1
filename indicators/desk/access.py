"""Who comes to the desk, and what stands around its pages."""

import functools

from django.core.exceptions import PermissionDenied
from django.shortcuts import render
from django.utils.translation import gettext as _

from blueprint.accounts import home_of
from blueprint.models import OfficeVersion
from blueprint.moment import head_moment
from blueprint.permissions import LENT, Permission

REFUSALS = {
    Permission.OPEN_DESK: lambda: _(
        "The desk is for the offices' officials, for publishers and for auditors."
    ),
    Permission.SEE_REPORTS: lambda: _(
        "Error reports are for the offices' officials, for publishers and for auditors."
    ),
    Permission.ASSIGN_WORK: lambda: _("Who has what is set by the head of the office."),
    Permission.ENTER_FIGURES: lambda: _("Your role does not enter figures. Officials of the office do."),
}


def desk_page(permission):
    """A page for those who hold a permission. Others are told in plain words (and the 403 is recorded)."""

    def guard(view):
        @functools.wraps(view)
        def guarded(request, *args, **kwargs):
            if not request.user.may(permission):
                raise PermissionDenied(REFUSALS[permission]())
            return view(request, *args, **kwargs)

        return guarded

    return guard


def desk_render(request, template, context, *, status=200):
    """A page of the desk, with the person's office and the way back to their work."""
    user = request.user
    office = None
    if user.office_id:
        office = (
            OfficeVersion.objects.filter(office=user.office_id)
            .as_at(head_moment().number, or_first=True)
            .first()
        )
    around = {"own_office": office, "desk_home": home_of(user), "at_desk": user.may(Permission.OPEN_DESK)}
    around["sees_reports"] = user.may(Permission.SEE_REPORTS)
    around["enters_figures"] = bool(user.office_id) and user.may(Permission.ENTER_FIGURES)
    around["may_be_absent"] = user.role in LENT
    around["acts_for"] = user.absent_colleagues
    return render(request, template, around | context, status=status)
