from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from ..clock import lateness
from .base import texts


class Head(models.Model):
    """The one row that hands out publication numbers, so that they have no gaps under any concurrency."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    number = models.PositiveIntegerField(default=0)
    moved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="head_is_one_row", condition=models.Q(id=1))]

    def __str__(self):
        return str(self.number)


class PublicationQuerySet(models.QuerySet):
    def head(self):
        return self.order_by("-number").first()

    def by_date(self, day):
        """The last publication of that Hong Kong date or before it."""
        return self.filter(published_on__lte=day).order_by("-number").first()

    def for_moment(self):
        """As the frame of a page needs it: without the leaf, and with the newest checkpoint by then."""
        signed = Checkpoint.objects.filter(publication__lte=models.OuterRef("number"))
        note = signed.order_by("-publication_id", "-pk").values("note")[:1]
        return self.defer("leaf").annotate(checkpoint_note=models.Subquery(note))

    def by(self, number):
        return self.filter(number__lte=number).order_by("-number")


class Publication(models.Model):
    """What made something public: numbered 1, 2, 3 … without gaps, never changed, never removed."""

    class Kind(models.TextChoices):
        PLAN = "plan", _("The plan")
        FIGURES = "figures", _("Figures")
        TARGETS = "targets", _("Targets")
        COMMITTEE = "committee", _("Committee")
        TEXTS = "texts", _("Texts and lists")
        MIXED = "mixed", _("Figures and texts")
        CALENDAR = "calendar", _("Calendar")
        WITHDRAWAL = "withdrawal", _("Withdrawal")

    class Precision(models.TextChoices):
        MOMENT = "moment", _("to the second")
        DAY = "day", _("to the day")
        MONTH = "month", _("to the month")
        YEAR = "year", _("to the year")

    number = models.PositiveIntegerField(primary_key=True)
    kind = models.CharField(max_length=12, choices=Kind)
    title_en, title_zh_hant, title_zh_hans = texts(_("title"), max_length=300)
    notes_en, notes_zh_hant, notes_zh_hans = texts(_("notes"), blank=True)
    reason = models.TextField(blank=True, default="")
    # Of a release with a moment: the item that announced it, the moment it was planned for, and each change
    # of that moment: [{"from", "to": UTC, "reason": {language: text}}].
    calendar_item = models.ForeignKey("blueprint.CalendarItem", models.PROTECT, null=True, related_name="+")
    planned_at = models.DateTimeField(null=True)
    rescheduled = models.JSONField(default=list)
    # Numbers of the publications of which it replaces a part.
    replaces = models.JSONField(default=list)
    published_at = models.DateTimeField()
    # The same moment as a date in Hong Kong: what "as at" a date compares with.
    published_on = models.DateField(db_index=True)
    precision = models.CharField(max_length=6, choices=Precision, default=Precision.MOMENT)
    recorded_at = models.DateTimeField()
    loaded = models.BooleanField(default=False)
    leaf = models.BinaryField()
    leaf_hash = models.CharField(max_length=64, unique=True)
    # Hashes of the perfect subtrees that end with this leaf, of 1, 2, 4 … leaves, in hex one after another.
    tree_nodes = models.TextField()

    objects = PublicationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="publication_own_time_is_exact",
                condition=models.Q(loaded=True) | models.Q(precision="moment"),
            ),
        ]
        verbose_name = _("publication")
        verbose_name_plural = _("publications")

    def __str__(self):
        return f"{self.number}"

    def get_absolute_url(self):
        return reverse("publication", args=[self.number])

    @property
    def own_reason(self):
        """Its reason, where its notes do not give that reason already: they do so in three languages."""
        return "" if self.reason in (self.notes_en, self.notes_zh_hant, self.notes_zh_hans) else self.reason

    @property
    def late_by(self):
        """How long after its planned moment it came, or None if it was on time or had no moment."""
        return lateness(self.planned_at, self.published_at)


class LedgerKey(models.Model):
    """A public key that signs checkpoints, from a publication on. Old ones stay, to verify what they signed."""

    key_id = models.CharField(max_length=8, primary_key=True)
    name = models.CharField(max_length=200)
    # The form that signed notes know: name+key id+base64 of 0x01 and the public key.
    verifier = models.CharField(max_length=300)
    since = models.PositiveIntegerField()
    added_at = models.DateTimeField()

    def __str__(self):
        return self.verifier


class Checkpoint(models.Model):
    """The ledger's size and root hash after a publication, signed: what anyone can keep and compare."""

    publication = models.ForeignKey(Publication, models.PROTECT, related_name="checkpoints")
    key = models.ForeignKey(LedgerKey, models.PROTECT, related_name="+")
    note = models.TextField()
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["publication", "key"], name="checkpoint_once_a_publication_and_key"
            )
        ]

    def __str__(self):
        return self.note


class PersonName(models.Model):
    """The name behind a salted commitment in the ledger. It may be blanked for good, never changed."""

    commitment = models.CharField(max_length=64, primary_key=True)
    salt = models.CharField(max_length=64, blank=True)
    name = models.CharField(max_length=200, blank=True)

    def __str__(self):
        return self.name
