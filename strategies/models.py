"""Strategies, the measures listed under them, what each stage is to bring, and the initiatives that carry them."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from blueprint.models import Content, Direction, Entry, Identified, Identity, Office, Version, texts
from blueprint.models.base import said_in_some_language
from blueprint.nouns import register


class Unofficial(Content):
    """Which of a text's languages are our own wording, and where the text was found."""

    unofficial = models.JSONField(
        _("languages not in the government's own wording"), default=list, blank=True
    )
    sources = models.JSONField(_("sources"), default=list, blank=True)

    class Meta:
        abstract = True


class Strategy(Identity):
    """A major strategy of the plan."""


class StrategyContent(Unofficial):
    key = ("strategy",)

    strategy = Identified(Strategy, verbose_name=_("code"))
    number = models.PositiveSmallIntegerField(_("number"))
    direction = Identified(Direction, verbose_name=_("direction"))
    # How the direction is known where the plan's own table was not seen.
    direction_mapping = models.CharField(_("basis of the direction"), max_length=200, blank=True, default="")
    text_en, text_zh_hant, text_zh_hans = texts(_("text"))

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.number} {self.text_en}"

    def get_absolute_url(self):
        return reverse("strategies:strategy", args=[self.strategy_id])


class StrategyVersion(StrategyContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("strategy"),
            said_in_some_language("strategy_text_said", "text_en", "text_zh_hant", "text_zh_hans"),
        ]
        verbose_name = _("strategy")
        verbose_name_plural = _("strategies")


class StrategyEntry(StrategyContent, Entry):
    pass


class Measure(Identity):
    """Something the plan lists under a strategy."""


class MeasureContent(Unofficial):
    key = ("measure",)

    measure = Identified(Measure, verbose_name=_("code"))
    strategy = Identified(Strategy, verbose_name=_("strategy"))
    # As the plan's announcement has it, or as the press reported it.
    kind = models.CharField(_("kind"), max_length=40, blank=True, default="")
    text_en, text_zh_hant, text_zh_hans = texts(_("text"))
    note_en, note_zh_hant, note_zh_hans = texts(_("note"), blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.measure_id} {self.text_en}"


class MeasureVersion(MeasureContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("measure"),
            said_in_some_language("measure_text_said", "text_en", "text_zh_hant", "text_zh_hans"),
        ]
        verbose_name = _("measure")
        verbose_name_plural = _("measures")


class MeasureEntry(MeasureContent, Entry):
    pass


class StageStatement(Identity):
    """What the plan says in words that a stage will have brought."""


class StageStatementContent(Unofficial):
    key = ("stage_statement",)

    stage_statement = Identified(StageStatement, verbose_name=_("code"))
    year = models.PositiveSmallIntegerField(_("year"))
    text_en, text_zh_hant, text_zh_hans = texts(_("text"))
    # Numbers of the strategies it speaks of, and how that is known.
    strategies = models.JSONField(_("strategies"), default=list, blank=True)
    mapping = models.CharField(_("basis of the mapping"), max_length=40, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.year}: {self.text_en or self.text_zh_hant or self.text_zh_hans}"


class StageStatementVersion(StageStatementContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("stage_statement"),
            said_in_some_language("stage_statement_text_said", "text_en", "text_zh_hant", "text_zh_hans"),
        ]
        verbose_name = _("stage statement")
        verbose_name_plural = _("stage statements")


class StageStatementEntry(StageStatementContent, Entry):
    pass


class InitiativeState(models.TextChoices):
    ANNOUNCED = "announced", _("announced")
    PLANNED = "planned", _("planned")
    IN_PROGRESS = "in_progress", _("in progress")
    DONE = "done", _("done")
    OUTCOME_NOT_SEEN = "outcome_not_seen", _("outcome not seen")


class Initiative(Identity):
    """A scheme, institution or project under a strategy."""


class InitiativeContent(Unofficial):
    key = ("initiative",)

    initiative = Identified(Initiative, verbose_name=_("code"))
    name_en, name_zh_hant, name_zh_hans = texts(_("name"), max_length=300)
    strategy = Identified(Strategy, verbose_name=_("strategy"))
    office = Identified(Office, verbose_name=_("office"))
    amount_hkd = models.BigIntegerField(_("amount in HK$"), null=True, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=InitiativeState)
    note_en, note_zh_hant, note_zh_hans = texts(_("note"), blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name_en or self.initiative_id


class InitiativeVersion(InitiativeContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("initiative"),
            said_in_some_language("initiative_name_said", "name_en", "name_zh_hant", "name_zh_hans"),
            models.CheckConstraint(
                name="initiative_state_known", condition=models.Q(state__in=InitiativeState.values)
            ),
        ]
        verbose_name = _("initiative")
        verbose_name_plural = _("initiatives")


class InitiativeEntry(InitiativeContent, Entry):
    pass


class MilestoneState(models.TextChoices):
    PLANNED = "planned", _("planned")
    DONE = "done", _("done")


class Milestone(Identity):
    """A dated step of an initiative."""


class MilestoneContent(Content):
    key = ("milestone",)

    milestone = Identified(Milestone, verbose_name=_("code"))
    initiative = Identified(Initiative, verbose_name=_("initiative"))
    # A day, a month or a year, as the source gives it; the last day of it, for order and for the clock.
    due = models.CharField(_("date"), max_length=10)
    due_end = models.DateField(_("last day of the date"))
    title_en, title_zh_hant, title_zh_hans = texts(_("title"))
    state = models.CharField(_("state"), max_length=20, choices=MilestoneState)
    source_url = models.URLField(_("source"), max_length=1000, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.due} {self.title_en}"


class MilestoneVersion(MilestoneContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("milestone"),
            said_in_some_language("milestone_title_said", "title_en", "title_zh_hant", "title_zh_hans"),
            models.CheckConstraint(
                name="milestone_state_known", condition=models.Q(state__in=MilestoneState.values)
            ),
        ]
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")


class MilestoneEntry(MilestoneContent, Entry):
    pass


register(StrategyVersion, StrategyEntry)
register(MeasureVersion, MeasureEntry)
register(StageStatementVersion, StageStatementEntry)
register(InitiativeVersion, InitiativeEntry)
register(MilestoneVersion, MilestoneEntry)
