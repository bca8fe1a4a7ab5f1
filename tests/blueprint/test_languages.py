"""Three languages as a gate: nothing goes out while a text is missing or stale, unless a person accepts it by name."""

import datetime
import re

import pytest
from django.urls import reverse
from django.utils.translation import override

from blueprint.actions import (
    Refused,
    approval_digest,
    approve_release,
    changes_of,
    publish_release,
    submit_release,
)
from blueprint.languages import Question, Text, Unsettled, open_questions, questions_of
from blueprint.models import AcceptedGap, DirectionVersion, Event, Release
from blueprint.nouns import nouns
from blueprint.permissions import Role
from blueprint.scheduling import propose_moment, publish_due, set_moment
from strategies.models import MilestoneVersion
from tests.factories import (
    REVISED,
    ReleaseFactory,
    UserFactory,
    accept_all_gaps,
    approved_release,
    change,
    enter,
    names_of,
    person_for,
    publish_changes,
    publish_direction,
    publish_indicator,
    publish_observation,
    set_clock,
)
from tests.reading import texts

HANT, HANS = "數字已經更新。", "数字已经更新。"
WHOLE = {"en": "Updated.", "zh_hant": HANT, "zh_hans": "数据有更新。"}


@pytest.fixture(autouse=True)
def english():
    with override("en"):
        yield


def asked(said, before=None):
    """(kind, languages, shown instead) of each question that a text raises."""
    blank = {"en": "", "zh_hant": "", "zh_hans": ""}
    text = Text("direction", "1", "text", "Text", blank | said, blank | before if before else {})
    return [(question.kind, question.languages, question.shown) for question in questions_of(text)]


@pytest.mark.parametrize(
    ("said", "before", "questions"),
    [
        (WHOLE, None, []),
        ({}, None, []),
        ({"en": "New."}, None, [("missing", ("zh_hant", "zh_hans"), "en")]),
        ({"zh_hant": HANT}, None, [("missing", ("en", "zh_hans"), "zh_hant")]),
        ({"en": "New.", "zh_hant": HANT}, None, [("missing", ("zh_hans",), "zh_hant")]),
        ({"en": "New.", "zh_hans": HANS}, None, [("missing", ("zh_hant",), "zh_hans")]),
        ({"en": "New.", "zh_hant": HANT, "zh_hans": "  "}, None, [("missing", ("zh_hans",), "zh_hant")]),
        # As it stands, it is not brought.
        ({"en": "Old."}, {"en": "Old."}, []),
        ({"en": "New."}, {"en": "Old."}, [("missing", ("zh_hant", "zh_hans"), "en")]),
        # One language changed, the others left behind.
        (WHOLE | {"en": "New."}, WHOLE, [("stale", ("zh_hant",), ""), ("stale", ("zh_hans",), "")]),
        (WHOLE | {"zh_hant": "另一句。"}, WHOLE, [("stale", ("en",), ""), ("stale", ("zh_hans",), "")]),
        (WHOLE | {"en": "New.", "zh_hant": "新句。"}, WHOLE, [("stale", ("zh_hans",), "")]),
        # What is written for the first time changes no other.
        (WHOLE, {"en": "Updated."}, []),
        (WHOLE, WHOLE | {"zh_hant": ""}, []),
        # What is taken away is missing, and says nothing against the others.
        (WHOLE | {"zh_hans": ""}, WHOLE, [("missing", ("zh_hans",), "zh_hant")]),
        # The conversion's own words wait for a person.
        ({"en": "New.", "zh_hant": HANT, "zh_hans": HANS}, None, [("draft", ("zh_hans",), "")]),
        ({"en": "x", "zh_hant": "二〇二五年", "zh_hans": "二〇二五年"}, None, []),
        (
            {"en": "New.", "zh_hant": HANT, "zh_hans": HANS},
            {"en": "Old.", "zh_hant": HANT, "zh_hans": HANS},
            [("stale", ("zh_hant",), ""), ("stale", ("zh_hans",), "")],
        ),
    ],
)
def test_E13_text_that_is_not_whole_raises_a_question(said, before, questions):
    assert asked(said, before) == questions


def test_question_holds_for_its_words_only():
    first, second = (
        Question(Text("direction", "1", "text", "Text", WHOLE | {"en": words}), "missing", ("zh_hans",), "en")
        for words in ("One.", "Two.")
    )

    assert first.name != second.name


# The gate


@pytest.mark.django_db
@pytest.mark.parametrize("name", [kind.name for kind in nouns()])
def test_E13_every_noun_with_texts_is_asked_about(name):
    entry = change(name)
    translated = {
        column.removesuffix("_en")
        for column in entry.content
        if column.endswith("_en") and column not in entry.noun.names and entry.content[column]
    }
    release = ReleaseFactory(track="central", entries=[])
    enter(release, entry)

    assert {question.text.field for question in open_questions(release, changes_of(release))} == translated


