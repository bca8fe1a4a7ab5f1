from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from blueprint.models import Content, Entry, Identified, Version
from blueprint.nouns import register

from ..evidence.content_types import kind_word
from .fields import PeriodField
from .indicator import Indicator

# Where a public file is found, by what is in it and not by who sent it.
ADDRESS = "/data/evidence/"


class EvidenceContent(Content):
    """What a figure rests on: a link that its reader may follow, or a file. A file's address is that of its bytes."""

    key = ("indicator", "period", "url")

    indicator = Identified(Indicator, verbose_name=_("indicator"))
    period = PeriodField(_("period"))
    url = models.URLField(_("address"), max_length=500)
    title = models.CharField(_("title"), max_length=300, blank=True, default="")
    sha256 = models.CharField(_("SHA-256 of the file"), max_length=64, blank=True, default="", db_index=True)
    file_name = models.CharField(_("file name"), max_length=120, blank=True, default="")
    media_type = models.CharField(_("media type"), max_length=100, blank=True, default="")
    size = models.PositiveIntegerField(_("size in bytes"), null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.title or self.file_name or self.url

    @property
    def file_kind(self):
        """PDF, XLSX …; nothing for a link."""
        return kind_word(self.media_type)


def whole_file_or_none():
    """A link has nothing of a file, and a file has all of it, at its own address."""
    none = Q(sha256="", file_name="", media_type="", size=None)
    whole = ~Q(sha256="") & ~Q(file_name="") & ~Q(media_type="") & Q(size__gt=0)
    own_address = Q(url=Concat(Value(ADDRESS), "sha256", output_field=models.URLField()))
    return models.CheckConstraint(
        name="%(app_label)s_%(class)s_whole_file_or_none", condition=none | (whole & own_address)
    )


class Evidence(EvidenceContent, Version):
    class Meta:
        constraints = [Version.once_a_publication("indicator", "period", "url"), whole_file_or_none()]
        verbose_name = _("evidence")
        verbose_name_plural = _("evidence")


class EvidenceEntry(EvidenceContent, Entry):
    class Meta:
        constraints = [whole_file_or_none()]


class PrivateEvidence(EvidenceContent):
    """What a figure rests on and only its office, who decides on it, publisher and auditor see: it is never published."""

    release = models.ForeignKey("blueprint.Release", models.CASCADE, related_name="+")
    saved_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [whole_file_or_none()]


class StoredFile(models.Model):
    """A file that somebody sent, as it was opened, scanned and kept, under a name that says nothing."""

    indicator = Identified(Indicator)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveIntegerField()
    media_type = models.CharField(max_length=100)
    file_name = models.CharField(max_length=120)
    stored_as = models.CharField(max_length=80, unique=True)
    scanned = models.BooleanField()
    kept_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    kept_at = models.DateTimeField()

    class Meta:
        constraints = [
            # The same file sent twice is one.
            models.UniqueConstraint(fields=["indicator", "sha256"], name="stored_file_once_an_indicator")
        ]

    def __str__(self):
        return self.file_name

    @property
    def address(self):
        return f"{ADDRESS}{self.sha256}"


register(Evidence, EvidenceEntry, files=True)
