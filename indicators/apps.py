from django.apps import AppConfig


class IndicatorsConfig(AppConfig):
    name = "indicators"

    def ready(self):
        from blueprint.publishing import derivations

        from .assessing import assess_touched

        derivations.append(assess_touched)
