from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class SheetQuerySet(models.QuerySet):
    def visible_to(self, user):
        """What an office brought is unpublished work: it is seen there and nowhere else."""
        return self.filter(office=user.office_id) if user.office_id else self.none()


class Sheet(models.Model):
    """A file of figures that an office brought: the original, what was answered about it, and what was read in it.

    An office has each content once, so that the same file sent twice is recognised.
    """

    office = models.ForeignKey("blueprint.Office", models.PROTECT, related_name="+")
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    # The random name that the original is kept under, empty once it is removed.
    stored = models.CharField(max_length=64, blank=True, default="")
    brought_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    brought_at = models.DateTimeField()
    # What a person said of it where it could be read in more than one way: encoding, delimiter, comma.
    answers = models.JSONField(default=dict)
    # Who reads it, where that takes longer than a page can wait.
    job = models.ForeignKey("blueprint.Job", models.SET_NULL, null=True, related_name="+")
    # What was found, and for what it holds: a language, a publication and the answers.
    found = models.JSONField(null=True)
    found_for = models.CharField(max_length=100, blank=True, default="")
    # The draft that was made of it.
    release = models.ForeignKey("blueprint.Release", models.PROTECT, null=True, related_name="+")

    objects = SheetQuerySet.as_manager()

    class Meta:
        ordering = ["-brought_at", "-id"]
        verbose_name = _("sheet")
        verbose_name_plural = _("sheets")
        constraints = [
            models.UniqueConstraint(fields=["office", "sha256"], name="sheet_once_an_office"),
        ]

    def __str__(self):
        return self.name

    def get_absolute_url(self):
        return reverse("desk:sheet", args=[self.pk])

    @property
    def is_imported(self):
        """A draft that was withdrawn may be made again."""
        return self.release is not None and self.release.state != "withdrawn"
