import secrets

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from blueprint import roles


class Command(BaseCommand):
    help = (
        "Makes the two roles that the site runs under and puts their rights in place (PostgreSQL, as the owner of the "
        "tables). Run it again after every migrate. Passwords are made and printed for a role that is new."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--new-passwords", action="store_true", help="also for roles that are there: the old ones end now"
        )

    def handle(self, *, new_passwords, **options):
        if connection.vendor != "postgresql":
            raise CommandError("SQLite knows no roles; there is nothing to make.")
        name = connection.settings_dict["NAME"]
        made = {"DATABASE_URL": roles.app_role(name), "PUBLIC_DATABASE_URL": roles.public_role(name)}
        with transaction.atomic():
            for variable, role in made.items():
                self.make(variable, role, new_passwords=new_passwords)
            roles.put_rights_in_place(connection, app=roles.app_role(name), public=roles.public_role(name))
        self.stderr.write(f"Rights are in place for {len(roles.tables_of(connection))} tables.")

    def make(self, variable, role, *, new_passwords):
        there = roles.role_exists(connection, role)
        if not there:
            roles.make_role(connection, role)
        if there and not new_passwords:
            self.stderr.write(f"{role} is there and keeps its password.")
            return
        password = secrets.token_urlsafe(24)
        roles.set_password(connection, role, password)
        self.stdout.write(f"{variable}={address(role, password)}")


def address(role, password):
    place = settings.DATABASES["default"]
    port = f":{place['PORT']}" if place["PORT"] else ""
    return f"postgres://{role}:{password}@{place['HOST']}{port}/{connection.settings_dict['NAME']}"
