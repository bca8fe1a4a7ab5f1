from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blueprint.models import Content, Entry, Identified, Identity, Office, Version, texts
from blueprint.models.base import said_in_some_language
from blueprint.nouns import register
from strategies.models import Strategy

from .fields import FigureField


class Unit(Identity):
    """What a figure counts or measures."""


class UnitKind(models.TextChoices):
    """What a unit's figures can be: it decides what is possible, and how a difference is said."""

    SHARE = "share", _("share of a whole or ratio, in per cent")
    PERCENTAGE = "percentage", _("percentage of any sign")
    COUNT = "count", _("count of whole things")
    AMOUNT = "amount", _("amount of money")
    MEASURE = "measure", _("measured quantity, not negative")
    RANK = "rank", _("rank, 1 being first")
    ANY = "any", _("anything")


def check_pattern(pattern):
    """A figure must not vanish from its own sentence."""
    before, found, after = pattern.partition("{value}")
    if not found or set("{}") & set(before + after):
        raise ValidationError(_("Write {value} once where the figure stands, and no other braces."))


class UnitContent(Content):
    key = ("unit",)

    unit = Identified(Unit, verbose_name=_("code"))
    name_en, name_zh_hant, name_zh_hans = texts(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=10, choices=UnitKind, default=UnitKind.ANY)
    # How a figure stands with its unit, {value} being the figure: "rank {value}", "{value}%".
    pattern_en, pattern_zh_hant, pattern_zh_hans = texts(
        _("pattern"), max_length=80, blank=True, validators=[check_pattern]
    )

    class Meta:
        abstract = True

    def __str__(self):
        return self.unit_id

    @property
    def is_rank(self):
        return self.kind == UnitKind.RANK

    @property
    def counts_whole_things(self):
        """Things or money: of a measured quantity 千 is part of the unit's own name, as in 千瓦."""
        return self.kind in (UnitKind.COUNT, UnitKind.AMOUNT)

    @property
    def in_per_cent(self):
        return self.kind in (UnitKind.SHARE, UnitKind.PERCENTAGE)


class UnitVersion(UnitContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("unit"),
            said_in_some_language("unit_name_said", "name_en", "name_zh_hant", "name_zh_hans"),
            models.CheckConstraint(name="unit_kind_known", condition=models.Q(kind__in=UnitKind.values)),
        ]
        verbose_name = _("unit")
        verbose_name_plural = _("units")


class UnitEntry(UnitContent, Entry):
    pass


class Stage(Identity):
    """A stage of the plan by which targets are to be met."""


class StageContent(Content):
    key = ("stage",)

    stage = Identified(Stage, verbose_name=_("code"))
    number = models.PositiveSmallIntegerField(_("order"))
    name_en, name_zh_hant, name_zh_hans = texts(_("name"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year the plan gives it"), null=True, blank=True)
    # Whether an indicator without a target for it shows the stage as "not set".
    expected = models.BooleanField(_("every indicator should have a target for it"), default=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.stage_id


class StageVersion(StageContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("stage"),
            said_in_some_language("stage_name_said", "name_en", "name_zh_hant", "name_zh_hans"),
        ]
        verbose_name = _("stage")
        verbose_name_plural = _("stages")


class StageEntry(StageContent, Entry):
    pass


class IndicatorClass(models.TextChoices):
    REFERENCE = "reference", _("reference indicator")
    POLICY_ADDRESS = "policy_address", _("Policy Address indicator")
    TRACKING = "tracking", _("tracking indicator")


class Polarity(models.TextChoices):
    INCREASE = "increase", _("up is good")
    DECREASE = "decrease", _("down is good")


class Frequency(models.TextChoices):
    ANNUAL = "annual", _("every year")
    HALF_YEARLY = "half_yearly", _("every half-year")
    QUARTERLY = "quarterly", _("every quarter")
    MONTHLY = "monthly", _("every month")
    IRREGULAR = "irregular", _("at no fixed times")


class Path(models.TextChoices):
    LINEAR = "linear", _("straight line")
    GROWTH = "growth", _("constant growth")


class Indicator(Identity):
    """A measured quantity by which progress is judged."""

    def get_absolute_url(self):
        return reverse("indicators:indicator", args=[self.pk])


class IndicatorContent(Content):
    key = ("indicator",)

    indicator = Identified(Indicator, verbose_name=_("code"))
    name_en, name_zh_hant, name_zh_hans = texts(_("name"), max_length=300)
    short_name_en, short_name_zh_hant, short_name_zh_hans = texts(_("short name"), max_length=80)
    definition_en, definition_zh_hant, definition_zh_hans = texts(_("definition"), blank=True)
    note_en, note_zh_hant, note_zh_hans = texts(_("note"), blank=True)
    indicator_class = models.CharField(_("class"), max_length=20, choices=IndicatorClass)
    unit = Identified(Unit, verbose_name=_("unit"))
    decimals = models.PositiveSmallIntegerField(_("decimals"), default=0, validators=[MaxValueValidator(4)])
    # What a figure can be at all: anything outside is a slip, and is refused.
    lowest = FigureField(_("lowest possible figure"), null=True, blank=True)
    highest = FigureField(_("highest possible figure"), null=True, blank=True)
    # A count since the beginning, which does not fall: users so far, places awarded up to now.
    cumulative = models.BooleanField(_("counts from the beginning, so that it does not fall"), default=False)
    polarity = models.CharField(_("which way is good"), max_length=10, choices=Polarity)
    frequency = models.CharField(_("frequency"), max_length=12, choices=Frequency)
    path = models.CharField(_("path to the target"), max_length=10, choices=Path, default=Path.LINEAR)
    strategy = Identified(Strategy, verbose_name=_("strategy"))
    office = Identified(Office, verbose_name=_("office"))
    source_agency = models.CharField(_("compiled by"), max_length=200, blank=True, default="")
    release_month = models.PositiveSmallIntegerField(
        _("month of release in the year after"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )
    # {"dimension": code, "name": {lang: text}, "categories": [{"code": …, "name": {lang: text}}]}
    disaggregation = models.JSONField(_("breakdown"), default=dict, blank=True)
    unofficial = models.JSONField(
        _("languages not in the government's own wording"), default=list, blank=True
    )
    sources = models.JSONField(_("sources"), default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name_en or self.indicator_id

    def get_absolute_url(self):
        return reverse("indicators:indicator", args=[self.indicator_id])

    @property
    def categories(self):
        """Codes of the breakdown's categories, in their order."""
        return [category["code"] for category in self.disaggregation.get("categories", [])]


class IndicatorVersion(IndicatorContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("indicator"),
            said_in_some_language("indicator_name_said", "name_en", "name_zh_hant", "name_zh_hans"),
            models.CheckConstraint(
                name="indicator_choices_known",
                condition=models.Q(
                    indicator_class__in=IndicatorClass.values,
                    polarity__in=Polarity.values,
                    frequency__in=Frequency.values,
                    path__in=Path.values,
                ),
            ),
            models.CheckConstraint(
                name="indicator_lowest_up_to_highest",
                condition=models.Q(lowest=None)
                | models.Q(highest=None)
                | models.Q(lowest__lte=models.F("highest")),
                violation_error_message=_("The lowest possible figure is above the highest."),
            ),
        ]
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")


class IndicatorEntry(IndicatorContent, Entry):
    pass


register(UnitVersion, UnitEntry)
register(StageVersion, StageEntry)
register(IndicatorVersion, IndicatorEntry)
