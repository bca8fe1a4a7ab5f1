from django.db import models
from django.utils.translation import gettext_lazy as _


class Event(models.Model):
    """One line of the audit trail: who did, or was refused, what, and when. Never changed."""

    at = models.DateTimeField(db_index=True)
    actor = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    verb = models.CharField(max_length=40, db_index=True)
    refused = models.BooleanField(default=False)
    release = models.ForeignKey("blueprint.Release", models.PROTECT, null=True, related_name="events")
    subject = models.CharField(max_length=200, blank=True, default="")
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ["-id"]
        verbose_name = _("event")
        verbose_name_plural = _("audit events")

    def __str__(self):
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"
