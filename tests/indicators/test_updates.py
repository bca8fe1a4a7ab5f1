"""My updates: one list of what is to be done, for those who do it, decide on it and look after all of it."""

import datetime
from decimal import Decimal

import pytest

from blueprint.actions import return_release, submit_release
from blueprint.clock import today
from blueprint.models import Event, Publication
from blueprint.permissions import Role
from indicators.models import Assignment
from tests.factories import (
    REVISED,
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    publish_changes,
    publish_indicator,
    publish_observation,
    published_release,
    submitted_release,
)

DESK = "/en/desk/"
YEAR = today().year
# By the clock: the figure after that of four years ago is overdue, that after last year's is still to come.
OVERDUE, COMING = YEAR - 4, YEAR - 1


def indicators(**last):
    """Indicators with a figure for one year each; None: without a schedule. In one publication, which is quick."""
    texts = {code: {"indicator": code, "short_name_en": f"Name {code}"} for code in last}
    free = {"frequency": "irregular"}
    publish_changes(
        change("office"),
        *[change("indicator", **texts[code] | ({} if year else free)) for code, year in last.items()],
        *[change("observation", indicator=c, period=str(year or OVERDUE)) for c, year in last.items()],
    )


def late(*codes):
    indicators(**dict.fromkeys(codes, OVERDUE))


def of_another_office(*codes):
    publish_changes(
        change("office", office="dpo", name_en="Digital Policy Office"),
        *[change("indicator", indicator=c, office="dpo", short_name_en=f"Secret {c}") for c in codes],
        *[change("observation", indicator=c, period=str(OVERDUE)) for c in codes],
    )


def figure(code, year=OVERDUE + 1):
    return change("observation", indicator=code, period=str(year), value=Decimal("1.6"))


def give(code, person):
    return Assignment.objects.create(
        indicator_id=code, official=person, set_by=person, set_at=datetime.datetime.now(datetime.UTC)
    )


def returned(*, reason="Table 1 says 1.52.\nPlease look again.", **fields):
    release = submitted_release(**fields)
    approver = UserFactory(role=Role.APPROVER, name="Ada Approver", office=release.office)
    return_release(release, by=approver, reason=reason)
    return release


def sections(answer):
    return [
        (stage, count, [row.work.code for row in rows])
        for stage, _title, count, rows in answer.context["sections"]
    ]


def codes(answer):
    return [row.work.code for row in answer.context["updates"]]


def row_of(answer, code):
    return next(row for row in answer.context["updates"] if row.work.code == code)


def said(answer):
    """The sentence at the top, as it is read."""
    lead = answer.content.decode().partition('<p class="lead">')[2].partition("</p>")[0]
    return " ".join(lead.split())


# The sections


def test_updates_come_in_sections_by_where_the_work_stands(client, sign_in):
    late("back", "late", "wait", "ready")
    indicators(next=COMING, public=COMING - 1, free=None)
    returned(entries=[figure("back")])
    submitted_release(entries=[figure("wait")])
    approved_release(entries=[figure("ready")])
    published_release(entries=[figure("public", COMING)])
    sign_in(Role.OFFICIAL)

    answer = client.get(DESK)

    assert sections(answer) == [
        ("returned", 1, ["back"]),
        ("overdue", 1, ["late"]),
        ("waiting", 1, ["wait"]),
        ("scheduled", 1, ["ready"]),
        ("coming", 1, ["next"]),
        ("published", 1, ["public"]),
        ("no_schedule", 1, ["free"]),
    ]


def test_figure_due_this_month_is_told_apart_from_what_is_late(client, sign_in):
    late("I2")
    publish_changes(
        change("indicator", release_month=today().month),
        change("observation", period=str(YEAR - 2)),
    )
    sign_in(Role.OFFICIAL)

    assert sections(client.get(DESK)) == [("overdue", 1, ["I2"]), ("due", 1, ["I1"])]


def test_release_of_another_period_does_not_hand_in_what_is_late(client, sign_in):
    late("I1")
    submitted_release(entries=[change("observation", indicator="I1", period=str(OVERDUE), **REVISED)])
    sign_in(Role.OFFICIAL)

    answer = client.get(DESK)

    assert sections(answer) == [("overdue", 1, ["I1"])]
    assert [link.text for link in row_of(answer, "I1").under_way] == ["Waiting for approval"]


