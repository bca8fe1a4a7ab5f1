from django.core.management.base import BaseCommand, CommandError

from blueprint import checkpoints
from blueprint.models import LedgerKey


class Command(BaseCommand):
    help = (
        "Makes a new key for the ledger's checkpoints, in the place of the one in LEDGER_KEY_FILE. The checkpoint "
        "of the newest publication is signed by both. Checkpoints of old keys stay valid."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--without-old-key",
            action="store_true",
            help="the ledger has no key yet, or its key was lost: no earlier key vouches for the new one",
        )

    def handle(self, *, without_old_key, **options):
        try:
            made = checkpoints.make_key() if without_old_key else checkpoints.rotate_key()
        except checkpoints.NoKey as reason:
            known = "It was lost" if LedgerKey.objects.exists() else "There was none"
            raise CommandError(f"Nothing was changed: {reason}. ({known}: --without-old-key)") from None
        except OSError as fault:
            raise CommandError(f"Nothing was changed, since the key cannot be stored: {fault}") from None
        self.stdout.write(f"New key: {made.verifier}")
        self.stdout.write("Tell those who keep checkpoints; it stands at /ledger/key.")
