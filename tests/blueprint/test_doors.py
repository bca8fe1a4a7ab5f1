"""What happens behind the door: sessions and their end, signing out, and one's password."""

import re
import threading
import time

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client

from blueprint.models import Event, User
from blueprint.permissions import Role
from tests.factories import PASSWORD, OfficeFactory, ReleaseFactory, UserFactory

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
CHANGE = "/accounts/password/change/"
RESET = "/accounts/password/reset/"
NEW_PASSWORD = "nine white egrets on the mudflat"


def signed_in(user) -> Client:
    client = Client()
    response = client.post(LOGIN, {"login": user.email, "password": PASSWORD})
    assert response.status_code == 302
    return client


def passed(client, **seconds):
    """Put what a session remembers back by so many seconds."""
    session = client.session
    for name, by in seconds.items():
        session[name] -= by
    session.save()


def is_in(client) -> bool:
    response = client.get("/en/desk/")
    if response.status_code == 302:
        assert response["Location"] == f"{LOGIN}?next=/en/desk/"
    return response.status_code == 200


def verbs():
    return list(Event.objects.order_by("pk").values_list("verb", "actor", "refused"))


# Sessions


def test_A16_session_ends_after_half_an_hour_without_a_request():
    client = signed_in(UserFactory())

    passed(client, seen_at=29 * 60)
    assert is_in(client)
    passed(client, seen_at=31 * 60)
    assert not is_in(client)


def test_A16_session_ends_after_twelve_hours_of_work():
    client = signed_in(UserFactory())

    passed(client, signed_in_at=12 * 3600 - 60)
    assert is_in(client)
    passed(client, signed_in_at=61)
    assert not is_in(client)


def test_A16_requests_keep_a_session_alive(client):
    client.force_login(UserFactory())
    passed(client, seen_at=20 * 60)

    client.get("/en/desk/")

    assert time.time() - client.session["seen_at"] < 60


def test_A16_an_ended_session_says_so_and_is_gone_from_the_database():
    client = signed_in(UserFactory())
    key = client.cookies[settings.SESSION_COOKIE_NAME].value
    passed(client, seen_at=31 * 60)

    page = client.get("/en/desk/", follow=True).content.decode()

    assert "You were signed out because time had run out." in page
    assert not Session.objects.filter(session_key=key).exists()


def test_W10_person_moved_to_another_office_works_there_at_the_next_request():
    user = UserFactory(office=OfficeFactory(code="itc"))
    release = ReleaseFactory(office=user.office)
    client = signed_in(user)
    before = client.get(release.get_absolute_url()).status_code

    User.objects.filter(pk=user.pk).update(office=OfficeFactory(code="fstb"))

    assert (before, client.get(release.get_absolute_url()).status_code) == (200, 404)


def test_W11_deactivated_person_is_out_at_the_next_request_and_stays_out():
    user = UserFactory()
    client = signed_in(user)

    User.objects.filter(pk=user.pk).update(is_active=False)
    assert not is_in(client)
    User.objects.filter(pk=user.pk).update(is_active=True)
    assert not is_in(client)


def test_person_whose_role_changed_is_refused_at_the_next_request(client):
    user = UserFactory(role=Role.PUBLISHER)
    client.force_login(user)

    User.objects.filter(pk=user.pk).update(role=Role.MEMBER)

    assert client.get("/en/desk/").status_code == 403


@pytest.mark.parametrize("cookie", ["nonsense", "x" * 5000, '"a\\000bcdefghijk"', "../../etc/passwd", ""])
def test_forged_session_cookie_opens_nothing(client, cookie):
    client.cookies[settings.SESSION_COOKIE_NAME] = cookie

    assert client.get("/en/desk/").status_code in (302, 400)
    assert not Session.objects.exists()


# Signing out


def test_A17_signing_out_ends_the_session_and_clears_the_browser():
    user = UserFactory()
    client = signed_in(user)
    copied = client.cookies[settings.SESSION_COOKIE_NAME].value

    response = client.post("/accounts/logout/?language=zh-hant")

    assert (response.status_code, response["Location"]) == (302, "/zh-hant/")
    assert response["Clear-Site-Data"] == '"cache", "cookies", "storage"'
    client.cookies[settings.SESSION_COOKIE_NAME] = copied
    assert not is_in(client)
    assert verbs() == [("sign_in", user.pk, False), ("sign_out", user.pk, False)]


