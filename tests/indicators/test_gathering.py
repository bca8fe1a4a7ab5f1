import pytest
from django.urls import reverse

from blueprint import actions
from blueprint.actions import Moved, Refused, approval_digest
from blueprint.clock import database_now
from blueprint.contents import entries_of
from blueprint.invariants import check_invariants
from blueprint.models import Event, Release, Remark
from blueprint.permissions import Role
from indicators.actions import warnings_of
from indicators.gathering import gather_releases, split_release
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    change,
    person_for,
    publish_indicator,
    submitted_release,
)
from tests.races import at_once

pytestmark = pytest.mark.django_db
WARNED = {"code": "jump", "heading": "A jump", "warning": "Up by half.", "sentence": "A new census."}


@pytest.fixture
def drafts():
    """Three drafts of one office, one indicator each, of three authors."""
    made = []
    for code in ("A", "B", "C"):
        publish_indicator(
            code, short_name_en=f"Name {code}", short_name_zh_hant=f"名{code}", short_name_zh_hans=f"名{code}"
        )
        made.append(ReleaseFactory(entries=[change("observation", indicator=code)]))
    return made


def gather(into, *others, by=None):
    gather_releases(into, by=by or into.created_by, others=[(one.pk, one.version) for one in others])
    into.refresh_from_db()


def held(release):
    return sorted(entry.indicator_id for entry in entries_of(release))


def test_drafts_are_put_together_with_all_their_authors(drafts):
    first, second, third = drafts
    authors = {draft.created_by_id for draft in drafts}

    gather(first, second, third)

    assert held(first) == ["A", "B", "C"]
    assert set(first.contributors.values_list("user", flat=True)) == authors
    assert list(Release.objects.order_by("pk").values_list("state", flat=True)) == [
        "draft",
        "withdrawn",
        "withdrawn",
    ]
    assert (first.version, first.title_en, first.title_zh_hant) == (
        2,
        "Name A; Name B; Name C",
        "名A；名B；名C",
    )
    event = Event.objects.get(verb="gather")
    assert (event.release, event.detail["from"]) == (first, [second.pk, third.pk])
    assert list(check_invariants()) == []


def test_W02_author_of_a_part_never_approves_the_whole(drafts):
    first, second, _third = drafts
    head = UserFactory(role=Role.HEAD)
    actions.touch(second, by=head)
    gather(first, second)
    actions.submit_release(first, by=first.created_by)

    with pytest.raises(Refused, match="You had a hand in this release"):
        actions.approve_release(first, by=head, digest=approval_digest(first))


def test_warnings_and_remarks_go_along(drafts):
    first, second, _third = drafts
    detail = {"indicator": "B", "period": "2024", "warnings": [WARNED], "changes": [], "version": 1}
    Event.objects.create(
        at=database_now(), actor=second.created_by, verb="save_entry", release=second, detail=detail
    )
    Remark.objects.create(
        release=second, indicator="B", period="2024", text="Why?", by=second.created_by, at=database_now()
    )

    gather(first, second)
    there = warnings_of(first)["B", "2024"], first.remarks.count()
    own = split_release(first, by=first.created_by, indicator="B")

    assert [[one["sentence"] for one in there[0]], there[1]] == [["A new census."], 1]
    assert [one["sentence"] for one in warnings_of(own)["B", "2024"]] == ["A new census."]
    assert (own.remarks.count(), first.remarks.count()) == (1, 0)


def test_gathered_release_is_submitted_approved_and_published_as_one(drafts):
    gather(*drafts)
    release = Release.objects.get(pk=drafts[0].pk)
    actions.submit_release(release, by=release.created_by)
    actions.approve_release(release, by=person_for(Role.APPROVER, release), digest=approval_digest(release))

    publication = actions.publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    assert Release.objects.filter(publication=publication).count() == 1
    assert list(check_invariants()) == []


def test_indicator_is_taken_out_into_its_own_draft(drafts):
    first, second, _third = drafts
    gather(first, second)

    own = split_release(first, by=first.created_by, indicator="B")

    first.refresh_from_db()
    assert (held(first), held(own), own.state, own.office) == (["A"], ["B"], "draft", first.office)
    assert set(own.contributors.values_list("user", flat=True)) == set(
        first.contributors.values_list("user", flat=True)
    )
    assert (first.title_en, own.title_en) == ("Name A: 2024", "Name B: 2024")
    assert (first.version, list(check_invariants())) == (3, [])


