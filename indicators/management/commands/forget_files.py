from django.core.management.base import BaseCommand

from blueprint.clock import database_now
from indicators.evidence.keeping import forget_files


class Command(BaseCommand):
    help = (
        "Removes files sent with figures that for thirty days have belonged to no release or to withdrawn ones only. "
        "What is public stays. Run it every night."
    )

    def handle(self, **options):
        self.stdout.write(f"Files removed: {forget_files(now=database_now())}.")
