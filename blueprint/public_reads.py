"""Public addresses read public tables only, through a connection that can do no more. Anything else is an error.

While a public address is answered, the router sends what is public to the connection ``public`` and raises on any
other read and on every write: what would have been a leak is a page that breaks in the tests.
"""

import functools
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models

from .middleware import OPEN_FORMS, SIGNED_IN_AREA

# For those who run the site: they say how the machinery is, and nothing of what it holds.
OPERATIONS = re.compile(r"/(livez|readyz|metrics)$")

_held: ContextVar[bool] = ContextVar("public_reads", default=False)


class NotPublic(RuntimeError):
    """A public address asked for what is not public, or would have written. A fault of ours, never of the visitor."""


def is_public_address(path: str) -> bool:
    return not (SIGNED_IN_AREA.match(path) or OPERATIONS.match(path) or OPEN_FORMS.match(path))


def reading_for_the_public() -> bool:
    return _held.get()


@contextmanager
def public_reads() -> Iterator[None]:
    token = _held.set(True)
    try:
        yield
    finally:
        _held.reset(token)


# What is public


@functools.cache
def public_models() -> frozenset[type[models.Model]]:
    """Identities and versions of every noun, and the publications and signatures that they are owed to."""
    from .models import Checkpoint, Head, Identity, LedgerKey, PersonName, Publication, Version

    alone = {Checkpoint, Head, LedgerKey, PersonName, Publication}
    return frozenset(m for m in apps.get_models() if issubclass(m, (Identity, Version)) or m in alone)


@functools.cache
def public_tables() -> frozenset[str]:
    return frozenset(model._meta.db_table for model in public_models())


class Router:
    """Which connection a query takes. So nobody writes ``.using("public")``."""

    def db_for_read(self, model, **hints):
        if not reading_for_the_public():
            return "default"
        if model._meta.concrete_model not in public_models():
            raise NotPublic(f"A public address asks for {model._meta.label}, which is not public.")
        return settings.PUBLIC_ALIAS

    # Django asks this also when an object that is never stored is given a relation. Where something would in
    # truth be written, the public connection refuses it.
    db_for_write = db_for_read

    def allow_relation(self, *objects, **hints):
        return True

    def allow_migrate(self, db, app_label, **hints):
        return db == "default"


# How long it holds


class PublicReadsMiddleware:
    """Holds for all that is done in answering a public address, and for each piece of a stream."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if not is_public_address(request.path_info):
            return self.get_response(request)
        with public_reads():
            response = self.get_response(request)
        if response.streaming:
            response.streaming_content = each_held(response.streaming_content)
        return response


def each_held(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Between two pieces the thread may belong to others, so it is not held there."""
    rest = iter(pieces)
    nothing_left = object()
    while True:
        with public_reads():
            piece: Any = next(rest, nothing_left)
        if piece is nothing_left:
            return
        yield piece


class PublicReads:
    """Around the whole application: holds from the first byte asked until the answer is closed.

    The middleware alone would not reach what answers before Django, nor what is done when an answer is closed.
    """

    def __init__(self, application: Callable):
        self.application = application

    def __call__(self, environ, start_response):
        # Said for every request: a thread that was never given its answer back to close starts anew.
        _held.set(is_public_address(environ.get("PATH_INFO", "")))
        try:
            return HeldAnswer(self.application(environ, start_response))
        except BaseException:
            _held.set(False)
            raise


class HeldAnswer:
    def __init__(self, answer):
        self.answer = answer
        self.streaming = getattr(answer, "streaming", True)

    def __iter__(self):
        return iter(self.answer)

    def close(self):
        try:
            if hasattr(self.answer, "close"):
                self.answer.close()
        finally:
            _held.set(False)


# The connections


def restrain(*, connection, **kwargs) -> None:
    """As each connection opens: the public one can do no more than read public tables, and no other serves them.

    On PostgreSQL the role of the public connection sees to the first; a file of SQLite knows no roles.
    """
    if connection.alias == "public":
        if connection.vendor == "sqlite":
            connection.connection.set_authorizer(only_public_reads)
    elif connection.alias != settings.PUBLIC_ALIAS and refuse_the_public not in connection.execute_wrappers:
        connection.execute_wrappers.append(refuse_the_public)


def refuse_the_public(execute, sql, params, many, context):
    """Also for what passes by the router: SQL written by hand, transactions, ``.using("default")``."""
    if reading_for_the_public():
        raise NotPublic("A public address uses the connection that sees everything.")
    return execute(sql, params, many, context)


HARMLESS = {
    sqlite3.SQLITE_SELECT,
    sqlite3.SQLITE_FUNCTION,
    sqlite3.SQLITE_RECURSIVE,
    sqlite3.SQLITE_TRANSACTION,
}


def only_public_reads(action, first, second, database, inside) -> int:
    """SQLite asks this of every table and column when it prepares a statement."""
    allowed = first in public_tables() if action == sqlite3.SQLITE_READ else action in HARMLESS
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY
