"""Reporting an error: a form for everybody that keeps its promises about cookies, mail and what was typed."""

import datetime
import html
import re
import time

import pytest
from django.core import mail, signing
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils.translation import gettext, override

from blueprint import report_mail, sending_limits
from blueprint.clock import database_now
from blueprint.models import Event, Mail, Report
from blueprint.permissions import Role
from blueprint.report_views import AT_MOST, PURPOSE
from blueprint.sending import send_due
from tests.factories import OfficeFactory, UserFactory, publish_indicator, publish_office
from tests.races import at_once
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db

WORDS = {"page": "/en/indicators/I1/", "wrong": "It says 5.", "right": "It should say 4, see the yearbook."}


def token(number="a form", age=60):
    return signing.dumps([number, int(time.time()) - age], salt=PURPOSE)


def send(client, *, language="en", number="a form", age=60, address="192.0.2.1", headers=None, **said):
    sent = WORDS | {"token": token(number, age)} | said
    return client.post(f"/{language}/report/", sent, REMOTE_ADDR=address, headers=headers)


def values(response):
    """What stands in the fields of the page's form."""
    page = content(response).decode()
    found = {
        name: html.unescape(value) for name, value in re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', page)
    }
    areas = re.findall(r'<textarea name="(\w+)"[^>]*>\r?\n?(.*?)</textarea>', page, re.S)
    return found | {name: html.unescape(text) for name, text in areas}


# The form


def test_form_asks_for_the_page_that_led_to_it(client):
    publish_indicator("I1")

    shown = values(client.get("/en/report/?page=/en/indicators/I1/%3Fas_at%3D1&publication=1"))

    assert {name: shown[name] for name in ("page", "publication")} == {
        "page": "/en/indicators/I1/?as_at=1",
        "publication": "1",
    }


def test_form_asks_for_the_indicator_that_led_to_it(client):
    publish_indicator("I1", name_en="Fine roads")

    page = client.get("/zh-hant/report/?indicator=I1")

    assert values(page)["page"] == "/zh-hant/indicators/I1/"
    assert "Fine roads" in content(page).decode()


@pytest.mark.parametrize(
    "query",
    [
        "page=https://evil.example/",
        "page=x%0Ay",
        "page=/" + "x" * 300,
        "indicator=../x",
        "page=%22%3E%3Cscript",
    ],
)
def test_address_that_is_none_of_ours_is_left_out(client, query):
    page = client.get(f"/en/report/?{query}")

    assert "page" not in values(page)
    assert "<script" not in content(page).decode()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_leads_to_the_form_and_says_which_page_it_is(client, language):
    publish_indicator("I1")

    page = content(client.get(f"/{language}/indicators/?sort=name&as_at=1")).decode()

    (link,) = re.findall(rf'href="(/{language}/report/\?[^"]*)"', page)
    assert values(client.get(html.unescape(link)))["page"] == f"/{language}/indicators/?sort=name&as_at=1"


# A report


def test_report_is_stored_with_its_office_and_what_was_seen(client):
    publish_indicator("I1", office="itc")
    publish_office("later")

    response = send(client, language="zh-hant", email="reader@example.org", publication="1")

    report = Report.objects.get()
    assert response.headers["Location"] == f"/zh-hant/report/{report.reference}/"
    assert (report.office_id, report.indicator, report.publication_seen, report.language) == (
        "itc",
        "I1",
        1,
        "zh-hant",
    )
    assert (report.page, report.wrong, report.right, report.email) == (*WORDS.values(), "reader@example.org")
    assert report.state == "received"


def test_report_of_another_page_is_no_single_offices(client):
    send(client, page="the overview", publication="99999999999999999999")

    report = Report.objects.get()
    assert (report.office, report.indicator, report.publication_seen) == (None, "", 0)


def test_receiving_a_report_leaves_an_event_without_what_was_written(client):
    send(client, email="reader@example.org")

    (event,) = Event.objects.all()
    assert (event.verb, event.actor, event.subject) == (
        "receive_report",
        None,
        Report.objects.get().reference,
    )
    assert event.detail == {"office": ""}


def test_page_of_a_report_says_how_far_it_is_and_nothing_of_what_was_written(client):
    to = send(client, email="reader@example.org").headers["Location"]

    page = Client().get(to)

    said = content(page).decode()
    assert Report.objects.get().reference in said
    assert texts(page, "h1") == ["Thank you. We have your report."]
    assert [text for text in (*WORDS.values(), "reader@example.org") if text in said] == []
    assert page.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("typed", ["{0}", " {1} ", "{1}".lower()])
