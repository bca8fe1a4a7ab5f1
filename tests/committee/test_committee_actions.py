import datetime
import uuid
from dataclasses import replace

import pytest

from blueprint.actions import (
    Refused,
    approval_digest,
    approve_release,
    changes_of,
    publish_release,
    return_release,
)
from blueprint.clock import database_now, today
from blueprint.models import Event, Publication, Release
from blueprint.permissions import Role
from committee.actions import (
    Agreement,
    NotYours,
    Outrun,
    Request,
    agreement_in,
    record_finding,
    save_rating,
)
from committee.models import ActionVersion, Cycle, Finding, Rating
from committee.papers import changed_since, paper_of, papers_of
from tests.factories import (
    UserFactory,
    change,
    publish_changes,
    publish_observation,
    publish_stage,
    publish_target,
)

pytestmark = pytest.mark.django_db
LATER = today() + datetime.timedelta(days=90)
AGREED = Agreement(
    confidence=4,
    texts={"en": "Goes well.", "zh_hant": "進展良好。", "zh_hans": "进展顺利。"},
    request=Request(
        texts={"en": "Report again.", "zh_hant": "再次匯報。", "zh_hans": "请再报告。"},
        office="itc",
        due_on=LATER,
    ),
)


@pytest.fixture
def cycle():
    """A meeting to prepare, with one strategy and one indicator on the figures of its cut-off."""
    publish_changes(change("committee"), change("indicator"), change("baseline"))
    publish_stage()
    publish_target()
    publish_observation()
    return Cycle.objects.create(
        number=5,
        committee_id="review",
        meets_on=LATER,
        cut_off=Publication.objects.head(),
        opened_at=database_now(),
    )


@pytest.fixture
def paper(cycle):
    return paper_of(cycle, "1")


def rated(paper, by=None, *, confidence=4, reason="Because.", version=0):
    by = by or UserFactory(role=Role.MEMBER)
    return save_rating(paper, by=by, confidence=confidence, reason=reason, version=version)


def recorded(paper, by, agreed=AGREED, *, token=None, version=0):
    return record_finding(paper, by=by, agreed=agreed, token=token or uuid.uuid4(), version=version)


def verbs():
    return list(Event.objects.order_by("pk").values_list("verb", "refused"))


# Papers


def test_papers_show_the_figures_of_the_cut_off(cycle):
    publish_observation(period="2025", value=3)
    publish_changes(change("strategy", strategy="2", number=2))

    (paper,) = papers_of(cycle)

    (standing,) = paper.standings
    assert (paper.code, standing.latest.latest_period) == ("1", "2024")


def test_papers_name_what_was_published_since(paper):
    assert changed_since(paper) == []

    later = publish_observation(period="2025", value=3)

    assert [(i.indicator_id, p) for i, p in changed_since(paper)] == [("I1", [later])]


def test_papers_take_the_same_number_of_queries_for_more_strategies(cycle, django_assert_num_queries):
    publish_changes(
        *[change("strategy", strategy=str(n), number=n) for n in (2, 3)],
        *[change("indicator", indicator=f"I{n}", strategy=str(n)) for n in (2, 3)],
    )
    cycle.cut_off = Publication.objects.head()

    with django_assert_num_queries(4):
        assert len(papers_of(cycle)) == 3


# Ratings


def test_save_rating_keeps_what_a_member_thinks(paper):
    member = UserFactory(role=Role.MEMBER)

    rating = rated(paper, member, confidence=2, reason="No figure since 2024.")

    assert Rating.objects.values_list("member", "confidence", "reason", "version").get() == (
        member.pk,
        2,
        "No figure since 2024.",
        1,
    )
    assert rating.cycle == paper.cycle
    assert verbs() == [("save_rating", False)]


def test_save_rating_leaves_what_was_thought_out_of_the_trail(paper):
    rated(paper, reason="A private reason.")

    event = Event.objects.get()
    assert (event.subject, event.detail) == ("5/1", {"version": 1})


