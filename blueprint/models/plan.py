from django.db import models
from django.utils.translation import gettext_lazy as _

from ..nouns import register
from .base import Content, Entry, Identified, Identity, Version, said_in_some_language, texts
from .office import Office


class Plan(Identity):
    """The plan whose promises this site follows. A site follows one."""


class PlanContent(Content):
    key = ("plan",)

    plan = Identified(Plan, verbose_name=_("code"))
    title_en, title_zh_hant, title_zh_hans = texts(_("title"), max_length=300)
    vision_en, vision_zh_hant, vision_zh_hans = texts(_("vision"), blank=True)
    mission_en, mission_zh_hant, mission_zh_hans = texts(_("mission"), blank=True)
    caution_en, caution_zh_hant, caution_zh_hans = texts(_("caution about its figures"), blank=True)
    caution_source = models.CharField(_("source of the caution"), max_length=80, blank=True, default="")
    publisher = Identified(Office, verbose_name=_("published by"))
    published_on = models.DateField(_("published on"))
    unofficial = models.JSONField(
        _("languages not in the government's own wording"), default=list, blank=True
    )
    sources = models.JSONField(_("sources"), default=list, blank=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.title_en


class PlanVersion(PlanContent, Version):
    class Meta:
        constraints = [
            Version.once_a_publication("plan"),
            said_in_some_language("plan_title_said", "title_en", "title_zh_hant", "title_zh_hans"),
        ]
        verbose_name = _("plan")
        verbose_name_plural = _("plan")


class PlanEntry(PlanContent, Entry):
    pass


register(PlanVersion, PlanEntry)