def test_evidence_alone_does_not_hand_in_what_is_late(client, sign_in):
    late("I1")
    submitted_release(entries=[change("evidence", indicator="I1", period=str(OVERDUE))])
    sign_in(Role.OFFICIAL)

    assert sections(client.get(DESK)) == [("overdue", 1, ["I1"])]


def test_returned_shows_the_reason_in_full_and_by_whom(client, sign_in):
    late("I1")
    returned(reason="Table 1 says <1.52>.\n" + "Look again. " * 100, entries=[figure("I1")])
    sign_in(Role.OFFICIAL)

    page = client.get(DESK).content.decode()

    assert "Ada Approver returned it:" in page
    assert "Table 1 says &lt;1.52&gt;.\n" + "Look again. " * 100 in page


def test_what_was_returned_and_sent_again_waits(client, sign_in):
    late("I1")
    release = returned(entries=[figure("I1")])
    submit_release(release, by=release.created_by)
    sign_in(Role.OFFICIAL)

    answer = client.get(DESK)

    assert sections(answer) == [("waiting", 1, ["I1"])]
    assert "returned it" not in answer.content.decode()


def test_published_long_ago_is_no_work_any_more(client, sign_in, by_hand):
    indicators(I1=COMING - 1)
    release = published_release(entries=[figure("I1", COMING)])
    sign_in(Role.OFFICIAL)
    lately = sections(client.get(DESK))
    by_hand(
        "blueprint_publication",
        "UPDATE blueprint_publication SET published_on = '2020-01-01' WHERE number = %s",
        release.publication_id,
    )

    assert (lately, sections(client.get(DESK))) == (
        [("published", 1, ["I1"])],
        [("coming", 1, ["I1"])],
    )


# The one thing to do


@pytest.mark.parametrize(
    ("make", "text", "address"),
    [
        (lambda **_: None, f"Enter {OVERDUE + 1}", "/en/desk/indicators/I1/enter/"),
        (ReleaseFactory, "Go on with the draft", "/en/desk/indicators/I1/enter/"),
        (returned, "Mend it", "/en/desk/indicators/I1/enter/"),
        (submitted_release, "Open it", "release"),
    ],
)
def test_main_action_of_an_official(client, sign_in, make, text, address):
    late("I1")
    release = make(entries=[figure("I1")])
    sign_in(Role.OFFICIAL)

    action = row_of(client.get(DESK), "I1").action

    wanted = release.get_absolute_url() if address == "release" else address
    assert (action.text, action.address) == (text, wanted)


@pytest.mark.parametrize("role", [Role.APPROVER, Role.PUBLISHER, Role.AUDITOR])
def test_who_does_not_enter_is_led_to_the_release_or_the_public_page(client, sign_in, role):
    late("I1", "I2")
    release = ReleaseFactory(entries=[figure("I1")])
    sign_in(role)

    answer = client.get(DESK, {"state": "overdue"})

    assert [(row.action.text, row.action.address) for row in answer.context["updates"]] == [
        ("Open it", release.get_absolute_url()),
        ("Public page", "/en/indicators/I2/"),
    ]
    assert "/enter/" not in answer.content.decode()


def test_of_two_drafts_the_returned_one_is_mended(client, sign_in):
    late("I1")
    release = returned(entries=[figure("I1")])
    beside = ReleaseFactory(entries=[figure("I1", OVERDUE + 2)])
    sign_in(Role.OFFICIAL)

    row = row_of(client.get(DESK), "I1")

    assert row.action.address == f"/en/desk/indicators/I1/enter/?release={release.pk}"
    assert [link.address for link in row.under_way] == [beside.get_absolute_url()]


def test_approved_for_few_is_named_without_its_release(client, sign_in):
    late("I1")
    release = approved_release(due_in=3600, entries=[figure("I1")])
    sign_in(Role.OFFICIAL)

    answer = client.get(DESK)

    row = row_of(answer, "I1")
    assert (row.for_few, row.under_way, row.action.text) == (True, [], "Public page")
    assert release.get_absolute_url() not in answer.content.decode()
    client.force_login(release.created_by)
    row = row_of(client.get(DESK), "I1")
    assert (row.for_few, row.action.address) == (False, release.get_absolute_url())


