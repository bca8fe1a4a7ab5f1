"""Mail about reports. The report is stored before: that mail is down is noted on it, and keeps nobody waiting."""

import datetime
import logging
from collections.abc import Callable, Iterable
from threading import Thread
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db import connections
from django.template.loader import render_to_string
from django.utils.translation import override

from indicators.models import IndicatorVersion

from .clock import database_now
from .models import Report, User
from .permissions import Role
from .sending_limits import seconds_to_wait
from .wording import words

logger = logging.getLogger(__name__)
# Who answers what is no single office's.
AFTER_ALL = (Role.PUBLISHER, Role.ADMINISTRATOR)
# To one office: more reports than that in an hour wait at the desk without a mail each.
MAILS_AN_HOUR = 30


def tell_office(pk: int) -> None:
    beside(deliver, pk, mail_to_office, "office_told_at")


def tell_reader(pk: int) -> None:
    beside(deliver, pk, mail_to_reader, "reader_told_at")


def beside(task: Callable, *arguments: Any) -> None:
    """Beside the answer to the reader, which waits for no mail server."""

    def run():
        try:
            task(*arguments)
        finally:
            connections.close_all()

    Thread(target=run, name="report-mail").start()


def deliver(pk: int, mails: Callable[[Report], Iterable[EmailMessage]], told_at: str) -> None:
    """Send, and note on the report when it was sent or what went wrong."""
    noted: dict[str, str | datetime.datetime]
    try:
        sent = get_connection().send_messages(list(mails(Report.objects.get(pk=pk))))
        noted = {told_at: database_now(), "mail_fault": ""} if sent else {"mail_fault": "nobody was told"}
    except Exception as fault:
        logger.exception("A mail about report %s was not sent", pk)
        noted = {"mail_fault": f"{type(fault).__name__}: {fault}"[:200]}
    Report.objects.filter(pk=pk).update(**noted)


def mail_to_office(report: Report) -> list[EmailMessage]:
    """One to each person who can answer it, in their language. Nothing that the reader wrote is in it, no address either:
    a mail of ours must not carry the words or links of a stranger."""
    if seconds_to_wait("office-mail", report.office_id or "", at_most=MAILS_AN_HOUR, now=database_now()):
        return []
    people = User.objects.filter(is_active=True)
    own = people.filter(office=report.office) if report.office_id else people.none()
    return [
        mail("report_received", report, to=person.email, language=person.language, name=person.name)
        for person in own.order_by("pk") or people.filter(role__in=AFTER_ALL).order_by("pk")
    ]


def mail_to_reader(report: Report) -> list[EmailMessage]:
    return [mail("report_answered", report, to=report.email, language=report.language)]


def mail(template: str, report: Report, *, to: str, language: str, **said: Any) -> EmailMessage:
    with override(language):
        version = (
            IndicatorVersion.objects.filter(indicator=report.indicator).order_by("-publication_id").first()
        )
        known = {"report": report, "indicator": words(version, "name"), "site_url": settings.SITE_URL, **said}
        subject = " ".join(render_to_string(f"mail/{template}_subject.txt", known).split())
        return EmailMessage(subject, render_to_string(f"mail/{template}.txt", known), to=[to])
