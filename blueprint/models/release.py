from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..permissions import Permission
from ..workflow import State
from .base import texts


class ReleaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Unpublished work is seen by its own office, by those who decide on it, and by nobody else.

        From its approval to its moment it is seen only by those who had a hand in it, those who look after
        all work, and whoever is on its pre-release list.
        """
        if user.may(Permission.SEE_ALL_WORK):
            return self
        seen = worked_on_by_colleagues_of(user) & (~Q(state=State.APPROVED) | with_a_hand_in(user))
        if user.is_active:
            listed = PreReleaseAccess.objects.filter(user=user).values("release")
            seen |= Q(pk__in=listed, state__in=[State.APPROVED, State.PUBLISHED])
        return self.filter(seen)

    def visible_unapproved_to(self, user):
        """What the person sees, or saw until it was approved."""
        return self.filter(worked_on_by_colleagues_of(user))

    def due(self, now):
        """Approved, with a moment that has come; the oldest first."""
        return self.filter(state=State.APPROVED, publish_at__lte=now).order_by("publish_at", "pk")

    def scheduled(self):
        return self.filter(state=State.APPROVED, publish_at__isnull=False).order_by("publish_at", "pk")

    def open(self):
        return self.exclude(state__in=[State.PUBLISHED, State.WITHDRAWN])

    def being_written(self):
        """Drafted or submitted: not yet approved by anybody."""
        return self.filter(state__in=[State.DRAFT, State.SUBMITTED])

    def in_state(self, *states):
        return self.filter(state__in=states)

    def move(self, release, to, **columns):
        """One conditional UPDATE; False when somebody moved or saved the release first."""
        moved = self.filter(pk=release.pk, version=release.version, state=release.state).update(
            state=to, version=F("version") + 1, **columns
        )
        return moved == 1


def worked_on_by_colleagues_of(user):
    seen = Q(pk__in=[])
    if user.office_id and user.may(Permission.OPEN_DESK):
        seen |= Q(track=Release.Track.OFFICE, office=user.office_id)
    if user.may(Permission.SEE_COMMITTEE_WORK):
        seen |= Q(track=Release.Track.COMMITTEE)
    if user.may(Permission.PROPOSE_TEXTS):
        seen |= Q(track=Release.Track.CENTRAL)
    return seen


def with_a_hand_in(user):
    hands = Contributor.objects.filter(user=user).values("release")
    return Q(pk__in=hands) | Q(submitted_by=user) | Q(approved_by=user)


class Release(models.Model):
    """A set of changes on their way to the public: drafted, submitted, approved by another person, published."""

    class Track(models.TextChoices):
        OFFICE = "office", _("Office")
        COMMITTEE = "committee", _("Committee")
        CENTRAL = "central", _("Central")

    state = models.CharField(max_length=10, choices=[(s.value, s.value) for s in State], default=State.DRAFT)
    version = models.PositiveIntegerField(default=1)
    track = models.CharField(max_length=10, choices=Track)
    office = models.ForeignKey(
        "blueprint.Office", models.PROTECT, null=True, blank=True, related_name="releases"
    )
    title_en, title_zh_hant, title_zh_hans = texts(_("title"), max_length=300)
    notes_en, notes_zh_hant, notes_zh_hans = texts(_("notes"), blank=True)
    reason = models.TextField(_("reason"), blank=True, default="")
    # The moment at which an approved release becomes public, and the item of the calendar that announces it.
    publish_at = models.DateTimeField(_("to be published at"), null=True, blank=True)
    calendar_item = models.ForeignKey(
        "blueprint.CalendarItem",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("announced as"),
    )
    # Makes the form that opened the release safe to send twice.
    token = models.UUIDField(unique=True)
    created_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    returned_reason = models.TextField(blank=True, default="")
    returned_by = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    approved_by = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    approved_digest = models.CharField(max_length=64, blank=True, default="")
    published_by = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    publication = models.OneToOneField(
        "blueprint.Publication", models.PROTECT, null=True, related_name="+", editable=False
    )

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = _("release")
        verbose_name_plural = _("releases")
        constraints = [
            models.CheckConstraint(
                name="release_state_known", condition=Q(state__in=[s.value for s in State])
            ),
            models.CheckConstraint(
                name="release_office_with_office_track",
                condition=Q(track="office", office__isnull=False) | (~Q(track="office") & Q(office=None)),
            ),
            models.CheckConstraint(
                name="release_submitted_at_with_submitted_by",
                condition=Q(submitted_by=None, submitted_at=None)
                | Q(submitted_by__isnull=False, submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="release_approved_with_person_moment_and_digest",
                condition=Q(approved_by=None, approved_at=None, approved_digest="")
                | (Q(approved_by__isnull=False, approved_at__isnull=False) & ~Q(approved_digest="")),
            ),
            models.CheckConstraint(
                name="release_submitter_never_approves",
                condition=Q(approved_by=None) | ~Q(approved_by=F("submitted_by")),
            ),
            models.CheckConstraint(
                name="release_public_only_when_approved",
                condition=~Q(state__in=["approved", "published"]) | Q(approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="release_published_with_publication",
                condition=Q(state="published", publication__isnull=False)
                | (~Q(state="published") & Q(publication=None, published_by=None)),
            ),
            # The clock publishes what has a moment; anything else is published by a person.
            models.CheckConstraint(
                name="release_published_by_person_or_clock",
                condition=~Q(state="published") | Q(published_by__isnull=False) | Q(publish_at__isnull=False),
            ),
        ]

    def __str__(self):
        return self.title_en or f"Release {self.pk}"

    def get_absolute_url(self):
        return reverse("desk:release", args=[self.pk])

    @property
    def is_scheduled(self):
        return self.state == State.APPROVED and self.publish_at is not None


class Rescheduling(models.Model):
    """A change of the moment of an approved release: proposed by one person, agreed to by another."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="reschedulings")
    from_at = models.DateTimeField()
    to_at = models.DateTimeField(_("new moment"))
    # Public: it is said on the calendar and with the publication.
    reason_en, reason_zh_hant, reason_zh_hans = texts(_("reason"))
    proposed_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    agreed = models.BooleanField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release"], condition=Q(agreed=None), name="rescheduling_one_open_a_release"
            ),
            models.CheckConstraint(
                name="rescheduling_decided_with_person_and_moment",
                condition=Q(agreed=None, decided_by=None, decided_at=None)
                | Q(agreed__isnull=False, decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="rescheduling_takes_two_persons",
                condition=~Q(agreed=True) | ~Q(decided_by=F("proposed_by")),
            ),
        ]

    def __str__(self):
        return f"{self.release_id}: {self.to_at}"