@pytest.fixture
def comment():
    """A draft with a figure whose comment was written in English only."""
    publish_indicator()
    release = ReleaseFactory(entries=[])
    enter(release, change("observation", period="2025", note_en="Up again."))
    return release


@pytest.mark.django_db
def test_E13_release_with_a_missing_text_is_refused_at_submission(comment):
    with pytest.raises(
        Unsettled, match=r", 2025, what happened: missing in 繁體中文, 简体中文\. Write the text, or accept"
    ):
        submit_release(comment, by=comment.created_by)

    assert (Release.objects.get().state, AcceptedGap.objects.count()) == ("draft", 0)
    refusal = Event.objects.get(refused=True)
    assert (refusal.verb, "missing in" in refusal.detail["reason"]) == ("submit_release", True)


@pytest.mark.django_db
def test_E13_fallback_is_accepted_by_name_and_shown_to_the_approver(comment, client):
    author = comment.created_by
    questions = open_questions(comment, changes_of(comment))

    submit_release(comment, by=author, accepting=names_of(questions))

    rows = comment.accepted_gaps.order_by("language")
    assert [(row.kind, row.noun, row.key, row.field, row.language, row.accepted_by) for row in rows] == [
        ("missing", "observation", "I1/total/2025", "note", language, author)
        for language in ("zh_hans", "zh_hant")
    ]
    event = Event.objects.get(verb="accept_gaps")
    assert (event.actor, len(event.detail["accepted"])) == (author, 1)
    client.force_login(person_for(Role.APPROVER, comment))
    shown = texts(client.get(f"/en/desk/releases/{comment.pk}/"), "li")
    accepted = [line for line in shown if f"accepted by {author.name}" in line]
    assert [line.partition("what happened: ")[2].partition(" accepted")[0] for line in accepted] == [
        "show it in English where the page is in 繁體中文",
        "show it in English where the page is in 简体中文",
    ]


@pytest.mark.django_db
def test_E13_accepted_fallback_is_public_with_its_language_marked(comment, client):
    accept_all_gaps(comment)
    submit_release(comment, by=comment.created_by)
    approve_release(comment, by=person_for(Role.APPROVER, comment), digest=approval_digest(comment))
    publish_release(comment, by=UserFactory(role=Role.PUBLISHER))

    english, chinese = (
        client.get(f"/{language}/indicators/I1/").content.decode() for language in ("en", "zh-hans")
    )

    assert re.search(r'<span lang="en">Up again\.</span>', chinese)
    assert "Up again." in english
    assert '<span lang="en">Up again.' not in english


@pytest.mark.django_db
def test_E13_acceptance_of_other_words_does_not_count(comment):
    accept_all_gaps(comment)
    entry = change("observation").noun.entry.objects.get()
    entry.note_en = "Down, after all."
    entry.save()

    with pytest.raises(Unsettled):
        submit_release(comment, by=comment.created_by)


@pytest.mark.django_db
def test_E13_unsettled_release_is_refused_at_approval_and_at_publication(comment):
    """However it got there: both ask again, so that a moment is never reached by what cannot be published."""
    Release.objects.filter(pk=comment.pk).update(state="submitted")
    comment.refresh_from_db()
    with pytest.raises(Unsettled):
        approve_release(comment, by=person_for(Role.APPROVER, comment), digest=approval_digest(comment))

    accept_all_gaps(comment)
    approve_release(comment, by=person_for(Role.APPROVER, comment), digest=approval_digest(comment))
    comment.accepted_gaps.all().delete()
    with pytest.raises(Refused, match="not what was approved"):
        publish_release(comment, by=UserFactory(role=Role.PUBLISHER))


@pytest.mark.django_db
def test_E13_clock_publishes_what_was_approved_with_its_fallbacks():
    publish_indicator()
    figure = change("observation", period="2025", note_en="Up again.")
    release = approved_release(entries=[figure], due_in=3600)
    set_clock(release, release.created_at)

    (publication,) = publish_due()

    assert Release.objects.get(publication=publication.number) == release


@pytest.mark.django_db
def test_E13_change_in_one_language_marks_the_others_stale_until_confirmed():
    said = {"text_en": "Old.", "text_zh_hant": "舊文。", "text_zh_hans": "旧文本。"}
    publish_direction(**said)
    release = ReleaseFactory(track="central", entries=[], reason="Plainer.")
    enter(release, change("direction", **said | {"text_en": "New."}))

    with pytest.raises(Unsettled) as refusal:
        submit_release(release, by=release.created_by)
    submit_release(release, by=release.created_by, accepting=names_of(refusal.value.asked))

    assert [question.answer for question in refusal.value.asked] == [
        "Direction “New.”, text: still right in 繁體中文",
        "Direction “New.”, text: still right in 简体中文",
    ]
    assert [question.words for question in refusal.value.asked] == ["舊文。", "旧文本。"]
    assert Release.objects.get().state == "submitted"


