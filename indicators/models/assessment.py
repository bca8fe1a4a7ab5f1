from django.db import models
from django.utils.translation import gettext_lazy as _

from blueprint.models import Identified, Version

from .fields import FigureField, PeriodField
from .indicator import Indicator, Stage


class Assessment(Version):
    """What the method says of an indicator and a target from a publication on, whatever the date.

    Derived, never entered: each publication that touches an indicator writes its whole set anew, one row for
    each target's current and, where it was changed, first version, and one for each expected stage without a
    target. The status shown follows from the row and the date (``progress.status_on``).
    """

    class Against(models.TextChoices):
        CURRENT = "current", _("current target")
        FIRST = "first", _("first version of the target")
        NONE = "none", _("no target")

    key = ("indicator", "stage", "target_code", "against")

    indicator = Identified(Indicator, verbose_name=_("indicator"))
    stage = Identified(Stage, null=True, verbose_name=_("stage"))
    target_code = models.CharField(max_length=80, blank=True, default="")
    against = models.CharField(max_length=8, choices=Against)
    target_version = models.PositiveSmallIntegerField(null=True)
    due = PeriodField(blank=True, default="")
    due_end = models.DateField(null=True)
    bound = models.CharField(max_length=10, blank=True, default="")
    target_value = FigureField(null=True)
    baseline_period = PeriodField(blank=True, default="")
    baseline_value = FigureField(null=True)
    latest_period = PeriodField(blank=True, default="")
    latest_value = FigureField(null=True)
    latest_qualifier = models.CharField(max_length=6, blank=True, default="")
    latest_status = models.CharField(max_length=1, blank=True, default="")
    previous_period = PeriodField(blank=True, default="")
    previous_value = FigureField(null=True)
    previous_qualifier = models.CharField(max_length=6, blank=True, default="")
    rule = models.PositiveSmallIntegerField()
    status = models.CharField(max_length=20)
    reading = models.CharField(max_length=20, blank=True, default="")
    # Exact shares and ratio as text ("81/128" or decimal digits): what is shown is truncated from these.
    share_of_way = models.CharField(max_length=120, blank=True, default="")
    share_of_time = models.CharField(max_length=120, blank=True, default="")
    ratio = models.CharField(max_length=120, blank=True, default="")
    ratio_qualifier = models.CharField(max_length=6, blank=True, default="")
    caveats = models.JSONField(default=list)
    method = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [Version.once_a_publication("indicator", "stage", "target_code", "against")]
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")

    def __str__(self):
        return f"{self.indicator_id} {self.stage_id} {self.status}"

    @classmethod
    def partition(cls):
        # A set stands or falls as a whole: a stage that got its target must not keep its "not set" beside it.
        return ("indicator",)
