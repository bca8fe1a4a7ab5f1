"""One source of truth for what a request is about: its address."""

from django.core.exceptions import BadRequest
from django.utils.translation import gettext as _

# Names under which a form or a link might name the thing that the address names already.
NAMES = ("release", "id", "pk", "ids", "releases")


def check_one_source(request, pk):
    """Refuse a request that names another thing in its body or query than in its address, or several."""
    for name in NAMES:
        said = [*request.GET.getlist(name), *request.POST.getlist(name)]
        if set(said) - {str(pk)} or len(said) > 1:
            raise BadRequest(
                _("This request names another release than its address does. Open the page again.")
            )
    for name in ("version", "digest"):
        if len(request.POST.getlist(name)) > 1:
            raise BadRequest(_("This request says the same thing twice. Open the page again."))
