import datetime
from itertools import product

import pytest
from django.db import DatabaseError, connection, transaction

from blueprint import actions
from blueprint.actions import Moved, Refused, approval_digest
from blueprint.clock import database_now
from blueprint.models import Contributor, Event, Release
from blueprint.permissions import Role
from blueprint.workflow import MOVES, TRANSITIONS, Hands, State, allowed_moves
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    person_for,
    published_release,
    submitted_release,
)

pytestmark = pytest.mark.django_db


def withdrawn_release(**fields):
    release = ReleaseFactory(**fields)
    actions.withdraw_release(release, by=release.created_by)
    return release


RELEASE_IN = {
    State.DRAFT: ReleaseFactory,
    State.SUBMITTED: submitted_release,
    State.APPROVED: approved_release,
    State.PUBLISHED: published_release,
    State.WITHDRAWN: withdrawn_release,
}

VERBS = {
    "submit": actions.submit_release,
    "withdraw": actions.withdraw_release,
    "recall": actions.recall_release,
    "return": lambda release, *, by: actions.return_release(release, by=by, reason="Look again"),
    "approve": lambda release, *, by: actions.approve_release(
        release, by=by, digest=approval_digest(release)
    ),
    "take_back": lambda release, *, by: actions.take_back_approval(release, by=by, reason="Too early"),
    "publish": actions.publish_release,
}


def somebody(role, release, verb):
    """Of this role, with a hand in the release only where the move is for those who have one."""
    person = person_for(role, release)
    if MOVES[verb].hands == Hands.OWN:
        Contributor.objects.create(release=release, user=person)
    return person


def stored(release):
    return Release.objects.values().get(pk=release.pk)


# What the table says

ENTER, RECORD, PROPOSE = {"official", "head"}, {"chair"}, {"administrator"}
DECIDE, AGREE, CONSENT = {"approver", "head"}, {"secretary"}, {"publisher"}
MAY = {
    "submit": {"office": ENTER, "committee": RECORD, "central": PROPOSE},
    "withdraw": {"office": ENTER, "committee": RECORD, "central": PROPOSE},
    "recall": {"office": ENTER, "committee": RECORD, "central": PROPOSE},
    "return": {"office": DECIDE, "committee": AGREE, "central": CONSENT},
    "approve": {"office": DECIDE, "committee": AGREE, "central": CONSENT},
    "take_back": {"office": DECIDE, "committee": AGREE, "central": CONSENT},
    "publish": {"office": {"publisher"}, "committee": {"publisher"}, "central": {"publisher"}},
}


def test_table_holds_these_moves():
    assert [(move.start.value, move.end.value, move.verb) for move in TRANSITIONS] == [
        ("draft", "submitted", "submit"),
        ("draft", "withdrawn", "withdraw"),
        ("submitted", "draft", "recall"),
        ("submitted", "draft", "return"),
        ("submitted", "approved", "approve"),
        ("approved", "draft", "take_back"),
        ("approved", "published", "publish"),
    ]


@pytest.mark.parametrize("track", Release.Track.values)
@pytest.mark.parametrize("move", TRANSITIONS, ids=lambda move: move.verb)
def test_W05_move_is_open_to_exactly_these_roles(move, track):
    moved = set()

    for role in Role.values:
        release = RELEASE_IN[move.start](track=track)
        try:
            VERBS[move.verb](release, by=somebody(role, release, move.verb))
        except Refused:
            assert stored(release)["state"] == move.start
        else:
            assert stored(release)["state"] == move.end
            moved.add(role)

    assert moved == MAY[move.verb][track]


@pytest.mark.parametrize("track", Release.Track.values)
@pytest.mark.parametrize("state", State)
def test_allowed_moves_are_those_that_succeed(state, track):
    release = RELEASE_IN[state](track=track)

    for role in Role.values:
        offered = allowed_moves(release, person_for(role, release))
        assert offered == [
            move.verb
            for move in TRANSITIONS
            if move.start == state and move.hands != Hands.OWN and role in MAY[move.verb][track]
        ]


# What it does not say

FORBIDDEN = sorted((start, verb) for start, verb in product(State, VERBS) if MOVES[verb].start != start)
PAIRS = {(move.start, move.end) for move in TRANSITIONS}


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize(("start", "verb"), FORBIDDEN)
def test_W05_verb_outside_the_table_is_refused_and_recorded(start, verb, role):
    release = RELEASE_IN[start]()
    user, before, events = person_for(role, release), stored(release), Event.objects.count()

    with pytest.raises(Refused):
        VERBS[verb](release, by=user)

    assert stored(release) == before
    assert list(Event.objects.order_by("id").values_list("actor", "refused", "release", "verb")[events:]) == [
        (user.pk, True, release.pk, VERB_NAMES[verb])
    ]


