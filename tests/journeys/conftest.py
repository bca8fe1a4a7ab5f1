import io

import pytest
from django.conf import settings
from django.core.management import call_command

from tests.factories import PASSWORD


@pytest.fixture
def loaded_site(transactional_db, live_server):
    """The real plan on a running server, in real transactions."""
    call_command("load_blueprint", settings.BASE_DIR / "fixtures" / "blueprint", stdout=io.StringIO())
    return live_server


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
