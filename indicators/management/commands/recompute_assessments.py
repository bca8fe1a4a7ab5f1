import json
from collections.abc import Iterator

from django.core.management.base import BaseCommand, CommandError

from blueprint.models import Publication
from blueprint.verifying import LEAVES, row_differences
from indicators.models import Assessment
from indicators.progress import METHOD
from indicators.rederiving import ASSESSMENTS, assessments_made_by


class Command(BaseCommand):
    help = (
        "Judges every indicator anew as each publication left it, and holds the answers against those that were "
        "stored then. Names every difference and then ends with 1."
    )

    def handle(self, **options):
        self.publications = self.judged = 0
        found = list(self.differences())
        for difference in found:
            self.stderr.write(difference)
        done = f"Recomputed {self.judged} assessments at {self.publications} publications, by version {METHOD} of the method"
        if found:
            raise CommandError(f"{done}. Differences: {len(found)}.")
        self.stdout.write(f"{done}: no difference.")

    def differences(self) -> Iterator[str]:
        """At every publication, those that touched no indicator too: such a one must have stored nothing."""
        publications = Publication.objects.order_by("number").defer("tree_nodes")
        for publication in publications.iterator(chunk_size=LEAVES):
            changes = json.loads(bytes(publication.leaf))["changes"]
            made = assessments_made_by(publication.number, changes)
            stored = Assessment.objects.filter(publication=publication)
            self.publications, self.judged = self.publications + 1, self.judged + len(made)
            for difference in row_differences(ASSESSMENTS, made, stored):
                yield f"At publication {publication.number}: {difference}"
