from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from blueprint.clock import today
from blueprint.loading.checks import check_files
from blueprint.loading.difference import Difference, difference, lacks_reason, lines, propose, unsaid
from blueprint.loading.first import AlreadyLoaded, publish_plan
from blueprint.loading.publications import planned_publications
from blueprint.loading.reader import Fault
from blueprint.loading.schema import Files, read_folder
from blueprint.models import User
from blueprint.permissions import Permission


class Command(BaseCommand):
    help = (
        "Loads a plan from a folder of data files (see fixtures/README.md). The first time it publishes all of it; "
        "after that it shows what the files say otherwise than the site, and proposes it where asked to."
    )
    # Addresses and templates have no part in loading, and checking them takes longer than comparing a plan.
    requires_system_checks = ()

    def add_arguments(self, parser):
        parser.add_argument(
            "path", type=Path, help="the folder that holds blueprint.yaml and the other files"
        )
        parser.add_argument("--propose-as", metavar="EMAIL", help="whose draft release the changes are to be")

        parser.add_argument(
            "--reason", default="", help="why published texts change; it is published with them"
        )

    def handle(self, *, path, propose_as=None, reason="", **options):
        files = read_plan(Path(path))
        planned = planned_publications(files)
        try:
            count = publish_plan(planned)
        except AlreadyLoaded:
            return self.compare(planned, files, propose_as, reason.strip())
        self.stdout.write(f"Loaded: {count} publications.")

    def compare(self, planned, files, email, reason):
        found = difference(planned)
        for line in lines(found):
            self.stdout.write(line)
        refuse(unsaid(found.altered, files))
        if not found.altered:
            self.stdout.write("Nothing to change.")
        elif email:
            self.propose(found, proposer(email), reason)
        else:
            self.stdout.write(
                f"Things that would change: {len(found.altered)}. Nothing was stored. "
                "To propose this as a draft release, run it again with --propose-as EMAIL."
            )

    def propose(self, found: Difference, user: User, reason: str):
        if lacks_reason(found.altered) and not reason:
            raise CommandError("Published texts would change. Say why with --reason. Nothing was stored.")
        release, is_new = propose(found.altered, by=user, reason=reason)
        if is_new:
            self.stdout.write(f"Proposed as draft release {release.pk}. Another person approves it.")
        else:
            self.stdout.write(f"Already proposed: release {release.pk}. Nothing was stored.")


def read_plan(folder: Path) -> Files:
    if not folder.is_dir():
        raise CommandError(f"{folder} is not a folder. Name the folder that holds blueprint.yaml.")
    files, faults = read_folder(folder)
    check_files(files, today=today())
    refuse(faults)
    return files


def refuse(faults: list[Fault]) -> None:
    if faults:
        found = sorted(set(faults))
        raise CommandError("\n".join([f"Faults: {len(found)}. Nothing was stored.", *map(str, found)]))


def proposer(email: str) -> User:
    user = User.objects.filter(email__iexact=email, is_active=True).first()
    if user is None or not user.may(Permission.PROPOSE_TEXTS):
        raise CommandError(
            f"{email} is not the address of somebody who may propose texts. Nothing was stored."
        )
    return user
