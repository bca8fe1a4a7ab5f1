from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class KeptDraftQuerySet(models.QuerySet):
    def kept_for(self, user):
        """What a person typed and did not save; what was saved since is empty."""
        return self.filter(user=user, fields__isnull=False)

    def last_written_before(self, moment):
        return self.filter(kept_at__lt=moment)


class KeptDraft(models.Model):
    """What somebody typed into one form and has not saved. A buffer: no version, no event, nobody else's to read."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    place = models.CharField(max_length=200)
    # Name of a field -> what stood in it; nothing once it was saved.
    fields = models.JSONField(null=True)
    # Of what the form showed when it was opened.
    version = models.PositiveIntegerField()
    kept_at = models.DateTimeField()
    # The form that was saved last: what of it arrives after that is not kept again.
    saved_form = models.CharField(max_length=32, blank=True)

    objects = KeptDraftQuerySet.as_manager()

    class Meta:
        ordering = ["-kept_at"]
        verbose_name = _("kept draft")
        verbose_name_plural = _("kept drafts")
        constraints = [
            models.UniqueConstraint(fields=["user", "place"], name="kept_draft_one_for_a_place"),
        ]

    def __str__(self):
        return self.place
