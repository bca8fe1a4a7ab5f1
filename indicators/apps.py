from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    name = "indicators"
    verbose_name = _("Indicators")

    def ready(self):
        from blueprint.publishing import derivations

        from .assessing import assess_touched

        derivations.append(assess_touched)
