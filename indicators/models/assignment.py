from django.db import models
from django.utils.translation import gettext_lazy as _

from .indicator import Indicator


class Assignment(models.Model):
    """The person of an office who looks after one of its indicators, as its head of office set it.

    It holds while the indicator is the office's and the person works there: ``indicators.assigning`` sees to that.
    """

    indicator = models.OneToOneField(Indicator, models.PROTECT, related_name="+", verbose_name=_("indicator"))
    official = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    set_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")

    def __str__(self):
        return f"{self.indicator_id}: {self.official_id}"