def test_report_is_found_by_its_number_as_people_type_it(client, typed):
    to = send(client).headers["Location"]
    reference = Report.objects.get().reference

    found = client.get("/en/report/find/", {"number": typed.format(reference, reference.replace("-", " "))})

    assert found.headers["Location"] == to


@pytest.mark.parametrize("number", ["", "nonsense", "BP-7K3M-92QK", "x" * 5000])
def test_X04_number_that_is_none_is_said_at_the_top_and_at_the_field(client, number):
    page = client.get("/en/report/find/", {"number": number})

    assert page.status_code == 200
    assert content(page).decode().count("There is no report of this number.") == 2
    assert texts(page, "title")[0].startswith("Error: ")


def test_number_that_was_never_given_has_no_page(client):
    assert client.get("/en/report/BP-7K3M-92QK/").status_code == 404
    assert client.get("/en/report/nonsense/").status_code == 404


# P02, I9: no cookie


def test_P02_form_works_without_any_cookie_and_sets_none():
    client = Client(enforce_csrf_checks=True)
    form = client.get("/en/report/")
    shown = values(form)

    sent = client.post("/en/report/", WORDS | {"token": token()}, REMOTE_ADDR="192.0.2.1")

    assert shown["token"]
    assert (sent.status_code, Report.objects.count()) == (302, 1)
    assert dict(client.cookies) == {}
    assert [
        r.headers.get("Vary", "") for r in (form, sent) if "cookie" in r.headers.get("Vary", "").lower()
    ] == []
    assert {form.headers["Cache-Control"], sent.headers["Cache-Control"]} == {"no-store"}


