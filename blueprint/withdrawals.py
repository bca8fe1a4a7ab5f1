"""Pages of what was taken back: they say so, by which publication and why, and answer 410."""

from typing import Any

from django.http import Http404

from .moment import Withdrawn


def standing_version(rows: Any, moment: Any) -> Any:
    """What stands of a thing at a moment. Raises Http404 where it was not public by then, Withdrawn where it was taken back."""
    version = rows.as_at(moment.number).first()
    if version is None:
        check_withdrawn(rows, moment)
        raise Http404
    return version


def check_withdrawn(rows: Any, moment: Any) -> None:
    last = rows.filter(publication__lte=moment.number).select_related("publication")
    last = last.defer("publication__leaf").order_by("-publication_id").first()
    if last is not None and last.withdrawn:
        raise Withdrawn(last)
