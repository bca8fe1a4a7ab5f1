from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from blueprint.nouns import Change
from blueprint.publishing import publish
from indicators.invented import PREFIX, UNITS, Invented, invented
from indicators.models import Indicator, StageVersion, UnitVersion
from strategies.models import StrategyVersion

FIGURES_IN_ONE, REVISIONS_IN_ONE = 4000, 500


class Command(BaseCommand):
    help = (
        "Adds invented indicators and figures to the loaded plan, by real publications, to see how the site bears "
        "them. What is published stays: run it on a database that can be thrown away, never on one that people use."
    )

    def add_arguments(self, parser):
        parser.add_argument("--indicators", type=int, required=True, metavar="N")
        parser.add_argument("--observations", type=int, required=True, metavar="N")

    def handle(self, *, indicators, observations, **options):
        if settings.SECURE:
            raise CommandError("SITE_URL is one of https: invented figures have no place on a real site.")
        if indicators < 1 or observations < indicators:
            raise CommandError("Ask for one indicator or more, and for one observation of each or more.")
        self.done, self.wanted, self.rows = 0, observations, self.plan(indicators, observations)
        self.publish("Invented indicators", "mixed", self.rows, Invented.description, 500)
        self.publish("Invented figures", "figures", self.rows, Invented.series, FIGURES_IN_ONE)
        self.publish("Invented revisions", "figures", self.rows, Invented.revised, REVISIONS_IN_ONE)
        self.publish("Invented new targets", "targets", self.rows, Invented.retargeted, REVISIONS_IN_ONE)
        self.stdout.write(f"Published: {indicators} indicators, {self.done} observations.")

    def plan(self, indicators: int, observations: int) -> list[Invented]:
        strategies = list(
            StrategyVersion.objects.order_by("number").values_list("strategy", flat=True).distinct()
        )
        missing = {"first", "second"} - set(StageVersion.objects.values_list("stage", flat=True))
        missing |= set(UNITS) - set(UnitVersion.objects.values_list("unit", flat=True))
        if missing or not strategies:
            raise CommandError("Load the plan first: load_blueprint fixtures/blueprint.")
        if Indicator.objects.filter(code__startswith=PREFIX).exists():
            raise CommandError("This database has its invented figures already. Take a fresh one for others.")
        return invented(
            indicators=indicators,
            observations=observations,
            strategies=strategies,
            offices=["ITC", "DPO", "InvestHK"],
        )

    def publish(self, title, kind, rows, changes_of, at_least):
        """One publication for each so many changes; what belongs to one indicator stays together."""
        waiting: list[Change] = []
        for number, row in enumerate(rows, start=1):
            waiting += changes_of(row)
            if waiting and (len(waiting) >= at_least or number == len(rows)):
                publish(waiting, kind=kind, title={"en": f"{title}, up to {row.code}"})
                self.done += sum(change.noun.name == "observation" for change in waiting)
                waiting = []
                self.say(title)

    def say(self, title):
        self.stdout.write(f"\r{title}: {self.done} of {self.wanted} observations ", ending="")
        self.stdout.flush()
