"""Mail about reports, put out with the report or with its answer; blueprint/sending.py notes on the report what became of it."""

from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import override

from indicators.models import IndicatorVersion

from .clock import database_now
from .mailing import put_out
from .models import Mail, Report, User
from .permissions import Role
from .sending_limits import seconds_to_wait
from .wording import words

# Who answers what is no single office's.
AFTER_ALL = (Role.PUBLISHER, Role.ADMINISTRATOR)
# To one office: more reports than that in an hour wait at the desk without a mail each.
MAILS_AN_HOUR = 30


def tell_office(report: Report) -> None:
    """In the transaction that stores the report."""
    now = database_now()
    mails = mails_to_office(report)
    if seconds_to_wait("office-mail", report.office_id or "", at_most=MAILS_AN_HOUR, now=now):
        mails = []
    put_out(mails, now=now)
    if not mails:
        Report.objects.filter(pk=report.pk).update(mail_fault="nobody was told")


def tell_reader(report: Report) -> None:
    put_out([mail_to_reader(report)], now=database_now())


def mails_to_office(report: Report) -> list[Mail]:
    """One to each person who can answer it, in their language. Nothing that the reader wrote is in it, no address either:
    a mail of ours must not carry the words or links of a stranger."""
    people = User.objects.filter(is_active=True)
    own = people.filter(office=report.office) if report.office_id else people.none()
    return [
        mail(
            "report_received",
            report,
            key=f"office:{person.pk}",
            to=person.email,
            language=person.language,
            person=person,
        )
        for person in own.order_by("pk") or people.filter(role__in=AFTER_ALL).order_by("pk")
    ]


def mail_to_reader(report: Report) -> Mail:
    return mail("report_answered", report, key="reader", to=report.email, language=report.language)


def mail(template: str, report: Report, *, key: str, language: str, **about: Any) -> Mail:
    with override(language):
        version = (
            IndicatorVersion.objects.filter(indicator=report.indicator).order_by("-publication_id").first()
        )
        known = {
            "report": report,
            "indicator": words(version, "name"),
            "site_url": settings.SITE_URL,
            **about,
        }
        subject = " ".join(render_to_string(f"mail/{template}_subject.txt", known).split())
        body = render_to_string(f"mail/{template}.txt", known)
    key = f"report:{report.reference}:{key}"
    return Mail(key=key, report=report, language=language, subject=subject, body=body, **about)
