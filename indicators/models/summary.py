from django.db import models
from django.utils.translation import gettext_lazy as _

from blueprint.models import Identified, Version
from strategies.models import Strategy


class Summary(Version):
    """How all indicators of a strategy stand from a publication on, whatever the date: one row to read by key.

    Derived, never entered (see ``indicators.summaries``). A page that speaks of every indicator reads the newest
    row of each strategy, however many indicators and publications there are. Without a strategy: the indicators
    that have figures or targets while no publication has named them yet.
    """

    key = ("strategy",)

    strategy = Identified(Strategy, null=True, verbose_name=_("strategy"))
    # {indicator: {"class", "office", "latest", "next": [period, due on], "targets": as JSON, each
    # [stage, end of the due period, rule, status, reading], in the order of time}}
    indicators = models.JSONField(default=dict)

    class Meta:
        constraints = [Version.once_a_publication("strategy")]
        verbose_name = _("summary")
        verbose_name_plural = _("summaries")

    def __str__(self):
        return f"{self.strategy_id}: {len(self.indicators)}"
