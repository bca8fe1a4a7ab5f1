import re
import statistics
import time

import pytest
from django.conf import settings
from django.urls import reverse

from blueprint.models import Event
from blueprint.permissions import Role
from tests.factories import PASSWORD, OfficeFactory, UserFactory
from tests.reading import LANGUAGE_TAGS

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
MISMATCH = "No account has this e-mail address and this password together."
LIMIT = "There were too many tries that failed"


def sign_in(client, email, password=PASSWORD, address="192.0.2.1", **headers):
    return client.post(LOGIN, {"login": email, "password": password}, REMOTE_ADDR=address, **headers)


def fail(client, email, times, **how):
    return [sign_in(client, email, "not the password", **how) for _ in range(times)]


def events(verb, **fields):
    return list(
        Event.objects.filter(verb=verb, **fields).order_by("pk").values_list("actor", "refused", "detail")
    )


def body_of(response, email):
    """A page without what differs in every answer, and without the address that was tried."""
    text = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", response.content.decode())
    return text.replace(email, "")


def later(monkeypatch, seconds):
    now = time.time
    monkeypatch.setattr(time, "time", lambda: now() + seconds)


# Who comes in, and where to


@pytest.mark.parametrize(
    ("role", "place"),
    [
        (Role.OFFICIAL, "/en/desk/"),
        (Role.APPROVER, "/en/desk/"),
        (Role.HEAD, "/en/desk/"),
        (Role.PUBLISHER, "/en/desk/"),
        (Role.MEMBER, "/en/room/"),
        (Role.CHAIR, "/en/room/"),
        (Role.SECRETARY, "/en/room/"),
        (Role.AUDITOR, "/en/desk/"),
        (Role.ADMINISTRATOR, "/admin/"),
    ],
)
def test_sign_in_leads_to_ones_own_work(client, role, place):
    user = UserFactory(role=role)

    response = sign_in(client, user.email)

    assert (response.status_code, response["Location"]) == (302, place)
    assert client.get(LOGIN)["Location"] == place


def test_sign_in_is_recorded_with_its_address(client):
    user = UserFactory()

    sign_in(client, user.email)

    assert events("sign_in") == [(user.pk, False, {"address": "192.0.2.1"})]


def test_sign_in_takes_the_address_in_any_case(client):
    user = UserFactory(email="ada@example.org")

    assert sign_in(client, "Ada@Example.ORG").status_code == 302
    assert client.session["_auth_user_id"] == str(user.pk)


def test_account_made_with_capital_letters_can_sign_in(client, django_user_model):
    django_user_model.objects.create_user(
        "Ada.Wong@Example.org", PASSWORD, name="Ada", role=Role.OFFICIAL, office=OfficeFactory()
    )

    assert sign_in(client, "Ada.Wong@Example.org").status_code == 302


def test_A05_session_key_changes_at_sign_in(client):
    user = UserFactory()
    session = client.session
    session["planted"] = "by somebody else"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = planted = session.session_key

    sign_in(client, user.email)

    assert client.cookies[settings.SESSION_COOKIE_NAME].value != planted
    client.cookies[settings.SESSION_COOKIE_NAME] = planted
    assert client.get("/en/desk/").status_code == 302


def test_sign_up_does_not_exist(client):
    assert client.get("/accounts/signup/").status_code == 404
    assert client.post("/accounts/signup/", {"email": "new@example.org"}).status_code == 404


def test_remembering_is_not_offered(client):
    user = UserFactory()

    client.post(LOGIN, {"login": user.email, "password": PASSWORD, "remember": "on"})

    assert client.cookies[settings.SESSION_COOKIE_NAME]["max-age"] == ""


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_sign_in_page_speaks_the_language_of_the_page_before(client, language):
    for query in (f"language={language}", f"next=/{language}/desk/"):
        response = client.get(f"{LOGIN}?{query}", HTTP_ACCEPT_LANGUAGE="en")

        assert f'<html lang="{LANGUAGE_TAGS[language]}">' in response.content.decode()
        assert response["Content-Language"] == language


