from django.core.management.base import BaseCommand, CommandError

from blueprint.invariants import check_invariants, checks


class Command(BaseCommand):
    help = (
        "Checks what must hold of the database whatever happened to it. Names each violation and ends with 1."
    )

    def handle(self, *args, **options):
        found = check_invariants()
        if found:
            raise CommandError("\n".join([f"Violations: {len(found)}.", *map(str, found)]))
        names = sorted({name for name, _check in checks}, key=lambda name: int(name[1:]))
        self.stdout.write(f"{', '.join(names)} hold.")
