"""Drafts of an office put together into one release, and an indicator taken out of it again."""

from django.core.exceptions import BadRequest
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ..gathering import gather_releases, split_release
from .releases import moved


@require_POST
def release_gather(request, pk):
    others = [pair_of(sent) for sent in request.POST.getlist("with")]

    def gather(release):
        gather_releases(release, by=request.user, others=others)

    def same(detail):
        return sorted(detail["from"]) == sorted(number for number, _version in others)

    said = _("Put together. It goes on as one release.")
    return moved(request, pk, "gather", gather, lambda release: said, same=same)


def pair_of(sent):
    """Number and version of a release, as a box sends it: 7:3."""
    number, _colon, version = sent.partition(":")
    if not all(part.isascii() and part.isdigit() and len(part) < 10 for part in (number, version)):
        raise BadRequest(_("This form is not as the page made it. Open the page again."))
    return int(number), int(version)


@require_POST
def release_split(request, pk):
    made, indicator = [], request.POST.get("indicator", "")

    def split(release):
        made.append(split_release(release, by=request.user, indicator=indicator))

    answer = moved(
        request,
        pk,
        "split_off",
        split,
        lambda release: _("Taken out into release %(number)s, a draft of its own.") % {"number": made[0].pk},
        same=lambda detail: detail["indicator"] == indicator,
    )
    return redirect(made[0]) if made else answer
