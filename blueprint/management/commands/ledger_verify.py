from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from blueprint import checkpoints, verifying
from blueprint.models import Head
from blueprint.outsider import verify as script


class Command(BaseCommand):
    help = (
        "Holds the ledger, its tree, its signed checkpoints and every public table against each other, or with --file "
        "a downloaded ledger against kept checkpoints. Names what differs and then exits with 1."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--file", type=Path, help="a downloaded entries.jsonl, checked instead of the database"
        )
        parser.add_argument(
            "--checkpoint",
            type=Path,
            nargs="+",
            default=[],
            metavar="FILE",
            help="files with one or more checkpoints that were kept",
        )
        parser.add_argument(
            "--whole-history",
            action="store_true",
            help="make the assessments of every publication anew, not only those that stand; as slow as publishing it all",
        )

    def handle(self, *, file, checkpoint, whole_history, **options):
        try:
            keys = script.read_keys("\n".join(map(str, checkpoints.verifiers())))
            kept = script.read_kept(checkpoint, keys)
            if file:
                for line in script.verify(file, kept, keys):
                    self.stdout.write(line)
                return
        except (script.Fault, OSError, ValueError) as fault:
            raise CommandError(f"DOES NOT AGREE: {fault}") from None
        self.check_database(kept, whole_history)

    def check_database(self, kept, whole_history):
        found = next(verifying.differences(kept, whole_history=whole_history), None)
        if found:
            raise CommandError(f"DOES NOT AGREE: {found}")
        self.stdout.write(
            f"{Head.objects.get()} publications: leaves, chain, tree, checkpoints and public tables agree."
        )
        if reason := checkpoints.trouble():
            self.stdout.write(f"But newer publications are not signed: {reason}.")
