from django.db import models
from django.utils.translation import gettext_lazy as _

from ..nouns import register
from .base import Content, Entry, Identified, Identity, Version, said_in_some_language, texts


class Direction(Identity):
    """A broad development direction of the plan."""


class DirectionContent(Content):
    key = ("direction",)

    direction = Identified(Direction, verbose_name=_("code"))
    number = models.PositiveSmallIntegerField(_("number"))
    text_en, text_zh_hant, text_zh_hans = texts(_("text"))
    unofficial = models.JSONField(
        _("languages not in the government's own wording"), default=list, blank=True
    )
    sources = models.JSONField(_("sources"), default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.number} {self.text_en}"


class DirectionVersion(DirectionContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("direction"),
            said_in_some_language("direction_text_said", "text_en", "text_zh_hant", "text_zh_hans"),
        ]
        verbose_name = _("direction")
        verbose_name_plural = _("directions")


class DirectionEntry(DirectionContent, Entry):
    pass


register(DirectionVersion, DirectionEntry)
