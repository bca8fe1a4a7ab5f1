"""Pages of a long list, with addresses that keep their filters."""

from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, PageNotAnInteger, Paginator
from django.utils.translation import gettext as _


def paged(request, rows, size):
    """The asked page of rows and links to its neighbours. Raises BadRequest for a page that is not there."""
    asked = request.GET.get("page", "1")
    try:
        if not asked.isascii():
            raise PageNotAnInteger
        part = Paginator(rows, size).page(asked)
    except (EmptyPage, PageNotAnInteger):
        raise BadRequest(_("There is no such page of this list.")) from None
    return {
        "part": part,
        "previous_page": page_link(request, part.number - 1) if part.has_previous() else "",
        "next_page": page_link(request, part.number + 1) if part.has_next() else "",
    }


def page_link(request, number):
    query = request.GET.copy()
    query["page"] = number
    return f"?{query.urlencode()}"
