"""Sends what stands in the outbox: each mail at least once, under one Message-ID however often.

A mail is marked after the server took it. A process that dies in between leaves it to be sent again.
"""

import datetime
import logging
import smtplib
from collections.abc import Callable
from email.headerregistry import Address
from email.utils import format_datetime

from django.conf import settings
from django.core.mail import BadHeaderError, EmailMessage, get_connection
from django.db.models import F

from .clock import database_now
from .failpoints import failpoint
from .models import Mail, Report, Subscription

logger = logging.getLogger(__name__)
# After this long another process takes a mail for lost that somebody had in hand.
IN_HAND = datetime.timedelta(minutes=5)
FIRST_PAUSE, LONGEST_PAUSE = datetime.timedelta(minutes=1), datetime.timedelta(hours=6)
# What could not be sent for so long is told to the administrators, and not tried any more.
PATIENCE = datetime.timedelta(days=3)
# The server answered and would not have this one mail. Any other fault meets the next mail as well.
OF_THE_MAIL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError, smtplib.SMTPSenderRefused)


def send_due(*, stopped: Callable[[], bool] = lambda: False) -> bool:
    """Send all that is due; False if the server cannot be reached, which then need not be asked for each."""
    connection = get_connection()
    try:
        while not stopped() and (mail := take()):
            if not send(mail, connection):
                return False
    finally:
        connection.close()
    return True


def take() -> Mail | None:
    """A mail that is due, and that no other process has now: of two that find it one moves its next moment."""
    now = database_now()
    for mail in Mail.objects.due(now)[:20]:
        mine = Mail.objects.waiting().filter(pk=mail.pk, next_at=mail.next_at)
        if mine.update(next_at=now + IN_HAND, attempts=F("attempts") + 1):
            mail.attempts += 1
            return mail
    return None


def send(mail: Mail, connection) -> bool:
    try:
        connection.send_messages([message_of(mail)])
    except Exception as fault:
        note_fault(mail, fault)
        # Whatever state the conversation is in, the next mail begins another.
        connection.close()
        return not of_the_server(fault)
    failpoint("mail.taken")
    note_sent(mail)
    return True


def message_of(mail: Mail) -> EmailMessage:
    headers = {
        "Message-ID": f"<{mail.number}@{settings.SITE_HOST}>",
        "Date": format_datetime(mail.created_at),
        "Content-Language": mail.language,
        "Auto-Submitted": "auto-generated",
    }
    if mail.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{mail.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    # Breaks a name that would end the header, before the server is asked.
    Address(addr_spec=mail.to)
    return EmailMessage(mail.subject, mail.body, to=[mail.to], headers=headers)


# --- what became of it -----------------------------------------------------------------------------------


def note_sent(mail: Mail) -> None:
    Mail.objects.filter(pk=mail.pk).update(sent_at=database_now(), given_up_at=None, fault="")
    if mail.report_id:
        told = "office_told_at" if mail.person_id else "reader_told_at"
        Report.objects.filter(pk=mail.report_id).update(**{told: database_now(), "mail_fault": ""})


def note_fault(mail: Mail, fault: Exception) -> None:
    now = database_now()
    said = in_words(fault)
    if is_final(fault) or now - mail.created_at > PATIENCE:
        Mail.objects.filter(pk=mail.pk, sent_at=None).update(given_up_at=now, fault=said)
        logger.error("Mail %s is given up: %s", mail.pk, said)
        if mail.subscription_id and is_final(fault):
            # The address is not, or does not want us.
            Subscription.objects.filter(pk=mail.subscription_id).delete()
    else:
        Mail.objects.filter(pk=mail.pk, sent_at=None).update(next_at=now + pause(mail.attempts), fault=said)
        logger.warning("Mail %s was not sent, try %s: %s", mail.pk, mail.attempts, said)
    if mail.report_id:
        Report.objects.filter(pk=mail.report_id).update(mail_fault=said[:200])


def pause(attempts: int) -> datetime.timedelta:
    """Twice as long after each try."""
    return min(FIRST_PAUSE * 2 ** min(attempts - 1, 20), LONGEST_PAUSE)


def of_the_server(fault: Exception) -> bool:
    return isinstance(fault, OSError) and not isinstance(fault, OF_THE_MAIL)


def is_final(fault: Exception) -> bool:
    """Whether the server said for good that it will not take this mail, or the address cannot be written."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        return all(500 <= code < 600 for code, _said in fault.recipients.values())
    if isinstance(fault, smtplib.SMTPDataError):
        return 500 <= fault.smtp_code < 600
    return isinstance(fault, (BadHeaderError, ValueError)) and not isinstance(fault, OSError)


def in_words(fault: Exception) -> str:
    """What the server said. Not whom: an address stands in one place only."""
    if isinstance(fault, smtplib.SMTPRecipientsRefused):
        code, said = next(iter(fault.recipients.values()))
        text = f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    elif isinstance(fault, smtplib.SMTPResponseException):
        said = fault.smtp_error
        text = f"{fault.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    else:
        text = str(fault)
    return f"{type(fault).__name__}: {' '.join(text.split())}"[:300]