VERB_NAMES = {
    "submit": "submit_release",
    "withdraw": "withdraw_release",
    "recall": "recall_release",
    "return": "return_release",
    "approve": "approve_release",
    "take_back": "take_back_approval",
    "publish": "publish_release",
}


@pytest.mark.parametrize(("start", "end"), sorted(set(product(State, repeat=2)) - PAIRS))
def test_W05_pair_outside_the_table_is_refused_to_every_role(start, end):
    release = RELEASE_IN[start]()
    verb = next((move.verb for move in TRANSITIONS if move.end == end), "submit")
    before = stored(release)

    for role in Role.values:
        with pytest.raises(Refused, match="A release in this state cannot be moved so"), transaction.atomic():
            actions.move(release, end, by=person_for(role, release), verb=verb)

    assert stored(release) == before


@pytest.mark.parametrize("verb", ["submit", "withdraw", "return", "approve", "take_back"])
def test_move_on_an_office_release_is_closed_to_other_offices(verb):
    start = MOVES[verb].start
    release = RELEASE_IN[start]()
    stranger = UserFactory(role=Role.HEAD, office=OfficeFactory(code="dpo"))

    with pytest.raises(Refused, match="Your role does not include this step for this release"):
        VERBS[verb](release, by=stranger)

    assert stored(release)["state"] == start


@pytest.mark.parametrize(("start", "verb"), [(move.start, move.verb) for move in TRANSITIONS])
def test_closed_account_moves_nothing(start, verb):
    release = RELEASE_IN[start]()
    role = sorted(MAY[verb]["office"])[0]
    user = UserFactory(role=role, office=release.office if role != "publisher" else None, is_active=False)

    with pytest.raises(Refused):
        VERBS[verb](release, by=user)

    assert stored(release)["state"] == start


# Two persons

OWN_WORK = "You had a hand in this release, so another person must approve it"


def test_W01_submitter_may_not_approve():
    head = UserFactory(role=Role.HEAD)
    release = ReleaseFactory(created_by=head)
    actions.submit_release(release, by=head)

    with pytest.raises(Refused, match=OWN_WORK):
        VERBS["approve"](release, by=head)

    assert stored(release)["approved_by_id"] is None
    refusal = Event.objects.filter(refused=True).get()
    assert (refusal.verb, refusal.actor, refusal.release) == ("approve_release", head, release)


def test_W02_contributor_may_not_approve_what_a_colleague_submitted():
    editor, colleague = UserFactory(role=Role.HEAD), UserFactory(role=Role.OFFICIAL)
    release = ReleaseFactory(created_by=colleague)
    actions.touch(release, by=editor)
    actions.submit_release(release, by=colleague)

    with pytest.raises(Refused, match=OWN_WORK):
        VERBS["approve"](release, by=editor)

    assert stored(release)["state"] == State.SUBMITTED
    assert Event.objects.filter(refused=True, actor=editor, verb="approve_release").count() == 1


def test_W02_first_author_may_not_approve_after_a_return():
    first, second = UserFactory(role=Role.HEAD), UserFactory(role=Role.HEAD)
    release = submitted_release(created_by=first)
    VERBS["return"](release, by=person_for(Role.APPROVER, release))
    actions.touch(release, by=second)
    actions.submit_release(release, by=second)

    with pytest.raises(Refused, match=OWN_WORK):
        VERBS["approve"](release, by=first)

    assert stored(release)["state"] == State.SUBMITTED


def test_recall_and_not_approve_is_offered_to_a_contributor():
    head = UserFactory(role=Role.HEAD)
    release = submitted_release(created_by=head)

    assert allowed_moves(release, head) == ["recall", "return"]


def test_recall_is_refused_to_a_colleague_without_a_hand_in_it():
    release = submitted_release()

    with pytest.raises(Refused, match="Only those who had a hand in it take it back so"):
        VERBS["recall"](release, by=person_for(Role.OFFICIAL, release))

    assert stored(release)["state"] == State.SUBMITTED


def test_recalled_release_is_a_draft_without_submitter_and_without_a_reason():
    release = submitted_release()

    VERBS["recall"](release, by=release.created_by)

    row = stored(release)
    assert (row["state"], row["submitted_by_id"], row["submitted_at"], row["returned_reason"]) == (
        State.DRAFT,
        None,
        None,
        "",
    )
    assert Event.objects.filter(verb="recall", actor=release.created_by).count() == 1


