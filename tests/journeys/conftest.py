import datetime

import pytest

from blueprint.clock import database_now
from blueprint.models import Office, Publication
from blueprint.permissions import OFFICE_ROLES, Role
from committee.models import Committee, Cycle
from tests.factories import PASSWORD, UserFactory
from tests.plan import load_plan


@pytest.fixture
def loaded_site(transactional_db, live_server):
    """The real plan on a running server, in real transactions."""
    load_plan()
    return live_server


@pytest.fixture
def people(loaded_site):
    """Somebody of every role, those of offices from ITC, and the fifth meeting of the committee in preparation."""
    Cycle.objects.create(
        number=5,
        committee=Committee.objects.get(),
        meets_on=datetime.date(2027, 3, 1),
        cut_off=Publication.objects.head(),
        opened_at=database_now(),
    )
    itc = Office.objects.get(pk="ITC")
    return {role: UserFactory(role=role, office=itc if role in OFFICE_ROLES else None) for role in Role}


@pytest.fixture
def sign_in(open_page):
    """A browser of this person's own, signed in and sent on to an address."""

    def sign_in(user, address, **options):
        page = open_page(**options)
        page.goto(address)
        page.fill("[name=login]", user.email)
        page.fill("[name=password]", PASSWORD)
        page.click("main form button")
        return page

    return sign_in