class PreReleaseAccess(models.Model):
    """A person who may see an approved release before its moment, who allowed it, and why."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="pre_release_list")
    user = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    reason = models.CharField(_("why"), max_length=300)
    granted_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["release", "user"], name="pre_release_access_once_a_release")
        ]

    def __str__(self):
        return f"{self.release_id}: {self.user_id}"


class Contributor(models.Model):
    """A person who had a hand in a release, and so may never approve it (a trigger sees to that)."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="contributors")
    user = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "user"], name="contributor_once_a_release")]

    def __str__(self):
        return f"{self.release_id}: {self.user_id}"


class AcceptedGap(models.Model):
    """A text that is not whole in the three languages, accepted so by a person for the words as they are."""

    class Kind(models.TextChoices):
        MISSING = "missing", _("shown in another language")
        STALE = "stale", _("still right")
        DRAFT = "draft", _("converted, and read by a person")

    release = models.ForeignKey(Release, models.CASCADE, related_name="accepted_gaps")
    kind = models.CharField(max_length=7, choices=Kind)
    # Of which text: the thing's noun and key, and the field; the release's own have no key.
    noun = models.CharField(max_length=40)
    key = models.CharField(max_length=700, blank=True)
    field = models.CharField(max_length=200)
    language = models.CharField(max_length=7)
    # SHA-256 of the text in all languages.
    said = models.CharField(max_length=64)
    accepted_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["release", "kind", "noun", "key", "field", "language", "said"],
                name="accepted_gap_once_a_text",
            ),
            models.CheckConstraint(
                name="accepted_gap_choices_known",
                condition=Q(
                    kind__in=["missing", "stale", "draft"], language__in=["en", "zh_hant", "zh_hans"]
                ),
            ),
        ]

    def __str__(self):
        return f"{self.release_id}: {self.kind} {self.noun} {self.key} {self.field} {self.language}"
