"""What readers report as wrong: received once, answered or closed once, and forgotten in time."""

import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from .audit import record
from .clock import database_now
from .models import Report, ReportState
from .permissions import Permission
from .references import new_reference
from .refusals import Refused
from .report_mail import tell_office, tell_reader

# How long the address of a reader is kept after their report was answered or closed.
KEPT = datetime.timedelta(days=365)
TRIES = 5


class Settled(Refused):
    """Somebody was here first."""


def receive_report(*, form: str, **said: Any) -> tuple[Report, bool]:
    """Store a report and tell its office. The second value says whether this very form had been received before."""
    for _attempt in range(TRIES):
        try:
            return store(form=form, reference=new_reference(), **said), False
        except IntegrityError:
            received = Report.objects.filter(form=form).first()
            if received is not None:
                return received, True
            # Else the number was taken: one in many thousand millions.
    raise RuntimeError("No reference number was free.")


@transaction.atomic
def store(**said: Any) -> Report:
    report = Report.objects.create(created_at=database_now(), **said)
    record("receive_report", by=None, subject=report.reference, office=report.office_id or "")
    tell_office(report)
    return report


def answer_report(report: Report, *, by: Any, answer: str) -> None:
    """Once and for good: what was mailed to the reader cannot be taken back."""
    settle(report, ReportState.ANSWERED, by=by, words=answer)


def close_report(report: Report, *, by: Any, reason: str) -> None:
    """Without an answer: the reason stays with the office."""
    settle(report, ReportState.CLOSED, by=by, words=reason)


@transaction.atomic
def settle(report: Report, state: ReportState, *, by: Any, words: str) -> None:
    check_may_settle(report, by=by)
    changed = (
        Report.objects.open()
        .filter(pk=report.pk)
        .update(state=state, settled_at=database_now(), settled_by=by, answer=words)
    )
    if not changed:
        raise Settled(_("This report was answered or closed meanwhile. Nothing of yours was sent."))
    verb = "answer_report" if state == ReportState.ANSWERED else "close_report"
    record(verb, by=by, subject=report.reference)
    report.refresh_from_db()
    if state == ReportState.ANSWERED and report.email:
        tell_reader(report)


def check_may_settle(report: Report, *, by: Any) -> None:
    visible = Report.objects.visible_to(by).filter(pk=report.pk).exists()
    if not (visible and by.may(Permission.ANSWER_REPORTS)):
        raise Refused(_("Your role reads reports. It does not answer them."))


@transaction.atomic
def forget_addresses(*, now: datetime.datetime) -> int:
    """Take away the e-mail addresses that have been kept long enough. What was reported stays, without them."""
    forgotten = Report.objects.settled_before(now - KEPT).exclude(email="").update(email="")
    if forgotten:
        record("forget_addresses", by=None, subject="reports", count=forgotten)
    return forgotten
