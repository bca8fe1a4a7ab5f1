"""Error reports at the desk: an office's own, answered or closed once, and addresses that are forgotten in time."""

import datetime

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import IntegrityError, transaction
from django.test import Client

from blueprint import report_mail
from blueprint.clock import database_now
from blueprint.models import Event, Report
from blueprint.permissions import Role
from blueprint.refusals import Refused
from blueprint.reporting import KEPT, Settled, answer_report, close_report, forget_addresses
from blueprint.sending import send_due
from tests.factories import OfficeFactory, UserFactory, publish_office
from tests.races import at_once
from tests.reading import LANGUAGES, content, texts

pytestmark = pytest.mark.django_db

NUMBERS = iter(range(10**6))


def received(office="itc", **fields):
    number = next(NUMBERS)
    said = {
        "reference": f"BP-{number:09}",
        "form": f"form {number}",
        "language": "zh-hant",
        "page": "/en/indicators/I1/",
        "publication_seen": 0,
        "wrong": "It says 5.",
        "email": "reader@example.org",
    }
    given = said | {"office": office and OfficeFactory(code=office), "created_at": database_now()}
    return Report.objects.create(**given | fields)


def person(role=Role.OFFICIAL, office="itc"):
    return UserFactory(role=role, **({"office": OfficeFactory(code=office)} if office else {}))


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def post(client, report, move, **said):
    return client.post(f"/en/desk/reports/{report.reference}/{move}/", said)


# Who sees what


def test_I8_office_sees_its_own_reports_only():
    own, other, nobodys = received("itc"), received("fstb"), received(None)
    client = signed_in(person())

    page = content(client.get("/en/desk/reports/")).decode()

    assert [report.reference in page for report in (own, other, nobodys)] == [True, False, False]
    assert [
        client.get(f"/en/desk/reports/{report.reference}/").status_code for report in (own, other, nobodys)
    ] == [200, 404, 404]


@pytest.mark.parametrize("role", [Role.PUBLISHER, Role.ADMINISTRATOR, Role.AUDITOR])
def test_who_looks_after_all_sees_every_report(role):
    publish_office("itc", name_en="Innovation Office")
    reports = [received("itc"), received("fstb"), received(None)]
    client = signed_in(person(role, office=None))

    page = content(client.get("/en/desk/reports/")).decode()

    assert [report.reference in page for report in reports] == [True] * 3
    assert "Innovation Office" in page


@pytest.mark.parametrize("count", [1, 5])
def test_list_takes_the_same_number_of_queries(count, django_assert_num_queries):
    client = signed_in(person())
    for _ in range(count):
        received("itc")

    # Session, person, office of the person and absent colleagues; head, count, reports and their offices.
    with django_assert_num_queries(8):
        client.get("/en/desk/reports/")


def test_P01_address_of_the_reader_is_shown_to_nobody():
    report = received()

    for user in (person(), person(Role.PUBLISHER, None), person(Role.ADMINISTRATOR, None)):
        page = content(signed_in(user).get(f"/en/desk/reports/{report.reference}/")).decode()
        assert "reader@example.org" not in page
        assert "It says 5." in page


def test_what_a_reader_wrote_is_no_markup_and_no_link_to_elsewhere():
    report = received(wrong="<script>alert(1)</script>", page="//evil.example/")

    page = content(signed_in(person()).get(f"/en/desk/reports/{report.reference}/")).decode()

    assert "<script>" not in page
    assert 'href="//evil.example/"' not in page


# Answering


def test_answer_is_stored_and_mailed_in_the_readers_language():
    report, official = received(language="en"), person()

    response = post(signed_in(official), report, "answer", answer="It is 4 now.")
    send_due()

    assert response.headers["Location"] == f"/en/desk/reports/{report.reference}/"
    report.refresh_from_db()
    assert (report.state, report.settled_by, report.answer) == ("answered", official, "It is 4 now.")
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["reader@example.org"], f"Answer to your report {report.reference}")
    assert "It is 4 now." in sent.body
    assert f"/en/report/{report.reference}/" in sent.body
    assert report.reader_told_at is not None


@pytest.mark.parametrize("language", LANGUAGES)
def test_mail_leads_the_reader_to_the_page_in_their_language(language):
    report = received(language=language)

    message = report_mail.mail_to_reader(report)

    assert f"/{language}/report/{report.reference}/" in message.body
    assert "\n" not in message.subject


@pytest.mark.parametrize(("email", "move"), [("", "answer"), ("reader@example.org", "close")])
def test_nothing_is_mailed_without_an_address_or_an_answer(email, move):
    report = received(email=email)

    post(signed_in(person()), report, move, answer="It is 4 now.", reason="Not about us.")
    send_due()

    report.refresh_from_db()
    assert mail.outbox == []
    assert not report.is_open


