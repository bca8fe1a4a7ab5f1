from django.core.management.base import BaseCommand

from blueprint.clock import database_now
from indicators.reminders import send_reminders


class Command(BaseCommand):
    help = (
        "Tells people of figures that are due, due within a week, or late: of each period once. "
        "The jobs process does so each morning by itself."
    )

    def handle(self, **options):
        self.stdout.write(f"Told: {send_reminders(now=database_now())}.")