def refused(drafts, by=None, **columns):
    first, second, _third = drafts
    Release.objects.filter(pk=second.pk).update(**columns)
    with pytest.raises(Refused) as refusal:
        gather(first, second, by=by)
    assert held(first) == ["A"]
    return str(refusal.value)


def test_gathering_is_refused(drafts):
    first = drafts[0]

    assert refused(drafts, publish_at=database_now()).endswith(
        "has a moment of its own. Take the moment away first."
    )
    assert "was returned" in refused(drafts, publish_at=None, returned_reason="Look again")
    assert refused(drafts, returned_reason="", version=9) == str(Moved())
    assert refused(drafts, version=1, office=OfficeFactory(code="fstb")) == str(Moved())
    assert "office that answers for it" in refused(drafts, by=person_for(Role.APPROVER, first))
    with pytest.raises(Refused, match="Choose at least one draft"):
        gather(first)
    with pytest.raises(Moved):
        gather(first, first)


def test_same_figure_twice_is_not_put_together(drafts):
    first = drafts[0]
    again = ReleaseFactory(entries=[change("observation", indicator="A")])

    with pytest.raises(Refused, match=f"Release {again.pk} holds a figure of the same indicator and period"):
        gather(first, again)


def test_submitted_release_is_not_taken_apart():
    publish_indicator("A")
    publish_indicator("B")
    release = submitted_release(entries=[change("observation", indicator=code) for code in "AB"])

    with pytest.raises(Refused, match="This release is no longer a draft"):
        split_release(release, by=release.created_by, indicator="A")


def test_only_indicator_is_not_taken_out(drafts):
    with pytest.raises(Refused, match="It is the only indicator"):
        split_release(drafts[0], by=drafts[0].created_by, indicator="A")


@pytest.mark.django_db(transaction=True)
def test_C11_two_who_put_the_same_drafts_together_crosswise_end_with_one_release(drafts):
    first, second, _third = drafts
    pairs = [(first, second), (second, first)]

    answers = at_once(lambda index: gather(*pairs[index]), threads=2)

    assert sorted(type(answer).__name__ for answer in answers) == ["Moved", "NoneType"]
    states = Release.objects.filter(pk__in=[first.pk, second.pk]).values_list("state", flat=True)
    assert sorted(states) == ["draft", "withdrawn"]


# The page


def test_page_puts_drafts_together_and_takes_one_out(client, drafts):
    first, second, _third = drafts
    client.force_login(first.created_by)
    page = client.get(first.get_absolute_url())
    sent = {"version": 1, "with": f"{second.pk}:{second.version}"}

    together = client.post(reverse("desk:release-gather", args=[first.pk]), sent)
    twice = client.post(reverse("desk:release-gather", args=[first.pk]), sent)
    apart = client.get(first.get_absolute_url()).context["apart"]
    out = client.post(reverse("desk:release-split", args=[first.pk]), {"version": 2, "indicator": "B"})

    assert [one.pk for one in page.context["gatherable"]] == [d.pk for d in drafts[1:]]
    assert (together.status_code, twice.status_code, apart) == (302, 302, [("A", "Name A"), ("B", "Name B")])
    assert out.headers["Location"] == Release.objects.order_by("-pk").first().get_absolute_url()
    assert Event.objects.filter(verb="gather").count() == 1


@pytest.mark.parametrize("sent", ["", "x", "1", "1:x", "-1:2", "1:2:3", "９:1", "99999999999:1"])
def test_broken_choice_is_refused_in_words(client, drafts, sent):
    client.force_login(drafts[0].created_by)

    answer = client.post(reverse("desk:release-gather", args=[drafts[0].pk]), {"version": 1, "with": sent})

    assert answer.status_code == 400
    assert "This form is not as the page made it" in answer.content.decode()


def test_another_wish_on_an_older_page_is_not_taken_for_the_same_form_sent_twice(drafts, client):
    first, second, third = drafts
    client.force_login(first.created_by)
    gathered, split = (reverse(f"desk:release-{verb}", args=[first.pk]) for verb in ("gather", "split"))
    version = first.version
    client.post(gathered, {"version": version, "with": f"{second.pk}:{second.version}"})

    other = client.post(gathered, {"version": version, "with": f"{third.pk}:{third.version}"})

    assert (other.status_code, held(first)) == (409, ["A", "B"])
    first.refresh_from_db()
    gather(first, third)
    version = first.version
    client.post(split, {"version": version, "indicator": "B"})

    other = client.post(split, {"version": version, "indicator": "C"})

    assert (other.status_code, held(first)) == (409, ["A", "C"])