def test_sign_in_page_ties_errors_to_their_fields(client):
    page = client.post(LOGIN, {"login": "nonsense", "password": ""}).content.decode()

    assert "<title>Error: Sign in · Blueprint progress</title>" in page
    for field in ("login", "password"):
        assert re.search(rf'<label for="id_{field}">', page)
        assert re.search(rf'<p class="error" id="id_{field}_error">[^<]+</p>', page)
        assert re.search(rf'<input [^>]*id="id_{field}"[^>]*aria-describedby=" ?id_{field}_error"', page)
        assert re.search(rf'<input [^>]*id="id_{field}"[^>]*aria-invalid="true"', page)


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://evil.example/", "//evil.example/", "///evil.example", "/\\evil.example", "javascript:alert(1)",
        "http://testserver/en/", "http:evil.example", "\x09//evil.example", "%2F%2Fevil.example",
    ],
)  # fmt: skip
def test_sign_in_never_leads_to_another_site(client, elsewhere):
    user = UserFactory()

    response = client.post(LOGIN, {"login": user.email, "password": PASSWORD, "next": elsewhere})

    assert response["Location"] == "/en/desk/"


def test_sign_in_leads_back_to_where_one_was_going(client):
    user = UserFactory()
    way = client.get("/zh-hant/desk/")

    response = client.post(
        way["Location"], {"login": user.email, "password": PASSWORD, "next": "/zh-hant/desk/"}
    )

    assert way["Location"] == f"{LOGIN}?next=/zh-hant/desk/"
    assert response["Location"] == "/zh-hant/desk/"


# Who is refused


def test_A13_unknown_address_and_wrong_password_are_answered_alike(client):
    user = UserFactory()

    wrong = sign_in(client, user.email, "not the password")
    unknown = sign_in(client, "nobody@example.org", "not the password")

    assert MISMATCH in wrong.content.decode()
    assert wrong.status_code == unknown.status_code == 200
    assert body_of(wrong, user.email) == body_of(unknown, "nobody@example.org")
    assert wrong.headers.keys() == unknown.headers.keys()


