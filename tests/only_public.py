"""In every test, what a public address asks of the database is asked with the rights of the public, and no more.

Rows of a test are seldom committed, so a second connection would not see them: public addresses read through
`default` here, and each of their queries lowers its rights for as long as it runs.
"""

from contextlib import suppress

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.signals import connection_created

from blueprint import roles
from blueprint.public_reads import only_public_reads, reading_for_the_public


def read_through_default():
    """Before any connection is made: as if there were no other."""
    settings.PUBLIC_ALIAS = "default"
    del settings.DATABASES["public"]
    connection_created.connect(lower_rights, dispatch_uid="lower_rights")


def lower_rights(*, connection, **kwargs):
    wrapper = with_public_role if connection.vendor == "postgresql" else with_authorizer
    if connection.alias == "default" and wrapper not in connection.execute_wrappers:
        connection.execute_wrappers.append(wrapper)


def with_authorizer(execute, sql, params, many, context):
    if not reading_for_the_public():
        return execute(sql, params, many, context)
    sqlite = context["connection"].connection
    sqlite.set_authorizer(only_public_reads)
    try:
        return execute(sql, params, many, context)
    finally:
        sqlite.set_authorizer(None)


def with_public_role(execute, sql, params, many, context):
    if not reading_for_the_public():
        return execute(sql, params, many, context)
    role = roles.public_role(context["connection"].settings_dict["NAME"])
    with context["connection"].connection.cursor() as cursor:
        cursor.execute(f'SET ROLE "{role}"')
        try:
            return execute(sql, params, many, context)
        finally:
            # In a transaction that has failed nothing runs; its end takes the role off.
            with suppress(Exception):
                cursor.execute("RESET ROLE")


def make_roles():
    """Those of this test database, once it is there."""
    if connection.vendor == "postgresql":
        name = connection.settings_dict["NAME"]
        for role in (roles.app_role(name), roles.public_role(name)):
            with suppress(DatabaseError):
                roles.make_role(connection, role)
        roles.put_rights_in_place(connection, app=roles.app_role(name), public=roles.public_role(name))