APPROVE_BY_HAND = (
    "UPDATE blueprint_release SET state = 'approved', approved_by_id = %s, approved_at = %s, "
    "approved_digest = 'd' WHERE id = %s"
)


def approve_by_hand(release, user):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(APPROVE_BY_HAND, [user.pk, database_now(), release.pk])


def test_W01_check_refuses_the_submitter_whoever_writes():
    release = submitted_release()
    Contributor.objects.all().delete()

    with pytest.raises(DatabaseError, match="release_submitter_never_approves"):
        approve_by_hand(release, release.submitted_by)

    assert stored(release)["state"] == State.SUBMITTED


def test_W02_trigger_refuses_a_contributor_whoever_writes():
    release = ReleaseFactory()
    contributor = UserFactory(role=Role.OFFICIAL)
    actions.touch(release, by=contributor)
    actions.submit_release(release, by=release.created_by)

    with pytest.raises(DatabaseError, match="a contributor may not approve"):
        approve_by_hand(release, contributor)

    assert stored(release)["state"] == State.SUBMITTED


def test_W02_trigger_refuses_a_contributor_by_the_orm():
    release = submitted_release()
    author = release.created_by

    with pytest.raises(DatabaseError, match="a contributor may not approve"), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(
            state=State.APPROVED, approved_by=author, approved_at=database_now(), approved_digest="d"
        )

    assert stored(release)["state"] == State.SUBMITTED


def test_W02_approver_may_not_be_made_a_contributor_afterwards():
    release = approved_release()

    with pytest.raises(DatabaseError, match="a contributor may not approve"), transaction.atomic():
        Contributor.objects.create(release=release, user=release.approved_by)

    assert not release.contributors.filter(user=release.approved_by).exists()


def test_somebody_else_may_approve_by_hand():
    release = submitted_release()

    approve_by_hand(release, person_for(Role.APPROVER, release))

    assert stored(release)["state"] == State.APPROVED


# What can never be true of a release

IMPOSSIBLE = {
    "release_state_known": (ReleaseFactory, {"state": "lost"}),
    "release_office_with_office_track": (ReleaseFactory, {"track": "central"}),
    "release_submitted_at_with_submitted_by": (ReleaseFactory, {"submitted_at": database_now}),
    "release_approved_with_person_moment_and_digest": (approved_release, {"approved_digest": ""}),
    "release_public_only_when_approved": (submitted_release, {"state": "approved"}),
    "release_published_by_person_or_clock": (published_release, {"published_by": None}),
    "release_published_with_publication": (
        approved_release,
        {"state": "published", "publish_at": datetime.datetime(2026, 5, 4, tzinfo=datetime.UTC)},
    ),
}


@pytest.mark.parametrize("constraint", IMPOSSIBLE)
def test_release_constraint(constraint):
    make, columns = IMPOSSIBLE[constraint]
    release = make()
    columns = {name: value() if callable(value) else value for name, value in columns.items()}

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Release.objects.filter(pk=release.pk).update(**columns)

    assert stored(release)["state"] == release.state


# Two who act on one release

STALE = [(move.start, move.verb) for move in TRANSITIONS]


MEANWHILE = [
    {"version": 99},
    {"state": State.WITHDRAWN, "approved_by": None, "approved_at": None, "approved_digest": ""},
]


@pytest.mark.parametrize("meanwhile", MEANWHILE, ids=["version", "state"])
@pytest.mark.parametrize(("start", "verb"), STALE)
def test_move_of_a_release_that_somebody_changed_meanwhile_is_refused(start, verb, meanwhile):
    release = RELEASE_IN[start]()
    user = somebody(sorted(MAY[verb]["office"])[0], release, verb)
    Release.objects.filter(pk=release.pk).update(**meanwhile)
    before = stored(release)

    with pytest.raises(Moved, match="Somebody changed this release since you opened it"):
        VERBS[verb](release, by=user)

    assert stored(release) == before


def test_move_counts_the_version_up():
    release = ReleaseFactory()

    versions = [release.version]
    actions.submit_release(release, by=release.created_by)
    versions.append(release.version)
    VERBS["return"](release, by=person_for(Role.APPROVER, release))
    versions.append(release.version)

    assert versions == [1, 2, 3]


def test_same_move_twice_with_one_page_moves_once():
    release = submitted_release(entries=[change("observation")])
    page_one, page_two = Release.objects.get(pk=release.pk), Release.objects.get(pk=release.pk)
    approver = person_for(Role.APPROVER, release)
    VERBS["approve"](page_one, by=approver)

    with pytest.raises(Moved):
        VERBS["approve"](page_two, by=person_for(Role.APPROVER, release))

    assert stored(release)["approved_by_id"] == approver.pk
