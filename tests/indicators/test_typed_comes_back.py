"""What was typed and not sent stands in its form again: reasons, moments and answers."""

import pytest
from django.urls import reverse

from blueprint.clock import database_now
from blueprint.drafts import keep
from blueprint.models import Report
from blueprint.permissions import Role
from tests.factories import OfficeFactory, UserFactory, person_for, publish_indicator, submitted_release

pytestmark = pytest.mark.django_db


@pytest.fixture
def release():
    publish_indicator()
    return submitted_release()


def test_C14_reason_for_a_return_comes_back_to_its_writer_alone(client, release):
    writer, colleague = (person_for(Role.APPROVER, release) for _ in range(2))
    keep(writer, f"reason:{release.pk}", {"reason": ["Look at 2024."]}, version=release.version)

    shown = {}
    for person in (writer, colleague):
        client.force_login(person)
        page = client.get(release.get_absolute_url())
        shown[person.pk] = (
            page.context["reason_form"]["reason"].value(),
            "Look at 2024." in page.content.decode(),
        )

    assert shown == {writer.pk: ("Look at 2024.", True), colleague.pk: ("", False)}


def test_C14_moment_comes_back(client, release):
    client.force_login(release.created_by)
    typed = {"day": ["2040-10-30"], "time": ["16:45"], "notes_en": ["With the yearbook."]}
    keep(release.created_by, f"moment:{release.pk}", typed, version=release.version)

    form = client.get(reverse("desk:release-moment", args=[release.pk])).context["form"]

    assert {name: [form[name].value()] for name in typed} == typed


def test_C14_answer_to_a_report_comes_back(client):
    office = OfficeFactory(code="itc")
    person = UserFactory(role=Role.OFFICIAL, office=office)
    report = Report.objects.create(
        reference="BP-7K3M-92QK", form="one", office=office, language="en", page="/en/", wrong="It is 4.",
        created_at=database_now(), publication_seen=1,
    )  # fmt: skip
    client.force_login(person)
    keep(person, f"answer:{report.reference}", {"answer": ["It is mended."]}, version=0)

    page = client.get(reverse("desk:report", args=[report.reference]))

    assert page.context["answering"]["answer"].value() == "It is mended."
    assert "It is mended." in page.content.decode()
