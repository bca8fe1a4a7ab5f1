from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    name = "indicators"
    verbose_name = _("Indicators")

    def ready(self):
        from blueprint import verifying
        from blueprint.publishing import derivations

        from . import assessing, rederiving

        derivations.append(assessing.assess_touched)
        verifying.derived += [rederiving.ASSESSMENTS, rederiving.SUMMARIES]
