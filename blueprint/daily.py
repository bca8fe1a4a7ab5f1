"""What is done each day and each hour without anybody asking: by the jobs process, once, however many there are."""

import datetime
from typing import Any

from django.contrib.sessions.models import Session

from indicators.evidence.keeping import forget_files
from indicators.reminders import send_reminders
from indicators.sheets.keeping import remove_old

from .clock import HONG_KONG, database_now
from .drafts import forget_old
from .jobs import Progress, enqueue, job
from .models import Job, Mail, Notice, Subscription
from .reporting import forget_addresses

# Before the post of 08:30, so that what is due is in it.
MORNING = datetime.time(8, 0)
UNCONFIRMED = datetime.timedelta(hours=48)
# A copy of a mail to a subscriber is kept so that it can be recognised; one to a person of ours, to be asked about.
SUBSCRIBERS_MAILS, MAILS, NOTICES, JOBS = (datetime.timedelta(days=days) for days in (2, 30, 400, 30))


def ask_for_the_usual(*, now: datetime.datetime) -> None:
    """Enqueue what this hour and this day ask for, unless that was done."""
    local = now.astimezone(HONG_KONG)
    wanted = [(every_hour, f"hour:{local:%Y-%m-%dT%H}")]
    if local.time() >= MORNING:
        wanted.append((every_day, f"day:{local:%Y-%m-%d}"))
    made = set(Job.objects.filter(key__in=[key for _task, key in wanted]).values_list("key", flat=True))
    for task, key in wanted:
        if key not in made:
            enqueue(task, key=key)


@job
def every_day(progress: Progress) -> dict[str, Any]:
    now = database_now()
    return {
        "told": send_reminders(now=now),
        "addresses_forgotten": forget_addresses(now=now),
        "drafts_forgotten": forget_old(now=now),
        "files_forgotten": forget_files(now=now),
        "sheets_removed": remove_old(now=now),
    }


@job
def every_hour(progress: Progress) -> dict[str, int]:
    return prune(now=database_now())


def prune(*, now: datetime.datetime) -> dict[str, int]:
    """Notices are kept for more than a year, because a figure is due once a year and is to be told of once."""
    gone = {
        "subscriptions": Subscription.objects.unconfirmed().filter(asked_at__lt=now - UNCONFIRMED),
        "mails_to_subscribers": Mail.objects.filter(
            subscription__isnull=False, sent_at__lt=now - SUBSCRIBERS_MAILS
        ),
        "mails": Mail.objects.exclude(sent_at=None, given_up_at=None).filter(created_at__lt=now - MAILS),
        "notices": Notice.objects.filter(settled_at__lt=now - NOTICES),
        "jobs": Job.objects.filter(finished_at__lt=now - JOBS),
        "sessions": Session.objects.filter(expire_date__lt=now),
    }
    return {name: rows.delete()[0] for name, rows in gone.items()}