def test_answering_leaves_an_event():
    report, official = received(), person()

    post(signed_in(official), report, "answer", answer="It is 4 now.")

    (event,) = Event.objects.filter(subject=report.reference)
    assert (event.verb, event.actor, event.refused) == ("answer_report", official, False)


def test_reader_sees_that_there_is_an_answer_and_not_which(client):
    report = received()
    report.reference = "BP-7K3M-92QK"
    report.save()
    answer_report(report, by=person(), answer="It is 4 now.")

    page = client.get(f"/en/report/{report.reference}/")

    assert "Answered" in texts(page, "dl", "facts")[0]
    assert "It is 4 now." not in content(page).decode()


@pytest.mark.parametrize(("move", "field"), [("answer", "answer"), ("close", "reason")])
def test_X04_answer_and_reason_are_asked_for_in_words(move, field):
    report = received()

    page = post(signed_in(person()), report, move, **{field: " "})

    assert texts(page, "title")[0].startswith("Error: ")
    assert f'<a href="#id_{field}">' in content(page).decode()
    assert Report.objects.get(pk=report.pk).is_open


def test_answer_sent_twice_is_answered_alike():
    report, client = received(), signed_in(person())

    codes = [post(client, report, "answer", answer="It is 4 now.").status_code for _ in range(2)]

    assert codes == [302, 302]
    assert Event.objects.filter(verb="answer_report").count() == 1


def test_second_answer_is_refused_shown_and_recorded():
    report = received()
    close_report(report, by=person(), reason="Not about us.")

    page = post(signed_in(person(Role.HEAD)), report, "answer", answer="It is 4 now.")

    assert page.status_code == 409
    assert "It is 4 now." in content(page).decode()
    report.refresh_from_db()
    assert (report.state, report.answer) == ("closed", "Not about us.")
    assert Event.objects.filter(verb="answer_report", refused=True, subject=report.reference).count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_several_answers_at_once_one_stands():
    report, official = received(email=""), person()

    def answer(index):
        answer_report(Report.objects.get(pk=report.pk), by=official, answer=f"Answer {index}")

    outcomes = at_once(answer)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoneType"] + ["Settled"] * 7
    assert Event.objects.filter(verb="answer_report", refused=False).count() == 1
    assert isinstance(next(filter(None, outcomes)), Settled)


def test_auditor_reads_and_does_not_answer():
    report = received()

    page = post(signed_in(person(Role.AUDITOR, None)), report, "answer", answer="It is 4 now.")

    assert page.status_code == 403
    assert Report.objects.get(pk=report.pk).is_open


def test_report_of_another_office_cannot_be_answered_by_the_action_either():
    with pytest.raises(Refused):
        answer_report(received("fstb"), by=person(office="itc"), answer="It is 4 now.")


@pytest.mark.parametrize("fields", [{"state": "answered"}, {"answer": "It is 4 now."}])
def test_report_is_settled_by_somebody_in_words(fields):
    report = received()

    with pytest.raises(IntegrityError), transaction.atomic():
        Report.objects.filter(pk=report.pk).update(**fields)


# P05: addresses that are forgotten


def settled(age, state="answered"):
    report = received()
    now = database_now()
    fields = {"state": state, "settled_at": now - age, "settled_by": person(), "answer": "It is 4 now."}
    Report.objects.filter(pk=report.pk).update(**fields)
    return report


@pytest.mark.parametrize("state", ["answered", "closed"])
def test_P05_address_is_forgotten_a_year_after_the_report_was_settled(state):
    old = settled(KEPT + datetime.timedelta(minutes=1), state)
    young = settled(KEPT - datetime.timedelta(days=1), state)
    waiting = received(created_at=database_now() - 3 * KEPT)

    forgotten = forget_addresses(now=database_now())

    kept = dict(Report.objects.values_list("pk", "email"))
    assert forgotten == 1
    assert kept == {old.pk: "", young.pk: "reader@example.org", waiting.pk: "reader@example.org"}
    assert Report.objects.get(pk=old.pk).wrong == "It says 5."


def test_P05_command_says_how_many_and_leaves_an_event(capsys):
    settled(KEPT * 2)

    call_command("forget_addresses")
    call_command("forget_addresses")

    assert capsys.readouterr().out.splitlines() == [
        "E-mail addresses removed: 1.",
        "E-mail addresses removed: 0.",
    ]
    (event,) = Event.objects.filter(verb="forget_addresses")
    assert event.detail == {"count": 1}
