import pytest

from blueprint.models import PersonName
from tests.factories import change, publish_changes
from tests.reading import texts

pytestmark = pytest.mark.django_db


def test_committee_page_names_who_sits(client, real_plan):
    response = client.get("/en/committee/")

    people = [row for row in texts(response, "tr") if not row.startswith("Name")]
    assert (len(people), people[0].split(" Secretary")[0]) == (23, "Professor Sun Dong")


def test_committee_page_shows_meetings_newest_first(client, real_plan):
    response = client.get("/en/committee/")

    meetings = [text for text in texts(response, "li") if "Meeting" in text]
    assert meetings == ["11 April 2024Meeting 4", "11 December 2023Meeting 3"]


def test_blanked_name_is_gone_from_the_page(client):
    publish_changes(change("committee"), change("seat", holder_en="Ada Example"))
    PersonName.objects.filter(name="Ada Example").update(name="", salt="")

    page = client.get("/en/committee/").content.decode()

    assert ("Ada Example" in page, "name removed" in page) == (False, True)
