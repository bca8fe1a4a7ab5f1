"""The audit trail. What is done is recorded in its own transaction; what is refused, after the rollback."""

from typing import Any

from .clock import database_now
from .models import Event


def record(verb: str, *, by: Any, release: Any = None, subject: str = "", **detail: Any) -> Event:
    return Event.objects.create(
        at=database_now(), actor=by, verb=verb, release=release, subject=subject[:200], detail=detail
    )


def record_refusal(verb: str, *, by: Any, release: Any = None, subject: str = "", **detail: Any) -> Event:
    return Event.objects.create(
        at=database_now(),
        actor=by,
        verb=verb,
        release=release,
        subject=subject[:200],
        detail=detail,
        refused=True,
    )
