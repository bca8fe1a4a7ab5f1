from django.core.management.base import BaseCommand

from blueprint.clock import database_now
from blueprint.reporting import forget_addresses


class Command(BaseCommand):
    help = (
        "Takes the e-mail addresses of readers away, twelve months after their reports were answered or closed. "
        "Run it every night."
    )

    def handle(self, **options):
        forgotten = forget_addresses(now=database_now())
        self.stdout.write(f"E-mail addresses removed: {forgotten}.")
