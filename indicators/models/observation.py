from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from blueprint.models import Content, Entry, Identified, Version, texts
from blueprint.nouns import register
from blueprint.wording import LANGUAGES

from ..comments import comment_in, comment_of
from ..periods import Period
from .fields import FigureField, PeriodField
from .indicator import Indicator

TOTAL = "total"


class Qualifier(models.TextChoices):
    EXACT = "exact", _("exact")
    OVER = "over", _("over")
    UNDER = "under", _("under")
    ABOUT = "about", _("about")


class ObservationStatus(models.TextChoices):
    """SDMX's code list CL_OBS_STATUS, as far as it is used here."""

    NORMAL = "A", _("final")
    PROVISIONAL = "P", _("provisional")
    ESTIMATED = "E", _("estimated")
    MISSING = "M", _("not available")


class Kind(models.TextChoices):
    FIRST = "first", _("first release")
    REVISION = "revision", _("routine revision")
    CORRECTION = "correction", _("correction")
    METHOD_CHANGE = "method_change", _("change of method")
    WITHDRAWAL = "withdrawal", _("withdrawal")


class ObservationContent(Content):
    key = ("indicator", "breakdown", "period")
    # A figure that is taken back stays in its table as not available, with its reason.
    withdrawn = None
    own_reason = ("kind", "reason")

    indicator = Identified(Indicator, verbose_name=_("indicator"))
    breakdown = models.CharField(_("breakdown"), max_length=40, default=TOTAL)
    period = PeriodField(_("period"))
    value = FigureField(_("value"), null=True, blank=True)
    qualifier = models.CharField(_("the figure is"), max_length=6, choices=Qualifier, default=Qualifier.EXACT)
    status = models.CharField(
        _("status"), max_length=1, choices=ObservationStatus, default=ObservationStatus.NORMAL
    )
    break_before = models.BooleanField(_("a break in the series comes before it"), default=False)
    kind = models.CharField(_("it is a"), max_length=14, choices=Kind, default=Kind.FIRST)
    reason = models.TextField(_("reason of the change"), blank=True, default="")
    note_en, note_zh_hant, note_zh_hans = texts(_("what happened"), blank=True)
    why_en, why_zh_hant, why_zh_hans = texts(_("why it happened"), blank=True)
    next_en, next_zh_hant, next_zh_hans = texts(_("what comes next"), blank=True)
    source = models.CharField(_("source"), max_length=80, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.indicator_id} {self.breakdown} {self.period}: {self.value}"

    @classmethod
    def unsaid(cls, content):
        return super().unsaid(content | {"kind": "" if content["kind"] == Kind.FIRST else content["kind"]})

    @property
    def reference_period(self):
        return Period.parse(self.period)

    @property
    def comment(self):
        """The answers that were given with it, each as {language: text}."""
        return comment_of(vars(self))

    @property
    def comment_by_language(self):
        """The answers as one text, each language as far as it was written."""
        return {language: comment_in(language, self.comment) for language in LANGUAGES}


class Observation(ObservationContent, Version):
    """One published value of an indicator, for a breakdown and a period."""

    class Meta:
        constraints = [
            Version.once_a_publication("indicator", "breakdown", "period"),
            models.CheckConstraint(
                name="observation_value_unless_missing",
                condition=Q(value__isnull=False) & ~Q(status="M") | Q(value=None, status="M"),
            ),
            models.CheckConstraint(
                name="observation_choices_known",
                condition=Q(
                    qualifier__in=Qualifier.values, status__in=ObservationStatus.values, kind__in=Kind.values
                ),
            ),
        ]
        verbose_name = _("observation")
        verbose_name_plural = _("observations")


class ObservationEntry(ObservationContent, Entry):
    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "indicator", "breakdown", "period"],
                name="observation_entry_once_a_release",
            )
        ]


register(Observation, ObservationEntry)
