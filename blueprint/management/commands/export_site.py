from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from blueprint.exporting import ExportFailed, export_site

WIDTH = 30


class Command(BaseCommand):
    help = (
        "Writes the whole public site, as it stands now, to a folder of files that any web server can serve. "
        "All of it, or nothing: the folder is either new, empty, or an earlier export, which is replaced."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)

    def handle(self, *, folder, **options):
        try:
            archive = export_site(Path(folder), progress=self.show)
        except ExportFailed as fault:
            raise CommandError(f"Nothing was exported. {fault}") from None
        if archive.absent:
            self.stdout.write(f"Not there yet, and so not exported: {', '.join(map(str, archive.absent))}")
        self.stdout.write(
            f"Exported publication {archive.moment.number} to {folder}: {archive.count} files, as MANIFEST.sha256 lists them."
        )

    def show(self, done, known, address):
        """A bar where somebody watches; else a line now and then."""
        if self.stderr.isatty():
            bar = "#" * (WIDTH * done // known)
            end = "\n" if done == known else ""
            self.stderr.write(f"\r[{bar:<{WIDTH}}] {done} of {known} {address[:60]:<60}", ending=end)
        elif done % 100 == 0 or done == known:
            self.stderr.write(f"{done} of {known} addresses")
