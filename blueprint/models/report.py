from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ..permissions import Permission
from .office import Office


class ReportQuerySet(models.QuerySet):
    def visible_to(self, user):
        """An office's people see its own; those who look after all, also what is no single office's."""
        if not user.may(Permission.SEE_REPORTS):
            return self.none()
        return self.filter(office=user.office_id) if user.office_id else self

    def open(self):
        return self.filter(state=ReportState.RECEIVED)

    def settled_before(self, moment):
        return self.filter(settled_at__lt=moment)


class ReportState(models.TextChoices):
    RECEIVED = "received", _("received")
    ANSWERED = "answered", _("answered")
    CLOSED = "closed", _("closed")


class Report(models.Model):
    """What a reader says is wrong. Private; known to the reader by its reference, and to nobody by who sent it."""

    reference = models.CharField(max_length=12, unique=True)
    # Of the form it was sent with: sent twice, it is one report.
    form = models.CharField(max_length=43, unique=True)
    created_at = models.DateTimeField()
    language = models.CharField(max_length=8, choices=settings.LANGUAGES)
    page = models.CharField(max_length=300)
    # The last publication when the reader saw the page; 0 before any.
    publication_seen = models.PositiveIntegerField()
    indicator = models.CharField(max_length=80, blank=True)
    # Whose it is to answer; without one, the publisher's and the administrator's.
    office = models.ForeignKey(Office, models.PROTECT, null=True, related_name="+")
    wrong = models.TextField()
    right = models.TextField(blank=True)
    email = models.EmailField(blank=True)

    state = models.CharField(max_length=10, choices=ReportState, default=ReportState.RECEIVED)
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    # What the reader was answered, or why it was closed without an answer.
    answer = models.TextField(blank=True)

    # Mail about it: when the office was told, when the reader was, and what went wrong last.
    office_told_at = models.DateTimeField(null=True)
    reader_told_at = models.DateTimeField(null=True)
    mail_fault = models.CharField(max_length=200, blank=True)

    objects = ReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("error report")
        verbose_name_plural = _("error reports")
        constraints = [
            models.CheckConstraint(
                name="report_settled_by_somebody_in_words",
                condition=Q(state=ReportState.RECEIVED, settled_at=None, settled_by=None, answer="")
                | (
                    ~Q(state=ReportState.RECEIVED)
                    & Q(settled_at__isnull=False, settled_by__isnull=False)
                    & ~Q(answer="")
                ),
            ),
        ]

    def __str__(self):
        return self.reference

    @property
    def is_open(self):
        return self.state == ReportState.RECEIVED

    @property
    def has_address(self):
        """Whether the page is one of ours by its address, and not by words."""
        return self.page.startswith("/") and not self.page.startswith("//")
