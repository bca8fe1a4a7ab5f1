import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from blueprint import checkpoints
from blueprint.models import LedgerKey


class Command(BaseCommand):
    help = "Readies an installation to be served: tables, data, demo accounts, static files."

    def handle(self, *args, **options):
        """One process for all of it, since each start of Django takes most of a second."""
        if unapplied_migrations():
            call_command("migrate", interactive=False, verbosity=options["verbosity"])
        self.ready_ledger_key()
        call_command("load_blueprint", settings.BASE_DIR / "fixtures" / "blueprint")
        if settings.DEMO:
            call_command("make_demo")
        self.collect_static(options["verbosity"])

    def ready_ledger_key(self):
        """In production a key is made by a person who knows of it (see rotate_ledger_key)."""
        if not settings.SECURE and not LedgerKey.objects.exists():
            self.stdout.write(f"The ledger's key: {checkpoints.make_key().verifier}")
        checkpoints.sign_outstanding()

    def collect_static(self, verbosity):
        mark = settings.VAR_DIR / "static.digest"
        digest = static_digest()
        if not mark.exists() or mark.read_text() != digest:
            call_command("collectstatic", interactive=False, clear=True, verbosity=verbosity)
            mark.write_text(digest)


def unapplied_migrations():
    executor = MigrationExecutor(connection)
    return executor.migration_plan(executor.loader.graph.leaf_nodes())


def static_digest() -> str:
    """A digest of what there is to collect and how: compressing it anew takes seconds."""
    described = [str(settings.STORAGES["staticfiles"])]
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            described.append(f"{name} {stat.st_size} {stat.st_mtime_ns}")
    return hashlib.sha256("\n".join(sorted(described)).encode()).hexdigest()
