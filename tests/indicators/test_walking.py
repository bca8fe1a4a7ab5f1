"""From the entry page of one figure to the next that is to be entered."""

import pytest

from tests.factories import OfficeFactory, UserFactory, submitted_release
from tests.indicators.test_updates import COMING, figure, give, indicators, late, of_another_office, returned


@pytest.fixture
def official(client, db):
    late("I1", "I2", "I3")
    indicators(I4=COMING)
    person = UserFactory(role="official")
    client.force_login(person)
    return person


def address(code):
    return f"/en/desk/indicators/{code}/enter/"


def walked(client, code):
    """(the one before, the one after, how many are left), as the entry page offers them."""
    found = client.get(address(code)).context["walk"]
    steps = [found[name] and found[name]["address"].split("/")[4] for name in ("previous", "next")]
    return (*steps, found["left"])


def test_walk_follows_the_order_of_the_list(client, official):
    returned(entries=[figure("I3")])

    assert [walked(client, code) for code in ("I3", "I1", "I2")] == [
        (None, "I1", 3),
        ("I3", "I2", 3),
        ("I1", None, 3),
    ]


def test_walk_goes_on_from_what_was_handed_in_to_the_first_that_is_left(client, official):
    submitted_release(entries=[figure("I2")])

    assert walked(client, "I2") == (None, "I1", 2)
    assert walked(client, "I4") == (None, "I1", 2)


def test_walk_leads_past_what_a_colleague_looks_after(client, official):
    give("I1", official)
    give("I2", UserFactory())

    assert walked(client, "I1") == (None, "I3", 2)


def test_W04_walk_never_leads_to_another_office(client, official):
    of_another_office("I0")
    client.force_login(UserFactory(role="official", office=OfficeFactory(code="dpo")))

    page = client.get(address("I0"))

    assert walked(client, "I0") == (None, None, 1)
    assert "Name I" not in page.content.decode()


def test_next_is_a_link_with_the_name_of_where_it_leads(client, official):
    page = client.get(address("I1")).content.decode()

    assert f'<a rel="next" data-key="n" href="{address("I2")}">Next one: Name I2</a>' in page
    assert "3 figures left to enter" in page
