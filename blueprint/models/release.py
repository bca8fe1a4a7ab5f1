from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..permissions import Permission
from ..workflow import State
from .base import texts


class ReleaseQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Unpublished work is seen by its own office, by those who decide on it, and by nobody else."""
        if user.may(Permission.SEE_ALL_WORK):
            return self
        seen = Q(pk__in=[])
        if user.office_id and user.may(Permission.OPEN_DESK):
            seen |= Q(track=Release.Track.OFFICE, office=user.office_id)
        if user.may(Permission.SEE_COMMITTEE_WORK):
            seen |= Q(track=Release.Track.COMMITTEE)
        if user.may(Permission.PROPOSE_TEXTS):
            seen |= Q(track=Release.Track.CENTRAL)
        return self.filter(seen)

    def open(self):
        return self.exclude(state__in=[State.PUBLISHED, State.WITHDRAWN])

    def in_state(self, *states):
        return self.filter(state__in=states)

    def move(self, release, to, **columns):
        """One conditional UPDATE; False when somebody moved or saved the release first."""
        moved = self.filter(pk=release.pk, version=release.version, state=release.state).update(
            state=to, version=F("version") + 1, **columns
        )
        return moved == 1


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
    reason = models.TextField(_("reason"), blank=True, default="")
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
                condition=Q(state="published", publication__isnull=False, published_by__isnull=False)
                | (~Q(state="published") & Q(publication=None, published_by=None)),
            ),
        ]

    def __str__(self):
        return self.title_en or f"Release {self.pk}"

    def get_absolute_url(self):
        return reverse("desk:release", args=[self.pk])


class Contributor(models.Model):
    """A person who had a hand in a release, and so may never approve it (a trigger sees to that)."""

    release = models.ForeignKey(Release, models.CASCADE, related_name="contributors")
    user = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["release", "user"], name="contributor_once_a_release")]

    def __str__(self):
        return f"{self.release_id}: {self.user_id}"