@pytest.mark.parametrize("path", ["", "sitemap/", "notices/", "privacy/", "accessibility/"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_P02_pages_set_no_cookie_and_may_be_kept(client, language, path):
    page = client.get(f"/{language}/{path}")

    assert (page.status_code, dict(page.cookies)) == (200, {})
    assert page.headers["Cache-Control"].startswith("public")


# P04


@pytest.mark.parametrize("language", LANGUAGES)
def test_P04_statement_stands_beside_the_address(client, language):
    page = client.get(f"/{language}/report/")

    (statement,) = texts(page, "div", "collection")
    with override(language):
        purpose = gettext(
            "Purpose: to send you the answer, and nothing else. You need not give it; the report is read all the same."
        )
        kept = gettext("How long: it is removed twelve months after your report was answered or closed.")
    assert purpose in statement
    assert kept in statement
    assert f'href="/{language}/privacy/"' in content(page).decode()


def test_P04_contact_is_named_where_there_is_one(client, settings):
    settings.CONTACT_EMAIL = "data@blueprint.example"

    for path in ("report/", "privacy/", "notices/", "accessibility/"):
        assert 'href="mailto:data@blueprint.example"' in content(client.get(f"/en/{path}")).decode()


# X04: what is wrong with it


@pytest.mark.parametrize("language", LANGUAGES)
def test_X04_faults_are_said_at_the_top_and_at_the_field_in_the_same_words(client, language):
    page = send(client, language=language, page="", wrong="", email="nonsense")

    with override(language):
        said = {
            "id_page": gettext("Say which page or figure it is about."),
            "id_wrong": gettext("Say what is wrong, in your own words."),
            "id_email": gettext("Write the address like name@example.org, or leave it empty."),
        }
        error = gettext("Error") + gettext(": ")
    text = content(page).decode()
    assert [
        (link, words) for link, words in re.findall(r'<li><a href="#(\w+)">.*?</a>(?:: |：)(.*?)</li>', text)
    ] == [*said.items()]
    for field, words in said.items():
        assert f'<p class="error" id="{field}_error">{words}</p>' in text
        assert re.search(
            rf'aria-describedby="[^"]*\b{field}_error"[^>]* id="{field}"|id="{field}"[^>]*aria-describedby="[^"]*\b{field}_error"',
            text,
        )
    assert texts(page, "title")[0].startswith(error)
    assert values(page)["right"] == WORDS["right"]
    assert Report.objects.count() == 0


def test_long_text_is_kept_on_the_page_and_refused(client):
    long = "字" * 4001

    page = send(client, wrong=long)

    assert values(page)["wrong"] == long
    assert Report.objects.count() == 0


def test_line_ends_of_browsers_do_not_count(client):
    send(client, wrong="a\r\n" * 1400 + "b")

    assert Report.objects.get().wrong == "a\n" * 1400 + "b"


@pytest.mark.parametrize("field", ["page", "wrong", "right"])
def test_control_characters_are_refused(client, field):
    assert send(client, **{field: "a\x07b"}).status_code == 200
    assert send(client, **{field: "a\x00b"}).status_code == 400
    assert Report.objects.count() == 0


def test_body_larger_than_any_form_is_refused(client):
    assert send(client, wrong="x" * 300_000).status_code == 413


# Programs


def test_trap_for_programs_stores_nothing_and_loses_nothing(client):
    page = send(client, homepage="https://spam.example")

    assert (page.status_code, Report.objects.count()) == (200, 0)
    assert values(page)["wrong"] == WORDS["wrong"]


def test_form_sent_sooner_than_anybody_writes_can_be_sent_again(client):
    page = send(client, age=0)
    assert (page.status_code, Report.objects.count()) == (200, 0)

    # The same form, a little later.
    assert values(page)["wrong"] == WORDS["wrong"]
    assert send(client).status_code == 302


@pytest.mark.parametrize(
    "forged",
    ["", "nonsense", signing.dumps(["x", 1], salt="another purpose")],
    ids=["none", "nonsense", "other"],
)
def test_form_that_is_not_ours_is_shown_again_with_a_token_that_is(client, forged):
    page = send(client, token=forged)

    assert (page.status_code, Report.objects.count()) == (200, 0)
    again = values(page)
    assert {name: again[name] for name in WORDS} == WORDS
    assert again["token"] != forged


def test_form_of_the_day_before_can_be_sent_again(client, monkeypatch):
    with monkeypatch.context() as patch:
        now = time.time()
        patch.setattr(time, "time", lambda: now - 25 * 3600)
        old = token()

    page = send(client, token=old)

    assert (page.status_code, Report.objects.count()) == (200, 0)
    assert values(page)["wrong"] == WORDS["wrong"]


def test_form_that_another_site_sends_is_shown_first(client):
    page = send(client, headers={"Sec-Fetch-Site": "cross-site"})

    assert (page.status_code, Report.objects.count()) == (200, 0)


# Twice


def test_form_sent_twice_is_one_report(client):
    first, second = send(client), send(client)

    assert first.headers["Location"] == second.headers["Location"]
    assert Report.objects.count() == 1


def test_form_sent_again_with_other_words_is_shown_and_not_passed_over(client):
    send(client)

    page = send(client, wrong="It says 6.")

    assert Report.objects.count() == 1
    assert Report.objects.get().reference in content(page).decode()
    assert values(page)["wrong"] == "It says 6."
    # With the new token of that page it is another report.
    assert (
        client.post(
            "/en/report/", WORDS | {"wrong": "It says 6.", "token": token("another form")}
        ).status_code
        == 302
    )
    assert Report.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_form_sent_at_once_by_several_threads_is_one_report():
    publish_indicator("I1")

    answers = at_once(lambda _index: send(Client()).headers["Location"])

    assert answers == [f"/en/report/{Report.objects.get().reference}/"] * 8
    assert Event.objects.filter(verb="receive_report").count() == 1


# Limits


def test_limit_of_an_address_says_when_and_loses_nothing(client):
    for number in range(AT_MOST):
        assert send(client, number=f"form {number}").status_code == 302

    page = send(client, number="one more")

    assert page.status_code == 429
    assert 0 < int(page.headers["Retry-After"]) <= 3600
    assert {name: values(page)[name] for name in WORDS} == WORDS
    assert Report.objects.count() == AT_MOST
    assert send(client, number="elsewhere", address="192.0.2.2").status_code == 302


def test_faults_and_forms_sent_twice_do_not_count_against_the_limit(client):
    for _ in range(AT_MOST + 1):
        send(client)
        send(client, number="empty", wrong="")

    assert send(client, number="another").status_code == 302


def test_limit_ends_with_the_hour():
    now = datetime.datetime(2026, 5, 4, 10, 59, tzinfo=datetime.UTC)

    def wait(moment):
        return sending_limits.seconds_to_wait("test", "192.0.2.1", at_most=1, now=moment)

    assert [wait(now), wait(now), wait(now + datetime.timedelta(minutes=1))] == [0, 60, 0]


def test_P02_address_is_kept_nowhere_and_its_mark_changes_with_the_day():
    day = datetime.datetime(2026, 5, 4, 10, tzinfo=datetime.UTC)

    marks = [sending_limits.unrecognisable("192.0.2.1", day + datetime.timedelta(days=n)) for n in (0, 0, 1)]

    assert marks[0] == marks[1] != marks[2]
    cache.delete(f"salt:{day:%Y-%m-%d}")
    # Without the salt, which ends with its day, nobody can make the mark again.
    assert sending_limits.unrecognisable("192.0.2.1", day) != marks[0]


def test_salt_of_a_day_is_gone_when_the_next_one_is_drawn():
    monday = database_now()
    sending_limits.unrecognisable("192.0.2.1", monday)

    sending_limits.unrecognisable("192.0.2.1", monday + datetime.timedelta(days=1))

    assert cache.get(f"salt:{monday:%Y-%m-%d}") is None
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM blueprint_cache WHERE cache_key LIKE %s", ["%salt:%"])
        assert cursor.fetchone() == (1,)


def test_limit_counts_the_network_of_an_IPv6_household(client):
    for number in range(AT_MOST):
        sent = send(client, number=f"form {number}", address=f"2001:db8::{number:x}")
        assert sent.status_code == 302

    assert send(client, number="one more", address="2001:db8::ffff").status_code == 429
    assert send(client, number="elsewhere", address="2001:db8:0:1::1").status_code == 302


def test_an_office_gets_no_more_mail_than_it_can_read():
    UserFactory(role=Role.OFFICIAL, office=OfficeFactory(code="itc"))
    report = stored(office=OfficeFactory(code="itc"))

    for number in range(report_mail.MAILS_AN_HOUR + 1):
        report.reference = f"BP-{number:04}-AAAA"
        report_mail.tell_office(report)

    assert Mail.objects.count() == report_mail.MAILS_AN_HOUR


@pytest.mark.parametrize("address", ["/en/report/find/", "/en/report/BP-7K3M-92QK/"])
def test_what_is_only_read_says_so_when_it_is_posted_to(client, address):
    answer = Client(enforce_csrf_checks=True).post(address)

    assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.django_db(transaction=True)
def test_limit_holds_for_several_threads_at_once():
    now = database_now()

    waits = at_once(lambda _i: sending_limits.seconds_to_wait("test", "192.0.2.9", at_most=3, now=now))

    assert sorted(wait == 0 for wait in waits) == [False] * 5 + [True] * 3


# Mail


def stored(**fields):
    said = {"form": "f", "language": "zh-hant", "page": "/en/", "publication_seen": 0, "wrong": "Wrong."}
    return Report.objects.create(reference="BP-7K3M-92QK", created_at=database_now(), **said | fields)


def test_mail_goes_to_the_people_of_the_office_without_what_was_written():
    own = UserFactory(role=Role.OFFICIAL, office=OfficeFactory(code="itc"))
    UserFactory(role=Role.OFFICIAL, office=OfficeFactory(code="fstb"))
    UserFactory(role=Role.HEAD, office=OfficeFactory(code="itc"), is_active=False)
    UserFactory(role=Role.PUBLISHER)
    publish_indicator("I1", name_en="An indicator")
    said = {
        "wrong": "secret",
        "email": "reader@example.org",
        "page": "Renew at https://evil.example/indicators/I1/",
    }
    report = stored(office=OfficeFactory(code="itc"), indicator="I1", **said)

    report_mail.tell_office(report)
    send_due()

    report.refresh_from_db()
    (sent,) = mail.outbox
    assert sent.to == [own.email]
    assert "It is about: An indicator" in sent.body
    assert "/en/desk/reports/BP-7K3M-92QK/" in sent.body
    assert [
        each for each in ("secret", "reader@example.org", "evil.example", "Renew") if each in sent.body
    ] == []
    assert report.office_told_at is not None
    assert report.mail_fault == ""


@pytest.mark.parametrize("office", [None, "fstb"])
def test_mail_about_what_no_office_answers_goes_to_those_who_look_after_all(office):
    people = [UserFactory(role=role) for role in (Role.PUBLISHER, Role.ADMINISTRATOR)]
    UserFactory(role=Role.OFFICIAL, office=OfficeFactory(code="itc"))
    report = stored(office=office and OfficeFactory(code=office))

    report_mail.tell_office(report)
    send_due()

    assert [message.to for message in mail.outbox] == [[person.email] for person in people]


def test_mail_that_nobody_can_get_is_noted():
    report = stored()

    report_mail.tell_office(report)

    report.refresh_from_db()
    assert (report.office_told_at, report.mail_fault) == (None, "nobody was told")


def test_report_is_stored_and_answered_though_mail_is_down(client, settings, caplog):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    UserFactory(role=Role.PUBLISHER)

    response = send(client)
    send_due()

    report = Report.objects.get()
    assert response.status_code == 302
    assert report.mail_fault.startswith("ConnectionRefusedError")
    assert "was not sent" in caplog.text


def test_office_is_told_after_the_report_is_stored(client):
    UserFactory(role=Role.PUBLISHER)

    send(client)
    send_due()

    assert [message.subject for message in mail.outbox] == [f"Error report {Report.objects.get().reference}"]
    assert Report.objects.get().office_told_at is not None
