"""The public subscribes to publications: confirmed, told once of each, forgotten with one click; and nobody learns who."""

import datetime
import re
import time

import pytest
from django.core import mail as outbox
from django.core import signing
from django.db import IntegrityError
from django.test import Client
from django.utils.translation import override

from blueprint import subscribing
from blueprint.clock import database_now
from blueprint.mailing import last_post
from blueprint.models import Mail, Subscription
from blueprint.scheduling import publish_due
from blueprint.sending import send_due
from blueprint.subscribing import ask_to_subscribe, confirm, write_to_subscribers
from blueprint.subscription_views import AT_MOST, PURPOSE
from tests.factories import approved_release, change, publish_changes, publish_indicator, publish_office
from tests.races import at_once, in_processes, together
from tests.reading import LANGUAGES, content

pytestmark = pytest.mark.django_db

READER = "reader@example.org"


def token(age=60):
    return signing.dumps(["a form", int(time.time()) - age], salt=PURPOSE)


def send(client, *, language="en", age=60, address="192.0.2.1", headers=None, **said):
    sent = {"email": READER, "pace": "each", "token": token(age)} | said
    return client.post(f"/{language}/publications/subscribe/", sent, REMOTE_ADDR=address, headers=headers)


def subscriber(address=READER, **fields):
    return Subscription.objects.create(address=address, **{"language": "en"} | fields)


def published(office, title):
    return publish_changes(change("office", office=office), title=title)


def path_in(body, part):
    (found,) = re.findall(rf"http://[^/]+(/[\w-]+/publications/subscribe/{part}/\S+)", body)
    return found


# Asking and confirming


@pytest.mark.parametrize("language", LANGUAGES)
def test_reader_subscribes_by_the_button_behind_the_mailed_link(client, language):
    publish_office("itc")
    send(client, language=language, pace="daily")
    send_due()
    (sent,) = outbox.outbox
    link = path_in(sent.body, "confirm")

    assert sent.to == [READER]
    assert link.startswith(f"/{language}/")
    # A program that looks after mail opens every link.
    for _time in range(2):
        assert client.get(link).status_code == 200
    assert list(Subscription.objects.confirmed()) == []
    client.post(link)

    (row,) = Subscription.objects.all()
    assert (row.address, row.language, row.pace, row.asked_at, row.told_through) == (
        READER,
        language,
        "daily",
        None,
        1,
    )


def test_page_of_the_form_sets_no_cookie_and_is_not_kept(client):
    page = client.get("/en/publications/subscribe/")

    assert (page.status_code, page.cookies, page.headers["Cache-Control"]) == (200, {}, "no-store")


def test_answer_is_the_same_for_every_address(client):
    subscriber()

    known, unknown = send(client), send(client, email="other@example.org")

    assert content(known).replace(READER.encode(), b"") == content(unknown).replace(b"other@example.org", b"")


def test_confirming_again_changes_language_and_pace_and_nothing_twice(client):
    subscriber("Reader@Example.org", told_through=1)
    ask_to_subscribe(READER, language="zh-hans", pace="daily")

    confirm(Subscription.objects.unconfirmed().get())

    (row,) = Subscription.objects.all()
    assert (row.address, row.language, row.pace, row.asked_at) == (READER, "zh-hans", "daily", None)


def test_nobody_is_mailed_more_than_three_links(client):
    for number in range(5):
        send(client, address=f"192.0.2.{number}")

    assert Mail.objects.count() == subscribing.UNCONFIRMED_AT_MOST


def test_one_network_asks_ten_times_an_hour(client):
    answers = [send(client, email=f"r{n}@example.org").status_code for n in range(AT_MOST + 1)]

    assert answers == [200] * AT_MOST + [429]
    assert Mail.objects.count() == AT_MOST


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"email": ""}, "Give the address that the mails are to come to."),
        ({"email": "nobody"}, "Write the address like name@example.org."),
        ({"pace": "hourly"}, "Select a valid choice."),
        ({"age": 1}, "That was quick."),
        ({"token": "forged"}, "This form was open for more than a day, or came from elsewhere."),
        ({"homepage": "https://spam.example"}, "Leave this field empty"),
        ({"headers": {"Sec-Fetch-Site": "cross-site"}}, "came from elsewhere"),
    ],
    ids=["no address", "no such form", "pace", "quick", "token", "trap", "other site"],
)
def test_form_says_what_to_mend_and_stores_nothing(client, said, words):
    response = send(client, **said)

    assert response.status_code == 200
    assert words in content(response).decode()
    assert (Subscription.objects.count(), Mail.objects.count()) == (0, 0)


@pytest.mark.parametrize("purpose", ["confirm", "end"])
def test_link_that_is_none_of_ours_opens_nothing(client, purpose):
    row = subscriber()
    other = {"confirm": subscribing.END, "end": subscribing.CONFIRM}[purpose]
    for forged in ("x", row.number, subscribing.signer(other).sign(row.number)):
        client.post(f"/en/publications/subscribe/{purpose}/{forged}/")

    assert Subscription.objects.get().asked_at is None


def test_link_to_confirm_lapses_after_48_hours(client, monkeypatch):
    ask_to_subscribe(READER, language="en", pace="each")
    link = path_in(Mail.objects.get().body, "confirm")
    lapsed = time.time() + 48 * 3600 + 5
    monkeypatch.setattr(time, "time", lambda: lapsed)

    assert client.post(link).status_code == 410
    assert list(Subscription.objects.confirmed()) == []


def test_one_address_is_confirmed_once():
    subscriber()

    with pytest.raises(IntegrityError):
        subscriber("READER@example.org")


