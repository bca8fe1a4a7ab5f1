from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from blueprint.models import Content, Entry, Identified, Version, texts
from blueprint.nouns import register

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
    note_en, note_zh_hant, note_zh_hans = texts(_("comment"), blank=True)
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


class EvidenceContent(Content):
    """What a figure rests on: a link that its reader may follow."""

    key = ("indicator", "period", "url")

    indicator = Identified(Indicator, verbose_name=_("indicator"))
    period = PeriodField(_("period"))
    url = models.URLField(_("address"), max_length=500)
    title = models.CharField(_("title"), max_length=300, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self):
        return self.title or self.url


class Evidence(EvidenceContent, Version):
    class Meta:
        constraints = [Version.once_a_publication("indicator", "period", "url")]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")


class EvidenceEntry(EvidenceContent, Entry):
    pass


register(Observation, ObservationEntry)
register(Evidence, EvidenceEntry)
