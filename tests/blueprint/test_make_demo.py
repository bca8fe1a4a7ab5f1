import json
import stat

import pytest
from django.core.management import CommandError, call_command

from blueprint.models import Publication, User
from blueprint.permissions import Role
from committee.models import Cycle, Finding, Rating
from tests.factories import UserFactory, change, publish_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings, tmp_path):
    settings.DEMO, settings.VAR_DIR = True, tmp_path
    return tmp_path / "demo-accounts.json"


@pytest.fixture
def plan():
    publish_changes(
        change("committee"),
        change("meeting", number=4),
        change("office", office="ITC"),
        change("indicator", office="itc"),
        *[change("strategy", strategy=str(n), number=n) for n in (1, 2, 3)],
    )


def read(path):
    return json.loads(path.read_text())


def test_make_demo_is_refused_without_the_setting(settings, plan):
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        call_command("make_demo")

    assert not User.objects.exists()


def test_make_demo_is_refused_without_an_office(demo):
    with pytest.raises(CommandError, match="load_blueprint"):
        call_command("make_demo")

    assert not demo.exists()


def test_make_demo_makes_the_accounts_of_the_contract(demo, plan):
    call_command("make_demo")

    roles = [line["role"] for line in read(demo)]
    assert roles == [
        "official", "official", "approver", "head", "publisher", "member", "member", "member", "chair",
        "secretary", "auditor", "administrator",
    ]  # fmt: skip
    assert {line["office"] for line in read(demo)[:4]} == {"ITC"}
    assert {line["office"] for line in read(demo)[4:]} == {None}
    for line in read(demo):
        user = User.objects.get(email=line["email"])
        assert (user.role, user.office_id, user.is_example) == (line["role"], line["office"], True)
        assert user.check_password(line["password"])


def test_make_demo_names_nobody(demo, plan):
    call_command("make_demo")

    assert all(user.name.endswith(" (demo)") for user in User.objects.all())
    assert all(line["email"].endswith("@example.org") for line in read(demo))
    assert len({line["password"] for line in read(demo)}) == 12


def test_make_demo_keeps_the_passwords_to_their_owner(demo, plan):
    call_command("make_demo")

    assert stat.S_IMODE(demo.stat().st_mode) == 0o600


def test_make_demo_takes_the_busiest_office_of_another_plan(demo):
    publish_changes(change("office", office="dpo"), change("indicator", office="dpo"))

    call_command("make_demo")

    assert read(demo)[0]["office"] == "dpo"


def test_make_demo_again_changes_nothing(demo, plan):
    call_command("make_demo")
    before = demo.read_text(), list(User.objects.values()), list(Rating.objects.values())

    call_command("make_demo")

    assert (demo.read_text(), list(User.objects.values()), list(Rating.objects.values())) == before


@pytest.mark.parametrize("left", [None, "not json", "{}", "[1]", "[]"])
def test_make_demo_sets_new_passwords_when_they_are_lost(demo, plan, left):
    call_command("make_demo")
    old = read(demo)
    demo.unlink() if left is None else demo.write_text(left)

    call_command("make_demo")

    assert {line["password"] for line in read(demo)}.isdisjoint(line["password"] for line in old)
    line = read(demo)[0]
    assert User.objects.get(email=line["email"]).check_password(line["password"])
    assert User.objects.count() == 12


def test_make_demo_leaves_other_people_s_accounts_alone(demo, plan):
    UserFactory(email="chair@example.org", role=Role.CHAIR)

    with pytest.raises(CommandError, match="not a demonstration"):
        call_command("make_demo")

    assert (User.objects.count(), demo.exists()) == (1, False)


def test_make_demo_opens_an_example_meeting(demo, plan):
    call_command("make_demo")

    cycle = Cycle.objects.get()
    assert (cycle.number, cycle.example, cycle.cut_off) == (5, True, Publication.objects.head())
    assert Rating.objects.count() == 6
    assert all(rating.reason.startswith("Example: ") for rating in Rating.objects.all())
    assert all(rating.member.is_example for rating in Rating.objects.all())
    assert not Finding.objects.exists()