@pytest.mark.django_db
def test_loaded_text_in_one_language_stands_where_something_else_changes():
    publish_changes(change("milestone"))
    release = ReleaseFactory(track="central", entries=[], reason="It is open.")
    enter(release, change("milestone", state="done"))

    submit_release(release, by=release.created_by)

    assert MilestoneVersion.objects.get().title_zh_hant == ""
    assert Release.objects.get().state == "submitted"


@pytest.mark.django_db
def test_revised_figure_brings_no_comment_that_stands_already():
    publish_observation(note_en="As before.")
    release = ReleaseFactory(entries=[])
    enter(release, change("observation", value=2, note_en="As before.", **REVISED))

    submit_release(release, by=release.created_by)

    assert Release.objects.get().state == "submitted"


@pytest.mark.django_db
def test_texts_inside_a_list_are_asked_about():
    agenda = [{"en": "Figures", "zh_hant": "數字", "zh_hans": "有关数据"}, {"en": "Any other business"}]
    release = ReleaseFactory(track="central", entries=[])
    enter(release, change("meeting", agenda=agenda))

    questions = open_questions(release, changes_of(release))

    assert [(question.text.field, question.languages) for question in questions] == [
        ("agenda.1", ("zh_hant", "zh_hans"))
    ]


# At the desk


@pytest.mark.django_db
def test_release_is_submitted_with_one_tick_on_its_own_page(comment, client):
    client.force_login(comment.created_by)
    address = f"/en/desk/releases/{comment.pk}/"
    (question,) = client.get(address).context["languages"]["open"]
    sent = {"version": comment.version}

    refused = client.post(f"{address}submit/", sent)
    answer = client.post(f"{address}submit/", sent | {"accept": question.name})

    assert "missing in 繁體中文, 简体中文" in texts(refused, "div", "notice")[0]
    assert (refused.status_code, answer.status_code) == (403, 302)
    assert Release.objects.get().state == "submitted"


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_figure_without_a_comment_asks_nothing(client, language):
    publish_indicator(short_name_zh_hant="指標", short_name_zh_hans="指标")
    release = ReleaseFactory(entries=[change("observation", period="2025")])
    client.force_login(release.created_by)

    page = client.get(f"/{language}/desk/releases/{release.pk}/")

    assert page.context["languages"] == {"open": [], "accepted": []}
    assert 'name="accept"' not in page.content.decode()


@pytest.mark.django_db
def test_simplified_is_drafted_at_the_desk_and_nothing_is_stored(client):
    publish_indicator(frequency="annual")
    official = UserFactory()
    client.force_login(official)
    address = reverse("desk:enter", args=["I1"])
    blank = client.get(address).context["form"]
    typed = {
        "version": "0",
        "token": str(blank["token"].value()),
        "period": "2025",
        "value": "1.5",
        "status": "P",
        "note_zh_hant": "為創新科技署提供的數據。",
    }

    page = client.post(address, typed | {"draft": "1"})

    form = page.context["form"]
    assert form["note_zh_hans"].value() == "为创新科技署提供的数据。"
    assert [form[name].value() for name in typed] == list(typed.values())
    assert (page.status_code, Release.objects.count()) == (200, 0)


@pytest.mark.django_db
def test_simplified_draft_is_confirmed_by_a_person_before_it_goes_out():
    publish_indicator()
    release = ReleaseFactory(entries=[])
    enter(release, change("observation", period="2025", note_en="Up.", note_zh_hant=HANT, note_zh_hans=HANS))

    with pytest.raises(Unsettled) as refusal:
        submit_release(release, by=release.created_by)

    (question,) = refusal.value.asked
    assert (question.kind, question.words) == ("draft", HANS)
    assert question.answer.endswith("what happened: read and right in 简体中文")


# In the administration


@pytest.mark.django_db
def test_admin_asks_for_the_languages_left_behind(client):
    publish_direction(text_en="Old.", text_zh_hant="舊文。", text_zh_hans="旧文本。")
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    address = f"/admin/blueprint/directionversion/{DirectionVersion.objects.get().pk}/change/"
    form = client.get(address).context["adminform"].form
    typed = {
        bound.html_name: bound.value() for bound in form if bound.value() not in (None, "", False, [], {})
    } | {"text_en": "New.", "text_zh_hant": "新文。", "why": "Plainer."}

    page = client.post(address, typed)
    (question,) = page.context["adminform"].form.questions
    answer = client.post(address, typed | {"accept": [question.name]})

    assert page.context["adminform"].form.non_field_errors() == [
        "Direction “New.”, text: changed in another language, but not in 简体中文."
    ]
    assert 'lang="zh-Hans">旧文本。</span>' in page.content.decode()
    assert (answer.status_code, Release.objects.get().state) == (302, "submitted")
    assert Release.objects.get().accepted_gaps.values_list("kind", "language").get() == ("stale", "zh_hans")