def test_signing_out_takes_a_form_and_not_a_link():
    client = signed_in(UserFactory())

    page = client.get("/accounts/logout/")

    assert '<form class="panel" method="post">' in page.content.decode()
    assert "Clear-Site-Data" not in page
    assert is_in(client)


def test_signing_out_without_the_token_of_its_form_is_refused():
    user = UserFactory()
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)

    assert client.post("/accounts/logout/").status_code == 403
    assert is_in(client)


def test_signing_out_never_leads_to_another_site(client):
    client.force_login(UserFactory())

    assert client.post("/accounts/logout/", {"next": "https://evil.example/"})["Location"] == "/en/"


def test_signing_out_leaves_no_session_behind():
    client = signed_in(UserFactory())

    client.post("/accounts/logout/")

    assert not Session.objects.exists()


# Changing one's password


def change(client, old=PASSWORD, new=NEW_PASSWORD, again=None):
    return client.post(CHANGE, {"oldpassword": old, "password1": new, "password2": again or new})


def test_password_change_needs_sign_in(client):
    assert client.get(CHANGE)["Location"] == f"{LOGIN}?next={CHANGE}"


def test_A05_password_change_moves_this_session_and_ends_the_others(mailoutbox):
    user = UserFactory(language="zh-hans")
    here, elsewhere = signed_in(user), signed_in(user)
    before = here.cookies[settings.SESSION_COOKIE_NAME].value

    response = change(here)

    assert response["Location"] == "/en/desk/"
    assert here.cookies[settings.SESSION_COOKIE_NAME].value != before
    assert is_in(here)
    assert not is_in(elsewhere)
    assert verbs()[-1] == ("change_password", user.pk, False)
    (mail,) = sent(mailoutbox)
    assert mail.to == [user.email]


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({"old": "not the password"}, "This is not your present password."),
        ({"new": "short"}, "This password is too short. It must contain at least 12 characters."),
        ({"new": "password1234"}, "This password is too common."),
        ({"new": "ada.wong@example.org"}, "The password is too similar to the e-mail."),
        ({"again": "nine white egrets"}, "You must type the same password each time."),
    ],
)
def test_A14_weak_or_mistyped_new_password_is_refused(client, how, why):
    client.force_login(UserFactory(email="ada.wong@example.org"))

    response = change(client, **how)

    assert why in response.content.decode()
    assert User.objects.get().check_password(PASSWORD)


@pytest.mark.parametrize(
    "new", ["創新科技發展藍圖進度追蹤平台", " spaces  before and after ", "長" * 64, "x y" * 300]
)
def test_A14_long_chinese_and_spaced_passwords_are_taken_whole(client, new):
    user = UserFactory()
    client.force_login(user)

    change(client, new=new)

    user.refresh_from_db()
    assert user.check_password(new)
    assert not user.check_password(new[:-1])


# Setting a forgotten one


def sent(outbox):
    """Mail is sent beside the answer: wait for it."""
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join(10)
    return outbox


def ask(client, email, **how):
    return client.post(RESET, {"email": email}, **how)


def link_for(client, user, outbox) -> str:
    ask(client, user.email)
    return re.search(r"http://127.0.0.1:8000(/accounts/\S+)", sent(outbox)[-1].body)[1]


def follow(client, link, new=NEW_PASSWORD):
    form = client.get(link)
    return client.post(form["Location"], {"password1": new, "password2": new})


def test_A13_asking_for_a_link_says_the_same_to_everybody(client, mailoutbox):
    user, closed = UserFactory(), UserFactory(is_active=False)

    answers = [ask(client, email) for email in (user.email, closed.email, "nobody@example.org")]

    assert {(answer.status_code, answer["Location"]) for answer in answers} == {(302, f"{RESET}done/")}
    assert [mail.to for mail in sent(mailoutbox)] == [[user.email]]