# How far one is


def test_progress_counts_what_is_handed_in_and_what_is_public(client, sign_in):
    late("I1", "I2", "I3", "I4")
    indicators(I5=COMING - 1, I6=COMING)
    submitted_release(entries=[figure("I1")])
    approved_release(entries=[figure("I2")])
    returned(entries=[figure("I3")])
    published_release(entries=[figure("I5", COMING)])
    sign_in(Role.OFFICIAL)

    answer = client.get(DESK)

    assert said(answer) == "3 of 5 figures handed in. 1 of them is public already."
    assert 'class="done" width="60"' in answer.content.decode()


def test_progress_says_that_nothing_is_left_and_what_comes_next(client, sign_in):
    indicators(I1=OVERDUE, I2=2097)
    submitted_release(entries=[figure("I1")])
    sign_in(Role.OFFICIAL)

    assert said(client.get(DESK)) == (
        "1 of 1 figure handed in. Nothing is left to enter; the next figure is due by 31 December 2099."
    )


def test_progress_says_that_nothing_is_due(client, sign_in):
    indicators(I2=2097)
    sign_in(Role.OFFICIAL)

    assert said(client.get(DESK)) == "Nothing is due. The next figure is due by 31 December 2099."


def test_updates_of_an_office_without_indicators_say_what_to_do(client, sign_in):
    late("I1")
    sign_in(Role.OFFICIAL, office=OfficeFactory(code="dpo"))

    answer = client.get(DESK)

    assert said(answer).startswith("No indicator is assigned to your office. The bureau")
    assert '<form class="filters"' not in answer.content.decode()


# Filters


@pytest.fixture
def many(db):
    """Eight late indicators of an office, two given to people of it."""
    indicators(**{f"I{number}": OVERDUE - number % 2 for number in range(8)})
    people = [UserFactory(name=name) for name in ("Ann", "Ben")]
    give("I1", people[0])
    give("I2", people[1])
    return people


def test_official_sees_own_and_what_nobody_has_first(client, many):
    client.force_login(many[0])

    answer = client.get(DESK)

    assert codes(answer) == ["I1", "I3", "I5", "I7", "I0", "I4", "I6"]
    assert said(answer) == "0 of 7 figures handed in."
    assert len(codes(client.get(DESK, {"person": "all"}))) == 8


def test_official_without_own_sees_the_whole_office(client, many, sign_in):
    sign_in(Role.OFFICIAL)

    assert len(codes(client.get(DESK))) == 8


def test_filters_stand_in_the_address(client, many, sign_in):
    sign_in(Role.HEAD)
    found = {
        asked: codes(client.get(f"{DESK}?{asked}"))
        for asked in (
            "person=none&q=name%20i4",
            "q=I7",
            "q=%E6%8C%87",
            "state=overdue&sort=name",
            "state=returned",
            "sort=person",
            f"person={many[1].pk}",
        )
    }

    assert found == {
        "person=none&q=name%20i4": ["I4"],
        "q=I7": ["I7"],
        "q=%E6%8C%87": [],
        "state=overdue&sort=name": [f"I{number}" for number in range(8)],
        "state=returned": [],
        "sort=person": ["I0", "I3", "I4", "I5", "I6", "I7", "I1", "I2"],
        f"person={many[1].pk}": ["I2"],
    }


def test_list_that_is_empty_by_its_filters_says_how_to_see_more(client, many, sign_in):
    sign_in(Role.HEAD)

    page = client.get(DESK, {"state": "returned"}).content.decode()

    assert 'Nothing of this list fits these filters. <a href="/en/desk/">Show all of it</a>' in page


def test_filter_that_is_not_known_is_refused_in_words(client, many, sign_in):
    sign_in(Role.HEAD)
    asked = [
        "person=1%27", "person=999999", "state=nonsense", "sort=-id", "q=%00", "q=a&q=b", "page=0", "page=9",
    ]  # fmt: skip

    assert [client.get(f"{DESK}?{each}").status_code for each in asked] == [400] * len(asked)


