from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class IndicatorsConfig(AppConfig):
    name = "indicators"
    verbose_name = _("Indicators")

    def ready(self):
        from blueprint import verifying
        from blueprint.publishing import derivations

        from . import assessing, rederiving
        from .evidence.publishing import file_differences, place_files

        derivations += [assessing.assess_touched, place_files]
        verifying.kept_beside.append(file_differences)
        verifying.derived += [rederiving.ASSESSMENTS, rederiving.SUMMARIES]
