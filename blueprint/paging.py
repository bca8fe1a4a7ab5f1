"""Pages of a long list, with addresses that keep their filters."""

import re

from django.core.exceptions import BadRequest
from django.core.paginator import EmptyPage, Paginator
from django.utils.translation import gettext as _


def paged(request, rows, size):
    """The asked page of rows and links to its neighbours. Raises BadRequest for a page that is not there."""
    asked = request.GET.getlist("page") or ["1"]
    try:
        # What int() would take besides, such as 1_0, is no page's number.
        if len(asked) > 1 or not re.fullmatch(r"[1-9][0-9]{0,8}", asked[0], re.ASCII):
            raise EmptyPage
        part = Paginator(rows, size).page(int(asked[0]))
    except EmptyPage:
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
