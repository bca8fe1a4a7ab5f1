"""What people are to be told, the mails made of it, and who of the public asked for mail. All of it private."""

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from .release import Release


class HowOften(models.TextChoices):
    AT_ONCE = "at_once", _("At once, what comes within a few minutes together")
    DAILY = "daily", _("Once a day, at 08:30 Hong Kong time")
    NEVER = "never", _("No mail; my list says it all")


class NoticeQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(settled_at=None)


class Notice(models.Model):
    """Something that one person is to be told, written with the deed that it tells of. Told twice it is one."""

    class Kind(models.TextChoices):
        # For people each has its sentences in indicators/letter_words.py.
        DUE = "due", "a figure will be due"
        REMINDER = "reminder", "a figure is due within a week"
        LATE = "late", "a figure is late"
        SUBMITTED = "submitted", "a release waits for approval"
        RETURNED = "returned", "a release was returned"
        APPROVED = "approved", "a release was approved"
        PUBLISHED = "published", "a release was published"
        REMARK = "remark", "somebody remarked on a release"
        REASSIGNED = "reassigned", "an indicator has another official"
        DEPUTY = "deputy", "somebody stands in for somebody"
        ASKED = "asked", "somebody asks for a figure"
        SHEET = "sheet", "a sheet was read"

    person = models.ForeignKey("blueprint.User", models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind)
    # What it is about, so that telling it again changes nothing: as "gdp:2025", "release:7:3".
    key = models.CharField(max_length=200)
    release = models.ForeignKey(Release, models.CASCADE, null=True, related_name="notices")
    # A code; the name is looked up as the public knows it, when the mail is written.
    indicator = models.CharField(max_length=80, blank=True)
    detail = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    # When it went into a mail, or was found to need none.
    settled_at = models.DateTimeField(null=True)
    mail = models.ForeignKey("blueprint.Mail", models.SET_NULL, null=True, related_name="notices")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["person", "kind", "key"], name="notice_told_once")]
        indexes = [
            models.Index(fields=["person"], condition=Q(settled_at=None), name="notice_waiting"),
        ]

    def __str__(self):
        return f"{self.person_id}: {self.kind} {self.key}"


class MailPreference(models.Model):
    """How often a person wants mail about one group of things; without a row, as the group begins."""

    class Group(models.TextChoices):
        DEADLINES = "deadlines", _("Figures that are due")
        WORK = "work", _("Releases, remarks and other work in hand")
        PUBLISHED = "published", _("What I had a hand in is published")

    person = models.ForeignKey("blueprint.User", models.CASCADE, related_name="mail_preferences")
    group = models.CharField(max_length=10, choices=Group)
    how_often = models.CharField(max_length=8, choices=HowOften)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person", "group"], name="mail_preference_once_a_group")
        ]

    def __str__(self):
        return f"{self.person_id}: {self.group} {self.how_often}"


def new_number():
    return secrets.token_urlsafe(18)


class SubscriptionQuerySet(models.QuerySet):
    def confirmed(self):
        return self.filter(asked_at=None)

    def unconfirmed(self):
        return self.filter(asked_at__isnull=False)


class Subscription(models.Model):
    """An address that gets a mail about each publication. Nothing is known of whose it is."""

    class Pace(models.TextChoices):
        EACH = "each", _("A mail for each publication")
        DAILY = "daily", _("One mail a day, on days with a publication")

    number = models.CharField(max_length=24, unique=True, default=new_number)
    address = models.EmailField(max_length=254)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    pace = models.CharField(max_length=5, choices=Pace, default=Pace.EACH)
    # Set until the address is confirmed, and forgotten then.
    asked_at = models.DateTimeField(null=True)
    # The last publication that it was told of.
    told_through = models.PositiveIntegerField(default=0)

    objects = SubscriptionQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                Lower("address"), condition=Q(asked_at=None), name="subscription_confirmed_once_an_address"
            )
        ]

    def __str__(self):
        return self.number


class MailQuerySet(models.QuerySet):
    def waiting(self):
        return self.filter(sent_at=None, given_up_at=None)

    def due(self, now):
        """Those that no process has in hand, the oldest first."""
        return self.waiting().filter(next_at__lte=now).order_by("next_at", "pk")

    def given_up(self):
        return self.filter(given_up_at__isnull=False)


class Mail(models.Model):
    """A letter to one address, kept until a server took it. Sent again it has the same Message-ID."""

    # What it tells and to whom, so that two processes that write it write one.
    key = models.CharField(max_length=200, unique=True)
    number = models.CharField(max_length=24, unique=True, default=new_number)
    person = models.ForeignKey("blueprint.User", models.CASCADE, null=True, related_name="+")
    subscription = models.ForeignKey(Subscription, models.CASCADE, null=True, related_name="mails")
    report = models.ForeignKey("blueprint.Report", models.SET_NULL, null=True, related_name="+")
    to = models.EmailField(max_length=254)
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    subject = models.CharField(max_length=300)
    body = models.TextField()
    # Where one click ends the subscription; no other header differs from mail to mail.
    unsubscribe_url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    # When it is tried next; while a process has it in hand, when another may take it for lost.
    next_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)
    fault = models.CharField(max_length=300, blank=True)

    objects = MailQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("mail")
        verbose_name_plural = _("mails")
        constraints = [
            models.CheckConstraint(
                name="mail_sent_or_given_up", condition=Q(sent_at=None) | Q(given_up_at=None)
            )
        ]
        indexes = [
            models.Index(fields=["next_at"], condition=Q(sent_at=None, given_up_at=None), name="mail_waiting")
        ]

    def __str__(self):
        return self.key
