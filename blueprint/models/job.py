from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class JobQuerySet(models.QuerySet):
    def due(self, now):
        return self.filter(state=Job.State.WAITING, not_before__lte=now).order_by("not_before", "pk")

    def lost(self, silent_since):
        """Running by their row, but their process has given no sign for too long."""
        return self.filter(state=Job.State.RUNNING, seen_at__lt=silent_since)


class Job(models.Model):
    """Work that a page does not wait for; see blueprint/jobs.py. Private."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    # The function, by its path.
    task = models.CharField(max_length=120)
    # Where it is to run once only: as "daily:2026-11-23".
    key = models.CharField(max_length=200, unique=True, null=True)
    arguments = models.JSONField(default=dict)
    by = models.ForeignKey("blueprint.User", models.CASCADE, null=True, related_name="+")
    created_at = models.DateTimeField()
    not_before = models.DateTimeField()

    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    # The process that has it, and its last sign of life.
    worker = models.CharField(max_length=24, blank=True)
    seen_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    # How far it is: 120 of 20000.
    steps_done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)
    result = models.JSONField(null=True)
    # In words for the person who asked; for what is nobody's fault but ours, empty.
    fault = models.CharField(max_length=1000, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="job_finished_with_moment",
                condition=Q(state__in=["waiting", "running"], finished_at=None)
                | Q(state__in=["done", "failed"], finished_at__isnull=False),
            )
        ]
        indexes = [
            models.Index(
                fields=["not_before"], condition=Q(state__in=["waiting", "running"]), name="job_open"
            )
        ]

    def __str__(self):
        return f"{self.pk}: {self.task}"

    @property
    def is_open(self):
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def percent(self):
        return min(100, 100 * self.steps_done // self.steps) if self.steps else 0