def test_save_rating_twice_saves_once(paper):
    member = UserFactory(role=Role.MEMBER)
    rated(paper, member)

    again = rated(paper, member)

    assert (again.version, verbs()) == (1, [("save_rating", False)])


def test_save_rating_on_an_outrun_version_is_refused(paper):
    member = UserFactory(role=Role.MEMBER)
    rated(paper, member, reason="First.")

    with pytest.raises(Outrun) as outrun:
        rated(paper, member, reason="From another window.")

    assert outrun.value.stored.reason == "First."
    assert Rating.objects.get().reason == "First."
    assert verbs() == [("save_rating", False), ("save_rating", True)]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.MEMBER, Role.CHAIR}))
def test_save_rating_by_another_role_is_refused(paper, role):
    with pytest.raises(NotYours):
        rated(paper, UserFactory(role=role))

    assert not Rating.objects.exists()
    assert verbs() == [("save_rating", True)]


def test_save_rating_for_a_closed_meeting_is_refused(paper):
    Cycle.objects.update(closed_at=database_now())

    with pytest.raises(Refused, match="closed"):
        rated(paper)

    assert not Rating.objects.exists()


def test_ratings_are_seen_by_members_who_have_rated(paper):
    reader = UserFactory(role=Role.MEMBER)
    seen = {"cycle": paper.cycle, "strategy": paper.code}
    other = rated(paper)

    before = list(Rating.objects.seen_by(reader, **seen))
    own = rated(paper, reader, confidence=5)

    assert before == []
    assert list(Rating.objects.seen_by(reader, **seen)) == [other, own]


# Findings


def test_record_finding_submits_a_release(paper):
    chair = UserFactory(role=Role.CHAIR)
    rated(paper, confidence=4)
    rated(paper, confidence=4)
    rated(paper, confidence=2)

    release = recorded(paper, chair)

    assert (release.state, release.track, release.submitted_by) == ("submitted", "committee", chair)
    assert agreement_in(release) == AGREED
    finding, action = [one.content for one in changes_of(release)]
    assert finding == {
        "meeting_id": "5",
        "strategy_id": "1",
        "confidence": 4,
        "text_en": "Goes well.",
        "text_zh_hant": "進展良好。",
        "text_zh_hans": "进展顺利。",
        "spread": {"4": 2, "2": 1},
        "figures_as_at": paper.cycle.cut_off_id,
        "computed": paper.computed,
        "agreed_on": today(),
        "example": False,
        "withdrawn": False,
    }
    assert (action["action_id"], action["office_id"], action["due_on"]) == ("5.1.1", "itc", LATER)
    assert sum(paper.computed.values()) == 1


def test_record_finding_of_an_example_says_so(paper):
    paper.cycle.example = True

    release = recorded(paper, UserFactory(role=Role.CHAIR))

    assert release.title_en == "Example: what meeting 5 found of strategy 1"
    assert [one.content["example"] for one in changes_of(release)] == [True, True]
    assert {one.content["meeting_id"] for one in changes_of(release)} == {"example-5"}


def test_record_finding_twice_with_one_token_makes_one_release(paper):
    chair, token = UserFactory(role=Role.CHAIR), uuid.uuid4()

    first, second = recorded(paper, chair, token=token), recorded(paper, chair, token=token)

    assert first == second
    assert Release.objects.count() == 1


def test_C04_record_finding_with_a_used_token_and_other_words_is_refused(paper):
    chair, token = UserFactory(role=Role.CHAIR), uuid.uuid4()
    release = recorded(paper, chair, token=token)
    other = Agreement(confidence=1, texts=AGREED.texts | {"en": "Another."})

    with pytest.raises(Outrun):
        recorded(paper, chair, token=token, agreed=other)

    assert agreement_in(release) != other