@pytest.mark.django_db(transaction=True)
def test_two_links_to_one_address_confirmed_at_once_leave_one_subscription():
    for _time in range(2):
        ask_to_subscribe(READER, language="en", pace="each")
    asked = list(Subscription.objects.all())

    answers = at_once(lambda index: confirm(asked[index]), threads=2)

    assert answers == [None, None]
    assert [row.asked_at for row in Subscription.objects.all()] == [None]


# Each publication


def test_subscriber_is_told_of_each_publication_once_with_link_and_checkpoint(ledger_key):
    subscriber()
    publish_indicator("I1", name_en="Roads")
    Subscription.objects.update(told_through=1)
    publication = published("fstb", "Figures of <2025>")

    for _time in range(2):
        write_to_subscribers(now=database_now())
        send_due()

    told = [message for message in outbox.outbox if f"publications/{publication.number}/" in message.body]
    assert len(told) == 1
    assert told[0].subject == f"Blueprint progress: Publication {publication.number}: Figures of <2025>"
    assert f"\n    {publication.number}\n" in told[0].body
    assert "    — " in told[0].body


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_about_a_publication_is_in_the_subscribers_language(language):
    subscriber(language=language)
    publish_office("itc")

    write_to_subscribers(now=database_now())

    (row,) = Mail.objects.all()
    words = {
        "en": "To end these mails:",
        "zh-hant": "/zh-hant/publications/1/",
        "zh-hans": "/zh-hans/publications/1/",
    }
    assert words[language] in row.body
    assert f"/{language}/publications/subscribe/end/" in row.unsubscribe_url


def test_daily_mail_gathers_what_came_until_half_past_eight():
    subscriber(pace="daily")
    published("itc", "First")
    published("fstb", "Second")
    post = last_post(database_now()) + datetime.timedelta(days=1)

    early, late, again = (
        write_to_subscribers(now=post + datetime.timedelta(minutes=minutes)) for minutes in (-1, 1, 9)
    )

    assert (early, late, again) == (0, 1, 0)
    (row,) = Mail.objects.all()
    assert "- Publication 1: First\n- Publication 2: Second\n" in row.body


def test_many_publications_at_one_time_are_one_mail():
    subscriber()
    for number in range(subscribing.SINGLY + 1):
        published(f"o{number}", f"No. {number}")

    write_to_subscribers(now=database_now())

    (row,) = Mail.objects.all()
    assert [f"No. {n}" in row.body for n in range(subscribing.SINGLY + 1)] == [True] * (
        subscribing.SINGLY + 1
    )


def test_unconfirmed_address_is_told_nothing():
    subscriber(asked_at=database_now())
    publish_office("itc")

    assert write_to_subscribers(now=database_now()) == 0


@pytest.mark.parametrize("count", [1, 9])
def test_queries_do_not_grow_with_the_number_of_subscribers(django_assert_num_queries, count):
    publish_office("itc")
    for number in range(count):
        subscriber(f"r{number}@example.org")

    with django_assert_num_queries(13):
        write_to_subscribers(now=database_now())
    assert Mail.objects.count() == count


@pytest.mark.django_db(transaction=True)
def test_C07_two_clocks_and_two_job_processes_write_one_mail_to_each_subscriber():
    for number in range(5):
        subscriber(f"r{number}@example.org")
    release = approved_release(due_in=-1, entries=[change("observation")])
    before = write_to_subscribers(now=database_now())

    def work(_index):
        together()
        publish_due()
        write_to_subscribers(now=database_now())

    codes = in_processes(work, processes=2)
    write_to_subscribers(now=database_now())

    release.refresh_from_db()
    assert codes == [0, 0]
    written = Mail.objects.filter(key__startswith=f"publication:{release.publication_id}:")
    assert sorted(written.values_list("to", flat=True)) == [f"r{n}@example.org" for n in range(5)]
    assert Mail.objects.count() == before + 5


# Ending it


def ended_by(row):
    publish_office("itc")
    write_to_subscribers(now=database_now())
    return path_in(Mail.objects.get(subscription=row).unsubscribe_url, "end")


def test_mail_program_ends_the_subscription_with_one_request(client):
    link = ended_by(subscriber())

    answer = Client(enforce_csrf_checks=True).post(link, {"List-Unsubscribe": "One-Click"})

    assert (answer.status_code, answer.cookies) == (200, {})
    assert (Subscription.objects.count(), Mail.objects.count()) == (0, 0)


def test_opening_the_link_ends_nothing_and_the_button_does(client):
    link = ended_by(subscriber())

    assert b"<button>" in content(client.get(link))
    assert Subscription.objects.count() == 1
    client.post(link)
    assert Subscription.objects.count() == 0


def test_link_of_a_subscription_that_ended_answers_the_same(client):
    link = ended_by(subscriber())

    first, second = client.post(link), client.post(link)

    assert content(first) == content(second)


def test_ending_takes_what_waits_for_an_answer_with_it(client):
    link = ended_by(subscriber())
    ask_to_subscribe(READER.upper(), language="en", pace="each")

    client.post(link)

    assert Subscription.objects.count() == 0


def test_address_is_nowhere_on_public_pages_or_in_the_admin_list(client):
    subscriber()
    with override("en"):
        page = client.get("/en/publications/")

    assert READER not in content(page).decode()


def test_publications_and_foot_lead_to_the_form(client):
    publish_office("itc")

    page = content(client.get("/zh-hans/publications/")).decode()

    assert page.count('href="/zh-hans/publications/subscribe/"') == 2
