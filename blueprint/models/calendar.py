from django.db import models
from django.utils.translation import gettext_lazy as _

from ..nouns import register
from .base import Content, Entry, Identified, Identity, Version, said_in_some_language, texts
from .office import Office


class CalendarItem(Identity):
    """A release announced in advance: all that may be known of it before its moment."""


class CalendarItemContent(Content):
    key = ("calendar_item",)

    calendar_item = Identified(CalendarItem, verbose_name=_("code"))
    title_en, title_zh_hant, title_zh_hans = texts(_("title"), max_length=300)
    planned_on = models.DateField(_("planned on"))
    planned_time = models.TimeField(_("time in Hong Kong"), null=True, blank=True)
    office = Identified(Office, null=True, blank=True, verbose_name=_("office"))
    called_off = models.BooleanField(_("called off"), default=False)
    unofficial = models.JSONField(
        _("languages not in the government's own wording"), default=list, blank=True
    )

    class Meta:
        abstract = True

    def __str__(self):
        return f"{self.planned_on} {self.title_en}"


class CalendarItemVersion(CalendarItemContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("calendar_item"),
            said_in_some_language("calendar_item_title_said", "title_en", "title_zh_hant", "title_zh_hans"),
        ]
        verbose_name = _("calendar item")
        verbose_name_plural = _("calendar")


class CalendarItemEntry(CalendarItemContent, Entry):
    pass


register(CalendarItemVersion, CalendarItemEntry)
