"""The mails of a demonstration are kept and shown to whoever is signed in; elsewhere the address does not exist."""

import re

import pytest
from django.core.mail import EmailMessage, get_connection
from django.test import Client

from blueprint.accounts import deliver
from blueprint.permissions import Role
from tests.factories import UserFactory
from tests.reading import content

pytestmark = pytest.mark.django_db

KEY = "/accounts/password/reset/key/1-abc-0123456789/"


@pytest.fixture
def demo(settings, tmp_path):
    settings.VAR_DIR = tmp_path
    settings.KEEPS_MAILS = True
    settings.EMAIL_BACKEND = "blueprint.demo_mails.KeepingBackend"


def signed_in(user=None):
    client = Client()
    client.force_login(user or UserFactory(role=Role.OFFICIAL))
    return client


def keep(to="somebody@example.org", subject="進度 <b>", body="A line.\n"):
    EmailMessage(subject, body, to=[to]).send()


def mail_page(client):
    page = content(client.get("/demo/mails/")).decode()
    (link,) = re.findall(r'href="(/demo/mails/\d[^"]*)"', page)
    return client.get(link)


def test_mail_is_kept_whole_and_shown_as_text(demo):
    keep(body="A line with <script>.\n")

    page = content(mail_page(signed_in())).decode()

    assert "進度 &lt;b&gt;" in page
    assert "A line with &lt;script&gt;." in page
    assert "somebody@example.org" in page


def test_newest_stands_first(demo):
    get_connection().send_messages([EmailMessage(f"No. {n}", "x", to=["a@b.org"]) for n in (1, 2, 3)])

    page = content(signed_in().get("/demo/mails/")).decode()

    assert page.index("No. 3") < page.index("No. 2") < page.index("No. 1")


def test_link_that_sets_a_password_is_shown_to_its_addressee_only(demo):
    owner = UserFactory(role=Role.ADMINISTRATOR)
    link = f"http://127.0.0.1:8000{KEY}?language=en"
    deliver("account/email/password_reset_key", owner.email, {"user": owner, "password_reset_url": link})

    assert KEY in content(mail_page(signed_in(owner))).decode()
    other = content(mail_page(signed_in())).decode()
    assert "abc-0123456789" not in other
    assert "(shown to its addressee only)" in other


def test_visitor_is_led_to_sign_in(client, demo):
    keep()

    answer = client.get("/demo/mails/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/accounts/login/?next=/demo/mails/")


@pytest.mark.parametrize("path", ["/demo/mails/", "/demo/mails/1234567890123456-0/"])
def test_address_does_not_exist_where_mail_is_sent(path):
    assert signed_in().get(path).status_code == 404


@pytest.mark.parametrize("name", ["..", "nothing", "1234567890123456-0", "%2e%2e%2fsecret-key"])
def test_name_of_no_mail_opens_nothing(demo, name):
    assert signed_in().get(f"/demo/mails/{name}/").status_code == 404