def test_record_finding_with_the_token_of_another_person_is_refused(paper):
    token = uuid.uuid4()
    release = recorded(paper, UserFactory(role=Role.CHAIR), token=token)

    with pytest.raises(Refused, match="another person"):
        recorded(paper, UserFactory(role=Role.CHAIR), token=token)

    assert list(Release.objects.all()) == [release]


def test_record_finding_while_one_waits_is_refused(paper):
    chair = UserFactory(role=Role.CHAIR)
    recorded(paper, chair)

    with pytest.raises(Outrun):
        recorded(paper, chair, Agreement(confidence=1, texts=AGREED.texts))

    assert Release.objects.count() == 1


def test_record_finding_mends_a_returned_release(paper):
    chair, secretary = UserFactory(role=Role.CHAIR), UserFactory(role=Role.SECRETARY)
    release = recorded(paper, chair)
    return_release(release, by=secretary, reason="Name the figure.")
    mended = Agreement(confidence=3, texts=AGREED.texts | {"en": "Better."}, request=AGREED.request)

    again = recorded(paper, chair, mended, version=release.version)

    assert (again, again.state, agreement_in(again)) == (release, "submitted", mended)
    assert [one.content.get("action_id") for one in changes_of(again)] == [None, "5.1.1"]


def test_record_finding_on_an_outrun_draft_is_refused(paper):
    chair = UserFactory(role=Role.CHAIR)
    release = recorded(paper, chair)
    return_release(release, by=UserFactory(role=Role.SECRETARY), reason="Name the figure.")

    with pytest.raises(Outrun):
        recorded(paper, chair, version=release.version - 1)

    assert Release.objects.get().state == "draft"


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.CHAIR}))
def test_record_finding_by_another_role_is_refused(paper, role):
    with pytest.raises(NotYours):
        recorded(paper, UserFactory(role=role))

    assert not Release.objects.exists()
    assert verbs() == [("record_finding", True)]


def test_chair_cannot_approve_what_the_chair_recorded(paper):
    chair = UserFactory(role=Role.CHAIR)
    release = recorded(paper, chair)

    with pytest.raises(Refused):
        approve_release(release, by=chair, digest=approval_digest(release))

    release.refresh_from_db()
    assert release.state == "submitted"


def test_finding_becomes_public_when_approved_and_published(paper):
    release = recorded(paper, UserFactory(role=Role.CHAIR))
    digest = approval_digest(release)
    approve_release(release, by=UserFactory(role=Role.SECRETARY), digest=digest)
    assert not Finding.objects.exists()

    publication = publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    finding, action = Finding.objects.get(), ActionVersion.objects.get()
    assert (finding.publication, finding.confidence, finding.text_en) == (publication, 4, "Goes well.")
    assert (action.action_id, action.text_en, action.state) == ("5.1.1", "Report again.", "open")
    assert publication.kind == "committee"


def test_published_finding_changes_only_with_a_reason(paper):
    chair, secretary = UserFactory(role=Role.CHAIR), UserFactory(role=Role.SECRETARY)
    release = recorded(paper, chair)
    approve_release(release, by=secretary, digest=approval_digest(release))
    publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    with pytest.raises(Refused, match="Say why; the reason is published with it"):
        recorded(paper, chair, replace(AGREED, confidence=2))
    corrected = recorded(paper, chair, replace(AGREED, confidence=2, reason="The minutes say 2."))

    assert corrected.reason == "The minutes say 2."
    assert agreement_in(corrected).reason == "The minutes say 2."


def test_second_action_of_a_strategy_gets_the_next_number(paper):
    chair, secretary = UserFactory(role=Role.CHAIR), UserFactory(role=Role.SECRETARY)
    release = recorded(paper, chair)
    approve_release(release, by=secretary, digest=approval_digest(release))
    publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    second = recorded(paper, chair, replace(AGREED, reason="The minutes say so."))

    assert changes_of(second)[1].content["action_id"] == "5.1.2"