@pytest.mark.django_db
def test_admin_drafts_simplified_and_stores_nothing(client):
    publish_direction(text_en="Old.")
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    address = f"/admin/blueprint/directionversion/{DirectionVersion.objects.get().pk}/change/"
    form = client.get(address).context["adminform"].form
    typed = {
        bound.html_name: bound.value() for bound in form if bound.value() not in (None, "", False, [], {})
    }

    page = client.post(address, typed | {"text_zh_hant": "發展創科", "why": "x", "draft": "1"})

    assert page.context["adminform"].form["text_zh_hans"].value() == "发展创科"
    assert not Release.objects.exists()


# The notes and the reason of another moment


@pytest.mark.django_db
def test_notes_in_one_language_are_accepted_by_name():
    release = ReleaseFactory()
    said = {"by": release.created_by, "publish_at": None, "calendar_item": None, "notes": {"en": "A note."}}

    with pytest.raises(Unsettled) as refusal:
        set_moment(release, **said)
    release.refresh_from_db()
    set_moment(release, accepting=names_of(refusal.value.asked), **said)
    # Once accepted, the same words are not asked about again.
    set_moment(release, **said)

    assert release.accepted_gaps.values_list("field", "language").order_by("pk")[0] == ("notes", "zh_hant")
    events = Event.objects.filter(verb="set_moment", refused=False).order_by("pk")
    assert [event.detail.get("accepted") for event in events] == [
        ["Notes: show it in English where the page is in 繁體中文, 简体中文"],
        None,
    ]


@pytest.mark.django_db
def test_public_reason_of_another_moment_is_accepted_by_name():
    release = approved_release(due_in=86400)
    said = {"by": UserFactory(role=Role.PUBLISHER), "to_at": release.publish_at.replace(year=2041)}

    with pytest.raises(Unsettled) as refusal:
        propose_moment(release, reason={"en": "Late."}, **said)
    propose_moment(release, reason={"en": "Late."}, accepting=names_of(refusal.value.asked), **said)

    event = Event.objects.get(verb="propose_moment", refused=False)
    assert event.detail["accepted"] == ["Reason: show it in English where the page is in 繁體中文, 简体中文"]


# Characters that no public text may hold


@pytest.mark.django_db
def test_text_that_a_feed_could_not_hold_is_refused_before_it_is_submitted():
    release = ReleaseFactory(entries=[change("observation", note_en="A break\x0b pasted", **REVISED)])

    with pytest.raises(Refused) as refusal:
        submit_release(release, by=release.created_by)

    assert "U+000B" in str(refusal.value)
    assert Release.objects.get().state == "draft"


@pytest.mark.django_db
@pytest.mark.parametrize("character", ["\x01", "\x1b", "\ufffe", "\uffff"])
def test_title_notes_and_reasons_are_looked_at_too(character):
    release = ReleaseFactory(notes_en=f"Notes{character}", notes_zh_hant="附註。", notes_zh_hans="说明如下。")
    with pytest.raises(Refused):
        submit_release(release, by=release.created_by)

    waiting = approved_release(due_in=3 * 86400)
    publisher = UserFactory(role=Role.PUBLISHER)
    to_at = waiting.publish_at + datetime.timedelta(days=1)
    reason = {"en": f"Late{character}", "zh_hant": "遲了。", "zh_hans": "晚到了。"}
    with pytest.raises(Refused) as refusal:
        propose_moment(waiting, by=publisher, to_at=to_at, reason=reason)
    assert "U+" in str(refusal.value)


@pytest.mark.parametrize(
    "unseen", ["\u200b", "\u2060", "\ufeff", "\u00ad", "\u2800", "\u3164", "\u200e", " "]
)
def test_text_of_which_nothing_is_seen_is_missing(unseen):
    assert asked({"en": "Updated.", "zh_hant": HANT, "zh_hans": unseen}) == [
        ("missing", ("zh_hans",), "zh_hant")
    ]


def test_traditional_text_in_the_place_of_the_simplified_is_asked_about():
    assert asked({"en": "Updated.", "zh_hant": HANT, "zh_hans": HANT}) == [("draft", ("zh_hans",), "")]
    # Written alike in both scripts.
    assert asked({"en": "Good.", "zh_hant": "很好。", "zh_hans": "很好。"}) == []