def test_counts_lead_to_each_stage_and_keep_the_other_filters(client, many, sign_in):
    submitted_release(entries=[figure("I4")])
    sign_in(Role.HEAD)

    counts = client.get(DESK, {"person": "none", "state": "waiting"}).context["counts"]

    assert [(str(title), count, address, current) for title, count, address, current in counts] == [
        ("Overdue", 5, "?person=none&state=overdue", False),
        ("Waiting for approval", 1, "?person=none&state=waiting", True),
    ]


def test_few_indicators_need_no_filters(client, sign_in):
    late("I1")
    sign_in(Role.OFFICIAL)

    assert '<form class="filters"' not in client.get(DESK).content.decode()


def test_office_with_many_indicators_is_paged(client, sign_in):
    late(*[f"I{n:03}" for n in range(60)])
    sign_in(Role.OFFICIAL)

    first, second = client.get(DESK), client.get(DESK, {"page": "2", "state": "overdue"})

    assert [len(codes(answer)) for answer in (first, second)] == [50, 10]
    assert sections(second)[0][1] == 60
    assert second.context["previous_page"] == "?page=1&state=overdue"


# Other offices


def test_W04_other_offices_work_is_never_shown(client, sign_in):
    late("I1")
    of_another_office("I2")
    stranger = UserFactory(office=OfficeFactory(code="dpo"), name="Stranger Person")
    give("I2", stranger)
    returned(entries=[figure("I2")], office=stranger.office, created_by=stranger, reason="Hidden reason")

    for role in (Role.OFFICIAL, Role.APPROVER, Role.HEAD):
        sign_in(role)
        for asked in ({}, {"office": "dpo"}, {"q": "secret"}, {"state": "returned"}, {"person": "all"}):
            page = client.get(DESK, asked).content.decode()
            assert not any(word in page for word in ("Secret", "Stranger", "Hidden", "Digital Policy"))


def test_W04_release_of_another_office_with_an_own_indicator_stays_there(client, sign_in):
    """The indicator moved here while its old office still had a draft of it."""
    of_another_office("I1")
    release = ReleaseFactory(office=OfficeFactory(code="dpo"), entries=[figure("I1")])
    give("I1", release.created_by)
    publish_indicator("I1")
    sign_in(Role.OFFICIAL)

    row = row_of(client.get(DESK), "I1")

    assert (row.work.held, row.work.person, row.action.text) == ((), None, f"Enter {OVERDUE + 1}")


# All offices


def test_publisher_sees_all_offices_with_counts_that_lead_to_their_lists(client, sign_in):
    late("I1", "I2")
    of_another_office("I3")
    publish_changes(change("indicator", indicator="I4", office="dpo"))
    publish_observation("I4", period=str(COMING))
    submitted_release(entries=[figure("I1")])
    sign_in(Role.PUBLISHER)

    answer = client.get(DESK)

    assert [str(title) for title in answer.context["stages"]] == ["Overdue", "Waiting for approval", "Coming"]
    assert [
        (
            row["office"].name_en,
            row["progress"].handed_in,
            row["progress"].asked,
            [n for *_, n in row["cells"]],
        )
        for row in answer.context["offices"]
    ] == [("Digital Policy Office", 0, 1, [1, 0, 1]), ("Innovation Office", 1, 2, [1, 1, 0])]
    assert "?office=dpo&amp;state=overdue" in answer.content.decode()
    assert codes(client.get(DESK, {"office": "dpo"})) == ["I3", "I4"]
    assert codes(client.get(DESK, {"office": "dpo", "state": "overdue"})) == ["I3"]
    assert codes(client.get(DESK, {"state": "overdue"})) == ["I2", "I3"]


def test_updates_of_a_publisher_hold_all_tracks(client, sign_in):
    late("I1")
    ready = [
        approved_release(),
        approved_release(track="committee", office=None, entries=[change("finding")]),
        approved_release(track="central", office=None, entries=[change("source")]),
    ]
    texts = submitted_release(track="central", office=None, entries=[change("source")])
    scheduled = approved_release(due_in=3600, entries=[figure("I1")])
    submitted_release()
    sign_in(Role.PUBLISHER)

    queues = client.get(DESK).context["queues"]

    assert [(q["purpose"], [row["release"] for row in q["rows"]]) for q in queues] == [
        ("approve", [texts]),
        ("publish", ready),
        ("scheduled", [scheduled]),
    ]


