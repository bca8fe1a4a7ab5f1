from django.apps import AppConfig
from django.core.cache import caches
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


def put_rules_in_place(using, **kwargs):
    """After each migrate: triggers, the head row and the cache table that limits of sign-in stand in."""
    from django.core.management import call_command
    from django.db import connections

    from . import triggers
    from .models import Head

    connection = connections[using]
    if Head._meta.db_table in connection.introspection.table_names():
        Head.objects.using(using).get_or_create(id=1)
        triggers.install(connection)
        if caches["default"].__class__.__name__ == "DatabaseCache":
            call_command("createcachetable", database=using, verbosity=0)


class BlueprintConfig(AppConfig):
    name = "blueprint"
    verbose_name = _("Blueprint progress")

    def ready(self):
        from . import accounts, checkpoints, public_reads, publishing

        # After the last app that has tables: by then all of them are there.
        last = [config for config in self.apps.get_app_configs() if config.models_module][-1]
        post_migrate.connect(put_rules_in_place, sender=last, dispatch_uid="put_rules_in_place")
        connection_created.connect(public_reads.restrain, dispatch_uid="restrain")
        publishing.derivations.append(checkpoints.sign_publication)
        accounts.listen()
