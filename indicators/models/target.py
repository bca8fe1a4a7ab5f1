from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from blueprint.models import Content, Entry, Identified, Identity, Version, texts
from blueprint.nouns import register

from .fields import FigureField, PeriodField
from .indicator import Indicator, Stage


class BaselineContent(Content):
    """Where the plan says an indicator stood. It is what was printed, and follows no later revision."""

    key = ("indicator",)

    indicator = Identified(Indicator, verbose_name=_("indicator"))
    period = PeriodField(_("period"))
    value = FigureField(_("value"))
    source = models.CharField(_("source"), max_length=80, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.indicator_id} {self.period}: {self.value}"


class Baseline(BaselineContent, Version):
    class Meta:
        constraints = [Version.once_a_publication("indicator")]
        verbose_name = _("baseline")
        verbose_name_plural = _("baselines")


class BaselineEntry(BaselineContent, Entry):
    pass


class Bound(models.TextChoices):
    EXACT = "exact", _("exactly")
    AT_LEAST = "at_least", _("at least")
    AT_MOST = "at_most", _("at most")
    ABOUT = "about", _("about")


class Target(Identity):
    """A promise for an indicator at a stage. Its code stays while its value or its due period is changed."""


class TargetContent(Content):
    key = ("target",)
    own_reason = ("reason", "authority", "decided_on")

    target = Identified(Target, verbose_name=_("code"))
    indicator = Identified(Indicator, verbose_name=_("indicator"))
    stage = Identified(Stage, verbose_name=_("stage"))
    due = PeriodField(_("due period"))
    bound = models.CharField(_("bound"), max_length=10, choices=Bound, default=Bound.EXACT)
    value = FigureField(_("value"), null=True, blank=True)
    text_en, text_zh_hant, text_zh_hans = texts(_("in words"), blank=True)
    reason = models.TextField(_("reason of the change"), blank=True, default="")
    authority = models.CharField(_("on whose authority"), max_length=300, blank=True, default="")
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.target_id}: {self.value} by {self.due}"

    @property
    def has_words(self):
        return bool(self.text_en or self.text_zh_hant or self.text_zh_hans)


class TargetVersion(TargetContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("target"),
            models.CheckConstraint(
                name="target_has_value_or_words",
                condition=Q(value__isnull=False) | ~Q(text_en="") | ~Q(text_zh_hant="") | ~Q(text_zh_hans=""),
            ),
            models.CheckConstraint(name="target_bound_known", condition=Q(bound__in=Bound.values)),
        ]
        verbose_name = _("target")
        verbose_name_plural = _("targets")


class TargetEntry(TargetContent, Entry):
    pass


register(Baseline, BaselineEntry)
register(TargetVersion, TargetEntry)