def test_auditor_sees_what_the_publisher_does_without_a_button(client, sign_in):
    late("I1")
    releases = [submitted_release(), submitted_release(office=OfficeFactory(code="dpo"))]
    sign_in(Role.AUDITOR)

    answer = client.get(DESK)

    assert [row["release"] for row in answer.context["listed"]] == releases[::-1]
    assert [row["office"].name_en for row in answer.context["offices"]] == ["Innovation Office"]
    assert client.get(releases[0].get_absolute_url()).context["moves"] == []
    for address in (DESK, f"{DESK}?office=itc", f"{DESK}people/?office=itc"):
        page = client.get(address).content.decode()
        assert page.count('method="post"') == page.count('action="/accounts/logout/"') == 1


def test_updates_mark_what_another_person_must_approve(client, sign_in):
    late("I1")
    head = sign_in(Role.HEAD)
    own, other = submitted_release(created_by=head), submitted_release()

    (queue,) = client.get(DESK).context["queues"]

    assert [(row["release"], row["own"]) for row in queue["rows"]] == [(own, True), (other, False)]


# Who comes here, and at what price


def test_updates_are_for_the_desk(client, sign_in):
    answers = {}
    for role in Role.values:
        person = sign_in(role)
        answer = client.get(DESK)
        refused = Event.objects.filter(actor=person, refused=True).exists()
        answers[role] = (answer.status_code, answer.headers["Cache-Control"], refused)

    desk = ("official", "approver", "head", "publisher", "auditor")
    assert answers == {
        role: (200, "no-store", False) if role in desk else (403, "no-store", True) for role in Role.values
    }


def test_updates_before_anything_was_published(client, sign_in):
    assert Publication.objects.count() == 0

    for role in (Role.OFFICIAL, Role.HEAD, Role.PUBLISHER):
        sign_in(role)
        assert client.get(DESK).status_code == 200


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("role", "asked", "queries"),
    [("head", {}, 18), ("official", {"q": "name", "sort": "name"}, 16), ("publisher", {}, 44)],
)
def test_updates_query_count(client, sign_in, django_assert_num_queries, role, asked, queries, count):
    sign_in(role)
    makers = (ReleaseFactory, submitted_release, approved_release, returned)
    codes = {f"I{number}-{stage}": make for number in range(count) for stage, make in enumerate(makers)}
    late(*codes)
    for code, make in codes.items():
        give(code, UserFactory())
        make(entries=[figure(code)])
    client.get(DESK, asked)

    with django_assert_num_queries(queries):
        answer = client.get(DESK, asked)

    assert len(answer.context["filter"].counted) == count * 4


# Drafts put together


def test_two_drafts_can_be_put_together_from_the_list(client, sign_in):
    late("I1", "I2", "I3")
    into, other, mended = (
        make(entries=[figure(code)])
        for make, code in ((ReleaseFactory, "I1"), (ReleaseFactory, "I2"), (returned, "I3"))
    )
    person = sign_in(Role.OFFICIAL)
    page = client.get(DESK)

    client.post(
        f"{into.get_absolute_url()}gather/", {"version": into.version, "with": f"{other.pk}:{other.version}"}
    )

    html = page.content.decode()
    assert (page.context["into"], page.context["gatherable"]) == (into, [other])
    assert (f'value="{other.pk}:{other.version}"' in html, f'value="{mended.pk}:' in html) == (True, False)
    other.refresh_from_db()
    assert (other.state, into.contributors.filter(user=person).exists()) == ("withdrawn", True)
    assert "gatherable" not in client.get(DESK).context


@pytest.mark.parametrize("role", [Role.APPROVER, Role.PUBLISHER, Role.AUDITOR])
def test_who_enters_nothing_puts_nothing_together(client, sign_in, role):
    late("I1", "I2")
    for code in ("I1", "I2"):
        ReleaseFactory(entries=[figure(code)])
    sign_in(role)

    assert "gatherable" not in client.get(DESK).context