def test_A13_unknown_address_and_wrong_password_take_the_same_time(client, settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    user = UserFactory()
    took = {user.email: [], "nobody@example.org": []}

    for turn in range(12):
        for email, times in took.items():
            start = time.perf_counter()
            sign_in(client, email, "not the password", address=f"192.0.2.{turn}")
            times.append(time.perf_counter() - start)

    known, unknown = (statistics.median(times) for times in took.values())
    assert known == pytest.approx(unknown, rel=0.3)


def test_A13_deactivated_account_is_answered_as_a_wrong_password(client):
    user = UserFactory(is_active=False)

    right = sign_in(client, user.email)
    wrong = sign_in(client, user.email, "not the password")

    assert right.status_code == 200
    assert body_of(right, user.email) == body_of(wrong, user.email)
    assert "_auth_user_id" not in client.session


def test_refused_sign_in_is_recorded_without_what_was_typed(client):
    user = UserFactory()

    sign_in(client, user.email, "not the password")
    sign_in(client, "seven-grey-herons@typed-into-the-wrong.box", "x")

    assert events("sign_in") == [
        (user.pk, True, {"address": "192.0.2.1"}),
        (None, True, {"address": "192.0.2.1"}),
    ]


def test_sign_in_form_asks_for_json_in_vain(client):
    response = client.get(LOGIN, HTTP_ACCEPT="application/json", HTTP_X_REQUESTED_WITH="XMLHttpRequest")

    assert response["Content-Type"] == "text/html; charset=utf-8"


# How often


def test_A01_after_five_failures_the_right_password_waits_too(client, monkeypatch):
    user = UserFactory()

    answers = fail(client, user.email, 5)
    refused = sign_in(client, user.email)
    later(monkeypatch, 301)

    assert all(MISMATCH in answer.content.decode() for answer in answers)
    assert refused.status_code == 200
    assert LIMIT in refused.content.decode()
    assert events("sign_in")[-1] == (user.pk, True, {"address": "192.0.2.1", "reason": "limit"})
    assert sign_in(client, user.email).status_code == 302


def test_A01_the_limit_answers_alike_for_unknown_addresses(client):
    user = UserFactory()

    known = fail(client, user.email, 6)[-1]
    unknown = fail(client, "nobody@example.org", 6, address="192.0.2.2")[-1]

    assert LIMIT in known.content.decode()
    assert body_of(known, user.email) == body_of(unknown, "nobody@example.org")


def test_A01_right_passwords_do_not_use_the_limit_up(client):
    user = UserFactory()

    for _ in range(8):
        assert sign_in(client, user.email).status_code == 302
        client.post("/accounts/logout/")


def test_A01_twenty_tries_in_a_burst_hash_five_passwords(client):
    user = UserFactory()

    answers = fail(client, user.email, 20)

    assert [MISMATCH in answer.content.decode() for answer in answers] == [True] * 5 + [False] * 15


@pytest.mark.parametrize("host", ["testserver:1", "testserver:2", "TESTSERVER"])
def test_A01_another_port_in_the_host_does_not_escape_the_limit(client, host):
    user = UserFactory()
    fail(client, user.email, 5)

    assert LIMIT in sign_in(client, user.email, HTTP_HOST=host).content.decode()


def test_A02_five_failures_of_a_stranger_do_not_shut_the_owner_out(client):
    user = UserFactory()

    fail(client, user.email, 6, address="198.51.100.7")

    assert sign_in(client, user.email, address="192.0.2.1").status_code == 302


def test_A02_many_addresses_are_slowed_for_one_account_and_not_for_ever(client, monkeypatch):
    user = UserFactory()
    for last in range(30):
        fail(client, user.email, 1, address=f"198.51.100.{last}")

    refused = sign_in(client, user.email, address="203.0.113.1")
    later(monkeypatch, 3601)

    assert LIMIT in refused.content.decode()
    assert sign_in(client, user.email, address="203.0.113.1").status_code == 302


def test_A02_many_accounts_are_slowed_for_one_address(client):
    user = UserFactory()
    for number in range(10):
        fail(client, f"person-{number}@example.org", 1)

    assert LIMIT in sign_in(client, user.email).content.decode()
    assert sign_in(client, user.email, address="192.0.2.2").status_code == 302


def test_A02_a_flood_of_requests_is_429_in_plain_words(client):
    for _ in range(30):
        client.post(LOGIN)

    response = client.post(f"{LOGIN}?language=zh-hans", REMOTE_ADDR="127.0.0.1")

    assert response.status_code == 429
    assert '<html lang="zh-Hans">' in response.content.decode()
    assert client.get(LOGIN).status_code == 200


@pytest.mark.parametrize("name", ["HTTP_X_FORWARDED_FOR", "HTTP_X_REAL_IP", "HTTP_FORWARDED"])
def test_A04_headers_of_the_client_do_not_escape_the_limit(client, name):
    user = UserFactory()
    for last in range(5):
        fail(client, user.email, 1, **{name: f"198.51.100.{last}"})

    assert LIMIT in sign_in(client, user.email, **{name: "203.0.113.9"}).content.decode()
    assert {detail["address"] for _actor, _refused, detail in events("sign_in")} == {"192.0.2.1"}


def test_A04_behind_one_proxy_only_what_it_wrote_itself_counts(client, settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    user = UserFactory()

    sign_in(client, user.email, HTTP_X_FORWARDED_FOR="203.0.113.9, 198.51.100.5", address="10.0.0.1")

    assert events("sign_in") == [(user.pk, False, {"address": "198.51.100.5"})]


def test_limits_stand_in_the_database():
    assert settings.CACHES["default"]["BACKEND"] == "django.core.cache.backends.db.DatabaseCache"


# Other doors


def test_A07_admin_has_no_door_of_its_own(client):
    user = UserFactory(role=Role.ADMINISTRATOR)

    page = client.get("/admin/login/?next=/admin/")
    tried = client.post("/admin/login/", {"username": user.email, "password": PASSWORD})

    assert page["Location"] == f"{LOGIN}?next=/admin/"
    assert tried.status_code == 405
    assert "_auth_user_id" not in client.session


def test_admin_is_closed_to_other_roles_in_plain_words(client):
    client.force_login(UserFactory(role=Role.MEMBER))

    response = client.get("/admin/", follow=True)

    assert response.status_code == 403
    assert "Administration is open to administrators and auditors." in response.content.decode()


def test_admin_signs_out_and_changes_passwords_at_the_common_pages(client):
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))

    assert client.get("/admin/password_change/")["Location"] == "/accounts/password/change/"
    assert client.post("/admin/logout/")["Location"] == "/en/"
    assert client.get("/admin/").status_code == 302


def test_reversed_names_lead_to_the_common_pages(client):
    assert reverse("admin:login") == reverse("admin_login")
    assert reverse("admin:logout") == reverse("admin_logout")
    assert reverse("admin:password_change") == reverse("admin_password_change")
