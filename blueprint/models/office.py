from django.db import models
from django.utils.translation import gettext_lazy as _

from ..nouns import register
from .base import Content, Entry, Identified, Identity, Version, said_in_some_language, texts


class Office(Identity):
    """A bureau, department or agency that answers for strategies, indicators or initiatives."""


class OfficeContent(Content):
    key = ("office",)

    office = Identified(Office, verbose_name=_("code"))
    name_en, name_zh_hant, name_zh_hans = texts(_("name"), max_length=200)
    role_en, role_zh_hant, role_zh_hans = texts(_("role"), blank=True)
    succeeded_by = Identified(Office, null=True, blank=True, verbose_name=_("succeeded by"))
    unofficial = models.JSONField(
        _("languages not in the government's own wording"), default=list, blank=True
    )
    sources = models.JSONField(_("sources"), default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.name_en or self.office_id


class OfficeVersion(OfficeContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("office"),
            said_in_some_language("office_name_said", "name_en", "name_zh_hant", "name_zh_hans"),
        ]
        verbose_name = _("office")
        verbose_name_plural = _("offices")


class OfficeEntry(OfficeContent, Entry):
    pass


register(OfficeVersion, OfficeEntry)
