"""The first load: the whole plan as past publications, in one transaction, or nothing."""

from collections.abc import Sequence

from django.db import transaction

from blueprint.actions import kind_of
from blueprint.audit import record
from blueprint.models import Head, Publication
from blueprint.publishing import publish

from .publications import Planned


class AlreadyLoaded(Exception):
    """Something was published in the meantime, so this would not be the first load."""


@transaction.atomic
def publish_plan(planned: Sequence[Planned]) -> int:
    """Publish it all and return how many publications it took. Two who load at once do not load twice."""
    Head.objects.select_for_update().get(id=1)
    if Publication.objects.exists():
        raise AlreadyLoaded
    for publication in planned:
        publish(
            publication.changes,
            kind=kind_of(publication.changes),
            title=publication.title,
            past=publication.past,
            loaded=True,
        )
    record("load_plan", by=None, publications=len(planned))
    return len(planned)
