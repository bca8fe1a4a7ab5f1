from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class RemarkQuerySet(models.QuerySet):
    def open(self):
        return self.filter(settled_at=None)

    def on(self, indicator, period):
        return self.filter(indicator=indicator, period=period)


class Remark(models.Model):
    """What an approver says of one field of a figure that waits; it stands until somebody settles it."""

    class Field(models.TextChoices):
        VALUE = "value", _("value")
        PARTS = "parts", _("breakdown")
        STATUS = "status", _("status")
        QUALIFIER = "qualifier", _("the figure is")
        KIND = "kind", _("it is a")
        REASON = "reason", _("reason of the change")
        NOTE = "note", _("what happened")
        WHY = "why", _("why")
        NEXT = "next", _("what comes next")
        EVIDENCE = "evidence", _("evidence")

    release = models.ForeignKey("blueprint.Release", models.CASCADE, related_name="remarks")
    indicator = models.CharField(max_length=80)
    period = models.CharField(max_length=10)
    field = models.CharField(_("about"), max_length=9, choices=Field, default=Field.VALUE)
    text = models.TextField(_("comment"), max_length=1000)
    by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    settled_by = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    settled_at = models.DateTimeField(null=True)

    objects = RemarkQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="remark_settled_with_person_and_moment",
                condition=Q(settled_by=None, settled_at=None)
                | Q(settled_by__isnull=False, settled_at__isnull=False),
            ),
            models.CheckConstraint(name="remark_says_something", condition=~Q(text="")),
        ]

    def __str__(self):
        return f"{self.release_id}: {self.indicator} {self.period} {self.field}"