@pytest.mark.parametrize(
    "forged", [{"HTTP_X_FORWARDED_HOST": "evil.example"}, {"HTTP_HOST": "localhost:6666"}]
)
def test_A11_link_in_the_mail_is_on_the_sites_own_address(client, mailoutbox, forged):
    user = UserFactory(name="Ada <b>Wong</b>")

    ask(client, user.email, **forged)

    (mail,) = sent(mailoutbox)
    assert re.findall(r"https?://[^/\s]+", mail.body) == [settings.SITE_URL] * 2
    assert mail.body.startswith("Dear Ada <b>Wong</b>,")
    assert mail.subject == "Blueprint progress: Set a password"


def test_A11_unknown_host_is_400_and_sends_nothing(client, mailoutbox):
    response = ask(client, UserFactory().email, HTTP_HOST="evil.example")

    assert response.status_code == 400
    assert sent(mailoutbox) == []


def test_link_sets_a_password_once_and_ends_all_sessions(client, mailoutbox):
    user = UserFactory()
    elsewhere = signed_in(user)
    link = link_for(client, user, mailoutbox)

    done = follow(client, link)

    assert done["Location"].startswith(f"{RESET}key/done/")
    assert not is_in(elsewhere)
    assert client.post(LOGIN, {"login": user.email, "password": NEW_PASSWORD}).status_code == 302
    assert "This link does not work" in Client().get(link).content.decode()
    assert ("reset_password", user.pk, False) in verbs()


def test_link_keeps_its_language_on_the_way(client, mailoutbox):
    user = UserFactory()
    client.post(f"{RESET}?language=zh-hant", {"email": user.email})
    link = re.search(r"(/accounts/\S+)", sent(mailoutbox)[0].body)[1]

    form = client.get(link)

    assert form["Location"].endswith("-set-password/?language=zh-hant")
    assert '<html lang="zh-Hant-HK">' in client.get(form["Location"]).content.decode()


def test_first_password_of_a_new_account_is_set_by_the_link(client, mailoutbox):
    user = UserFactory()
    user.set_unusable_password()
    user.save()

    follow(client, link_for(client, user, mailoutbox))

    assert client.post(LOGIN, {"login": user.email, "password": NEW_PASSWORD}).status_code == 302


def test_link_lifts_the_limit_of_tries(client, mailoutbox):
    user = UserFactory()
    for _ in range(6):
        client.post(LOGIN, {"login": user.email, "password": "forgotten"})

    follow(client, link_for(client, user, mailoutbox))

    assert client.post(LOGIN, {"login": user.email, "password": NEW_PASSWORD}).status_code == 302


def test_link_of_an_earlier_mail_address_opens_nothing(client, mailoutbox):
    user = UserFactory(email="before@example.org")
    link = link_for(client, user, mailoutbox)

    User.objects.filter(pk=user.pk).update(email="after@example.org")
    ask(client, "before@example.org")

    assert len(sent(mailoutbox)) == 1
    assert "This link does not work" in client.get(link).content.decode()
    assert client.post(LOGIN, {"login": "before@example.org", "password": PASSWORD}).status_code == 200


def test_link_is_good_for_an_hour(client, mailoutbox, settings):
    link = link_for(client, UserFactory(), mailoutbox)
    settings.PASSWORD_RESET_TIMEOUT = -1

    assert "This link does not work" in client.get(link).content.decode()


@pytest.mark.parametrize(
    "key", ["1-x", "zzzzzzzzzzzzz-c1-abc", "0-0", "1-set-password", "a" * 13 + "-" + "b" * 100]
)
def test_made_up_link_opens_nothing(client, key):
    response = client.get(f"{RESET}key/{key}/")

    assert response.status_code == 200
    assert "This link does not work" in response.content.decode()


def test_mail_that_cannot_be_sent_tells_nothing(client, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1

    response = ask(client, UserFactory().email)
    sent([])

    assert response.status_code == 302
    assert "A mail was not sent" in caplog.text


def test_asking_again_and_again_is_slowed(client, mailoutbox):
    user = UserFactory()

    answers = [ask(client, user.email).status_code for _ in range(4)]

    assert answers == [302, 302, 302, 429]
    assert len(sent(mailoutbox)) == 3
