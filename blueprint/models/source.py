from django.db import models
from django.utils.translation import gettext_lazy as _

from ..nouns import register
from .base import Content, Entry, Identified, Identity, Version


class Source(Identity):
    """A published document or page that a figure, text or date was taken from."""


class SourceContent(Content):
    key = ("source",)

    source = Identified(Source, verbose_name=_("code"))
    title = models.CharField(_("title"), max_length=500)
    url = models.URLField(_("address"), max_length=1000, blank=True, default="")
    # As the source dates itself: a year, a month or a day.
    published = models.CharField(_("date of the source"), max_length=10, blank=True, default="")

    class Meta:
        abstract = True

    def __str__(self):
        return self.title


class SourceVersion(SourceContent, Version):
    class Meta:
        constraints = [Version.once_a_publication("source")]
        verbose_name = _("source")
        verbose_name_plural = _("sources")


class SourceEntry(SourceContent, Entry):
    pass


register(SourceVersion, SourceEntry)
