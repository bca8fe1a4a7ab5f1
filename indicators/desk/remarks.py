"""Remarks of whoever decides on a release, each on one field of one figure."""

from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from blueprint.remarks import add_remark, may_remark, settle_remark

from .release_page import release_page, remark_form_of
from .releases import moved, visible_release


@require_POST
def release_remark(request, pk):
    release = visible_release(request, pk)
    form = remark_form_of(release, request.POST)
    valid = form.is_valid()
    if not valid and may_remark(release, request.user):
        return release_page(request, release, remark_form=form, status=422)
    said = form.about if valid else {"indicator": "", "period": "", "field": "", "text": ""}

    def remark(release):
        add_remark(release, by=request.user, **said)

    return moved(request, pk, "remark", remark, lambda release: _("Your comment stands at its field."))


@require_POST
def release_remark_settle(request, pk, remark):
    def settle(release):
        settle_remark(release, by=request.user, remark=remark)

    return moved(request, pk, "settle_remark", settle, lambda release: _("Settled."))
