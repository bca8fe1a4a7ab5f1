"""The clock publishes what is due: once, whole, whoever else does so at the same moment."""

import datetime

import pytest
from django.core.management import call_command

from blueprint.clock import database_now
from blueprint.models import Publication, Release
from tests.factories import approved_release, change, publish_indicator


def scheduled(seconds, **fields):
    release = approved_release(**fields)
    return release


def test_x(db):
    publish_indicator()
    r = approved_release(due_in=-1)
    call_command("publish_due")
    r.refresh_from_db()
    assert r.state == "published"
    print(Publication.objects.get(pk=r.publication_id).leaf)
