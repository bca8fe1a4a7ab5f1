"""The committee that reviews progress: its public record, and the members' private ratings that lead to it."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from blueprint.models import Content, Entry, Identified, Identity, Office, Publication, User, Version, texts
from blueprint.models.base import said_in_some_language
from blueprint.nouns import register
from strategies.models import Strategy, Unofficial


class Committee(Identity):
    """A body that reviews the plan's progress."""


class CommitteeContent(Unofficial):
    key = ("committee",)

    committee = Identified(Committee, verbose_name=_("code"))
    name_en, name_zh_hant, name_zh_hans = texts(_("name"), max_length=200)
    terms_en, terms_zh_hant, terms_zh_hans = texts(_("terms of reference"))
    terms_wording = models.CharField(_("basis of the wording"), max_length=200, blank=True, default="")
    replaces_en, replaces_zh_hant, replaces_zh_hans = texts(_("replaces"), max_length=200, blank=True)
    established_on = models.DateField(_("established on"), null=True, blank=True)
    term_years = models.PositiveSmallIntegerField(_("years of a term"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name_en or self.committee_id


class CommitteeVersion(CommitteeContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("committee"),
            said_in_some_language("committee_name_said", "name_en", "name_zh_hant", "name_zh_hans"),
        ]
        verbose_name = _("committee")
        verbose_name_plural = _("committees")


class CommitteeEntry(CommitteeContent, Entry):
    pass


class SeatKind(models.TextChoices):
    CHAIR = "chair", _("Chair")
    EX_OFFICIO = "ex_officio", _("Ex-officio members")
    NON_OFFICIAL = "non_official", _("Non-official members")


class Seat(Identity):
    """A place on the committee for a term. The public record of who sits, and nobody's account."""


class SeatContent(Content):
    key = ("seat",)

    seat = Identified(Seat, verbose_name=_("code"))
    committee = Identified(Committee, verbose_name=_("committee"))
    kind = models.CharField(_("kind"), max_length=12, choices=SeatKind)
    number = models.PositiveSmallIntegerField(_("order"))
    post_en, post_zh_hant, post_zh_hans = texts(_("post"), max_length=300, blank=True)
    # In an entry the name; in a public version the commitment under which PersonName holds it.
    holder_en, holder_zh_hant, holder_zh_hans = texts(_("name"), max_length=200, blank=True)
    starts_on = models.DateField(_("term starts on"), null=True, blank=True)
    ends_on = models.DateField(_("term ends on"), null=True, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.seat_id


class SeatVersion(SeatContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("seat"),
            models.CheckConstraint(
                name="seat_term_in_order",
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=models.F("starts_on")),
            ),
        ]
        verbose_name = _("seat")
        verbose_name_plural = _("seats")


class SeatEntry(SeatContent, Entry):
    pass


class Meeting(Identity):
    """A meeting of the committee, by its number."""


class MeetingContent(Content):
    key = ("meeting",)

    meeting = Identified(Meeting, verbose_name=_("code"))
    committee = Identified(Committee, verbose_name=_("committee"))
    number = models.PositiveSmallIntegerField(_("number"))
    held_on = models.DateField(_("held on"))
    # A list of {language: text}.
    agenda = models.JSONField(_("agenda"), default=list, blank=True)
    sources = models.JSONField(_("sources"), default=list, blank=True)
    example = models.BooleanField(_("example"), default=False)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.number} ({self.held_on})"


class MeetingVersion(MeetingContent, Version):
    class Meta:
        constraints = [Version.once_a_publication("meeting")]
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")


class MeetingEntry(MeetingContent, Entry):
    pass


class Confidence(models.IntegerChoices):
    """Delivery confidence on five points, as project reviews use it."""

    HIGH = 5, _("highly likely")
    PROBABLE = 4, _("probable")
    FEASIBLE = 3, _("feasible, with issues")
    DOUBTFUL = 2, _("in doubt")
    UNACHIEVABLE = 1, _("appears unachievable")


class FindingContent(Content):
    key = ("meeting", "strategy")

    meeting = Identified(Meeting, verbose_name=_("meeting"))
    strategy = Identified(Strategy, verbose_name=_("strategy"))
    confidence = models.PositiveSmallIntegerField(_("agreed rating"), choices=Confidence)
    text_en, text_zh_hant, text_zh_hans = texts(_("finding"))
    # How many members gave each rating, without names: {"4": 2, "3": 1}.
    spread = models.JSONField(_("spread of ratings"), default=dict, blank=True)
    # The publication whose figures the committee had before it, and the statuses computed from them.
    figures_as_at = models.PositiveIntegerField(_("on the figures of publication"))
    computed = models.JSONField(_("computed statuses"), default=dict, blank=True)
    agreed_on = models.DateField(_("agreed on"))
    example = models.BooleanField(_("example"), default=False)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.meeting_id}/{self.strategy_id}"


class Finding(FindingContent, Version):
    """What the committee agreed of a strategy's progress."""

    class Meta:
        constraints = [
            Version.once_a_publication("meeting", "strategy"),
            models.CheckConstraint(name="finding_confidence_1_to_5", condition=Q(confidence__range=(1, 5))),
            said_in_some_language("finding_text_said", "text_en", "text_zh_hant", "text_zh_hans"),
        ]
        verbose_name = _("finding")
        verbose_name_plural = _("findings")


class FindingEntry(FindingContent, Entry):
    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["release", "meeting", "strategy"], name="finding_entry_once_a_release"
            )
        ]


class ActionState(models.TextChoices):
    OPEN = "open", _("open")
    DONE = "done", _("done")
    DROPPED = "dropped", _("dropped")


class Action(Identity):
    """Something the committee asked an office to do by a date."""


class ActionContent(Content):
    key = ("action",)

    action = Identified(Action, verbose_name=_("code"))
    meeting = Identified(Meeting, verbose_name=_("meeting"))
    strategy = Identified(Strategy, verbose_name=_("strategy"))
    office = Identified(Office, verbose_name=_("office"))
    text_en, text_zh_hant, text_zh_hans = texts(_("what is asked"))
    due_on = models.DateField(_("due on"))
    state = models.CharField(_("state"), max_length=10, choices=ActionState, default=ActionState.OPEN)
    example = models.BooleanField(_("example"), default=False)

    class Meta:
        abstract = True

    def __str__(self):
        return self.action_id


class ActionVersion(ActionContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("action"),
            said_in_some_language("action_text_said", "text_en", "text_zh_hant", "text_zh_hans"),
        ]
        verbose_name = _("action")
        verbose_name_plural = _("actions")


class ActionEntry(ActionContent, Entry):
    pass


class CycleQuerySet(models.QuerySet):
    def open(self):
        return self.filter(closed_at=None).order_by("number")


class Cycle(models.Model):
    """The private side of a coming meeting: on which figures members rate, and until when."""

    number = models.PositiveSmallIntegerField(unique=True)
    committee = models.ForeignKey(Committee, models.PROTECT, related_name="+")
    meets_on = models.DateField()
    # Papers and ratings rest on the figures of this publication, whatever is published later.
    cut_off = models.ForeignKey(Publication, models.PROTECT, related_name="+")
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    example = models.BooleanField(default=False)

    objects = CycleQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(name="cycle_numbered_from_1", condition=Q(number__gte=1))]
        verbose_name = _("meeting cycle")
        verbose_name_plural = _("meeting cycles")

    def __str__(self):
        return f"{self.number} ({self.meets_on})"

    @property
    def meeting_code(self):
        return f"example-{self.number}" if self.example else str(self.number)


class RatingQuerySet(models.QuerySet):
    def seen_by(self, user, *, cycle, strategy):
        """Others' ratings are seen by a member who has rated too, and by the chair and the secretary."""
        ratings = self.filter(cycle=cycle, strategy=strategy)
        if user.may("see_committee_work") or ratings.filter(member=user).exists():
            return ratings.select_related("member").order_by("confidence", "pk")
        return ratings.none()


class Rating(models.Model):
    """One member's own judgement of a strategy, alone and with its reason. Never public."""

    cycle = models.ForeignKey(Cycle, models.PROTECT, related_name="ratings")
    strategy = models.ForeignKey(Strategy, models.PROTECT, related_name="+")
    member = models.ForeignKey(User, models.PROTECT, related_name="+")
    confidence = models.PositiveSmallIntegerField(
        _("Delivery confidence"), choices=Confidence, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    reason = models.TextField(_("Reason"))
    version = models.PositiveIntegerField(default=1)
    saved_at = models.DateTimeField()

    objects = RatingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "strategy", "member"], name="rating_once_a_member"),
            models.CheckConstraint(name="rating_confidence_1_to_5", condition=Q(confidence__range=(1, 5))),
            models.CheckConstraint(name="rating_reason_given", condition=~Q(reason="")),
        ]
        verbose_name = _("rating")
        verbose_name_plural = _("ratings")

    def __str__(self):
        return f"{self.cycle_id}/{self.strategy_id}/{self.member_id}"


register(CommitteeVersion, CommitteeEntry)
register(SeatVersion, SeatEntry, names=("holder_en", "holder_zh_hant", "holder_zh_hans"))
register(MeetingVersion, MeetingEntry)
register(Finding, FindingEntry)
register(ActionVersion, ActionEntry)
