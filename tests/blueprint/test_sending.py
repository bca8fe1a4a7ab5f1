"""Mail goes out at least once and under one number, whatever happens to the process, the server or the address."""

import datetime
import socket

import pytest
from django.core import mail as django_mail

from blueprint import sending
from blueprint.clock import database_now
from blueprint.mailing import put_out
from blueprint.models import Mail, Subscription
from blueprint.sending import send_due
from tests.mails import make_due
from tests.races import at_once, in_processes, together
from tests.smtp_sink import Sink

pytestmark = pytest.mark.django_db


@pytest.fixture
def sink(settings):
    sink = Sink().start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    yield sink
    sink.stop()


def written(number=1, **fields):
    said = {"to": f"person{number}@example.org", "language": "zh-hant", "subject": "進度", "body": "一行\n"}
    put_out([Mail(key=f"mail {number}", **said | fields)], now=database_now())
    return Mail.objects.get(key=f"mail {number}")


def test_mail_is_sent_once_and_marked(sink):
    row = written()

    send_due()
    send_due()

    ((to, message),) = sink.taken
    assert to == ["person1@example.org"]
    assert (message["Subject"], sink.text(), message["Content-Language"]) == (
        "進度",
        "一行\n",
        "zh-hant",
    )
    assert message["Message-ID"] == f"<{row.number}@127.0.0.1>"
    row.refresh_from_db()
    assert (row.sent_at is None, row.attempts, row.fault) == (False, 1, "")


def test_mail_written_twice_is_one():
    written()
    written(subject="Another")

    assert [row.subject for row in Mail.objects.all()] == ["進度"]


def test_mail_whose_answer_was_lost_comes_again_under_the_same_number(sink):
    written()
    sink.silent_after_taking = True
    assert send_due() is False
    sink.silent_after_taking = False
    make_due()

    send_due()

    first, second = (message["Message-ID"] for _to, message in sink.taken)
    assert first == second
    assert Mail.objects.get().sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_process_that_dies_after_the_server_took_a_mail_sends_it_again(sink):
    written()

    codes = in_processes(lambda _i: send_due(), processes=1, failpoint="mail.taken")
    held = Mail.objects.get()
    send_due()
    before = len(sink.taken)
    make_due()
    send_due()

    assert codes == [137]
    # The dead process still has it in hand; five minutes later another takes it for lost.
    assert datetime.timedelta(minutes=4) < held.next_at - database_now() < sending.IN_HAND
    assert (before, len(sink.taken)) == (1, 2)
    assert len({message["Message-ID"] for _to, message in sink.taken}) == 1
    assert Mail.objects.get().sent_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_processes_send_each_mail_once(sink):
    for number in range(20):
        written(number)

    def work(_index):
        together()
        send_due()

    assert in_processes(work, processes=2) == [0, 0]
    assert sorted(sink.addresses) == sorted(f"person{n}@example.org" for n in range(20))


def test_address_refused_for_good_is_given_up_and_keeps_no_other_waiting(sink, caplog):
    sink.refusals["person1@example.org"] = "550 no such user"
    refused, other = written(1), written(2)

    assert send_due()

    refused.refresh_from_db()
    other.refresh_from_db()
    assert sink.addresses == ["person2@example.org"]
    assert (refused.sent_at, refused.given_up_at is None) == (None, False)
    assert refused.fault == "SMTPRecipientsRefused: 550 no such user"
    assert other.sent_at is not None
    assert "is given up" in caplog.text


def test_subscription_of_an_address_that_is_not_is_deleted(sink):
    sink.refusals["gone@example.org"] = "550 no such user"
    gone = Subscription.objects.create(address="gone@example.org", language="en")
    written(to=gone.address, subscription=gone)

    send_due()

    assert list(Subscription.objects.all()) == []
    assert list(Mail.objects.all()) == []


def test_address_refused_for_now_is_tried_again_later_and_later(sink):
    sink.refusals["person1@example.org"] = "450 come back"
    row, pauses = written(), []
    for _try in range(4):
        make_due()
        send_due()
        row.refresh_from_db()
        pauses.append(round((row.next_at - database_now()).total_seconds() / 60))
    del sink.refusals["person1@example.org"]
    make_due()
    send_due()

    assert pauses == [1, 2, 4, 8]
    row.refresh_from_db()
    assert (len(sink.taken), row.sent_at is None, row.fault) == (1, False, "")


def test_pauses_grow_no_longer_than_six_hours():
    assert sending.pause(9) == datetime.timedelta(minutes=256)
    assert sending.pause(10) == sending.pause(4000) == datetime.timedelta(hours=6)


def test_mail_is_given_up_after_three_days(sink):
    sink.refusals["person1@example.org"] = "450 come back"
    row = written()
    Mail.objects.update(created_at=database_now() - datetime.timedelta(days=3, minutes=1))

    send_due()

    row.refresh_from_db()
    assert (row.given_up_at is None, row.fault[:25]) == (False, "SMTPRecipientsRefused: 45")


def test_server_that_is_down_is_asked_once_and_not_for_each_mail(settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", nobody.getsockname()[1]
        first, second = written(1), written(2)

        assert send_due() is False

    first.refresh_from_db()
    second.refresh_from_db()
    assert first.fault.startswith("ConnectionRefusedError")
    assert (first.attempts, second.attempts, first.given_up_at) == (1, 0, None)


def test_server_that_offers_no_encryption_is_given_no_mail_where_encryption_is_asked_for(sink, settings):
    settings.EMAIL_USE_TLS = True
    row = written()

    send_due()

    row.refresh_from_db()
    assert sink.taken == []
    assert (row.sent_at, row.given_up_at) == (None, None)
    assert "STARTTLS" in row.fault


@pytest.mark.parametrize("address", ["a@b.example\nBcc: all@example.org", "nobody"])
def test_address_that_is_none_ends_before_the_server(sink, address):
    row = written(to=address)

    send_due()

    row.refresh_from_db()
    assert sink.taken == []
    assert row.given_up_at is not None


def test_only_a_subscribers_mail_says_where_one_click_ends_it():
    written(1)
    written(2, unsubscribe_url="https://blueprint.example/en/publications/subscribe/end/token/")

    send_due()

    plain, subscribed = (message.message() for message in django_mail.outbox)
    assert "List-Unsubscribe" not in plain
    assert subscribed["List-Unsubscribe"] == (
        "<https://blueprint.example/en/publications/subscribe/end/token/>"
    )
    assert subscribed["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert plain["Auto-Submitted"] == "auto-generated"


@pytest.mark.django_db(transaction=True)
def test_threads_that_send_at_once_send_each_mail_once():
    for number in range(8):
        written(number)

    answers = at_once(lambda _i: send_due(), threads=4)

    assert answers == [True] * 4
    assert sorted(m.to[0] for m in django_mail.outbox) == [f"person{n}@example.org" for n in range(8)]
