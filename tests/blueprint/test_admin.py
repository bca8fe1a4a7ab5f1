import re
import uuid

import pytest
from django.contrib import admin
from django.urls import reverse

from blueprint.actions import approval_digest, approve_release, changes_of, publish_release
from blueprint.models import DirectionVersion, Event, OfficeVersion, PersonName, Release, User
from blueprint.nouns import nouns
from blueprint.permissions import Role
from blueprint.proposing import propose_change
from committee.models import SeatVersion
from indicators.models import Baseline, Evidence, IndicatorVersion, Observation, TargetVersion
from strategies.models import MilestoneVersion, StrategyVersion
from tests.factories import (
    UserFactory,
    change,
    names_of,
    publish_changes,
    publish_direction,
    publish_one_of_each,
    publish_seat,
)

pytestmark = pytest.mark.django_db
OWN = [model for model in admin.site._registry if model._meta.app_label != "auth"]
PROPOSED = {
    "calendaritemversion", "directionversion", "officeversion", "planversion", "sourceversion",
    "strategyversion", "measureversion", "stagestatementversion", "initiativeversion", "milestoneversion",
    "unitversion", "stageversion", "indicatorversion", "baseline", "targetversion",
    "committeeversion", "seatversion", "meetingversion",
}  # fmt: skip


def address(model, page, *args):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def signed_in(client, role):
    person = UserFactory(role=role)
    client.force_login(person)
    return person


def form_of(response):
    """What a browser would send back of a page's form untouched."""
    sent = {}
    for bound in response.context["adminform"].form:
        value = bound.value()
        if value is None or value is False or value == "":
            continue
        sent[bound.html_name] = ["on"] if value is True else value
    return sent


def table_sizes():
    return {kind.name: kind.version.objects.count() for kind in nouns()}


# Who comes in


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.ADMINISTRATOR, Role.AUDITOR}))
def test_admin_keeps_others_out(client, role):
    signed_in(client, role)

    assert client.get(reverse("admin:index"), follow=True).status_code == 403


def test_admin_sends_visitors_to_the_one_sign_in(client):
    response = client.get(reverse("admin:index"), follow=True)

    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")


def test_admin_shows_every_public_noun_and_no_other_app(client):
    signed_in(client, Role.ADMINISTRATOR)

    response = client.get(reverse("admin:index"))

    shown = {model["object_name"].lower() for app in response.context["app_list"] for model in app["models"]}
    assert shown == PROPOSED | {
        "user", "release", "publication", "observation", "evidence", "assessment", "finding", "actionversion",
        "mail",
    }  # fmt: skip


# Every page of every model


@pytest.mark.parametrize("role", [Role.ADMINISTRATOR, Role.AUDITOR, Role.OFFICIAL])
@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label)
def test_admin_pages_answer(client, role, model):
    publish_one_of_each()
    propose(UserFactory(role=Role.ADMINISTRATOR))
    signed_in(client, role)
    client.get("/admin/")
    first = model._base_manager.order_by("pk").first()
    pk = first.pk if first else 1

    got = {
        page: client.get(address(model, page, *args)).status_code
        for page, args in {
            "changelist": [],
            "add": [],
            "change": [pk],
            "delete": [pk],
            "history": [pk],
        }.items()
    }
    searched = client.get(address(model, "changelist"), {"q": "a'b", "o": "1.-2", "p": "9"}).status_code
    odd = [client.get(address(model, "change", key)).status_code for key in ("x", "9" * 40, "0", "1/2")]
    sent = {
        page: client.post(address(model, page, pk), {"post": "yes"}).status_code
        for page in ("delete", "change")
    }
    listed = client.post(address(model, "changelist"), {"action": "delete_selected", "_selected_action": pk})

    allowed = {200, 302, 403}
    assert {*got.values(), searched, *sent.values()} <= allowed | {404}
    assert set(odd) <= {302, 403, 404}
    assert (sent["delete"], got["delete"]) in {(403, 403), (302, 302)}
    assert listed.status_code in (302, 403)
    assert got["changelist"] in allowed


@pytest.mark.parametrize("model", OWN, ids=lambda model: model._meta.label)
def test_admin_auditor_changes_nothing(client, model):
    publish_one_of_each()
    signed_in(client, Role.AUDITOR)
    first = model._base_manager.order_by("pk").first()

    added = client.post(address(model, "add"), {"why": "x"})
    changed = client.post(address(model, "change", first.pk if first else 1), {"why": "x"})

    assert added.status_code == 403
    assert changed.status_code in (302, 403, 404)
    assert not Release.objects.exists()


def test_admin_read_only_page_says_so(client):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)

    page = client.get(address(Observation, "change", Observation.objects.get().pk)).content.decode()

    assert "To read only. Figures are entered by the offices" in page
    assert 'type="submit"' not in page.partition('id="content-main"')[2]


def test_admin_release_list_keeps_to_visible_work(client):
    from tests.factories import ReleaseFactory

    ReleaseFactory()
    administrator = signed_in(client, Role.ADMINISTRATOR)
    publish_direction()
    own = propose(administrator)

    listed = client.get(address(Release, "changelist")).context["cl"].result_list

    assert list(listed) == [own]


# Proposing

# Texts that no conversion makes of each other.
IN_THREE = {"text_zh_hant": "一個方向", "text_zh_hans": "又一方向"}


def propose(by, **content):
    proposed = change("direction", **IN_THREE | {"text_en": "Another direction"} | content)
    return propose_change(proposed, by=by, reason="A better wording.", token=uuid.uuid4())


def post_accepting(client, where, typed, **extra):
    """Answer with yes whatever the form asks about its languages."""
    response = client.post(where, typed, **extra)
    if response.status_code != 200 or "adminform" not in response.context:
        return response
    asked = response.context["adminform"].form.questions
    return client.post(where, typed | {"accept": names_of(asked)}, **extra) if asked else response


def opened(client, version):
    response = client.get(address(type(version), "change", version.pk))
    assert response.status_code == 200
    return form_of(response)


def test_admin_takes_a_piece_of_evidence_back_and_leaves_the_others(client):
    urls = ["https://example.org/private", "https://example.org/table"]
    publish_changes(*(change("evidence", url=url) for url in urls))
    by = signed_in(client, Role.ADMINISTRATOR)
    private = Evidence.objects.get(url=urls[0])

    typed = opened(client, private) | {"withdrawn": "on", "why": "It named a person."}
    post_accepting(client, address(Evidence, "change", private.pk), typed)

    release = Release.objects.get()
    approve_release(release, by=UserFactory(role=Role.PUBLISHER), digest=approval_digest(release))
    assert (release.created_by, release.reason) == (by, "It named a person.")
    assert [change.content["url"] for change in changes_of(release)] == urls[:1]
    publish_release(release, by=UserFactory(role=Role.PUBLISHER))
    assert list(Evidence.objects.as_at(10**6).values_list("url", flat=True)) == urls[1:]


def test_admin_proposes_a_change_and_publishes_nothing(client):
    publish_direction(text_en="A direction")
    person = signed_in(client, Role.ADMINISTRATOR)
    before = table_sizes()
    version = DirectionVersion.objects.get()
    typed = opened(client, version) | {"text_en": "A better direction", "why": "Plainer."}

    response = post_accepting(client, address(DirectionVersion, "change", version.pk), typed, follow=True)

    release = Release.objects.get()
    assert (release.state, release.track, release.reason, release.submitted_by) == (
        "submitted", "central", "Plainer.", person,
    )  # fmt: skip
    assert release.title_en == "Changed: direction 1 (A better direction)"
    assert table_sizes() == before
    assert f"Proposed as release {release.pk}." in response.content.decode()


def test_admin_proposal_becomes_public_by_two_others(client):
    publish_direction(text_en="A direction", sources=["yearbook"], unofficial=["en"])
    release = propose(UserFactory(role=Role.ADMINISTRATOR), text_en="A better direction")

    approve_release(release, by=UserFactory(role=Role.PUBLISHER), digest=approval_digest(release))
    publication = publish_release(release, by=UserFactory(role=Role.PUBLISHER))

    stands = DirectionVersion.objects.as_at(publication.number).get()
    assert (stands.text_en, stands.publication, publication.reason) == (
        "A better direction", publication, "A better wording.",
    )  # fmt: skip


@pytest.mark.parametrize(
    "model", [m for m in OWN if m._meta.model_name in PROPOSED], ids=lambda m: m._meta.label
)
def test_admin_form_untouched_proposes_nothing(client, model):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    version = model.objects.get()
    typed = opened(client, version) | {"why": "No reason.", "reason": "No reason."}
    typed |= {"authority": "None", "decided_on": "2026-03-02"}

    response = client.post(address(model, "change", version.pk), typed)

    assert response.status_code == 200
    assert response.context["adminform"].form.errors == {
        "__all__": ["Nothing was changed, so there is nothing to propose."]
    }
    assert not Release.objects.exists()


def test_admin_form_sent_twice_proposes_once(client):
    publish_direction()
    signed_in(client, Role.ADMINISTRATOR)
    version = DirectionVersion.objects.get()
    typed = opened(client, version) | {"text_en": "Another", "why": "Plainer."}

    for _again in range(2):
        where = address(DirectionVersion, "change", version.pk)
        assert post_accepting(client, where, typed).status_code == 302

    assert Release.objects.count() == 1


def test_C04_admin_form_sent_again_with_other_words_is_refused(client):
    publish_direction()
    signed_in(client, Role.ADMINISTRATOR)
    version = DirectionVersion.objects.get()
    typed = opened(client, version) | {"text_en": "Another", "why": "Plainer."} | IN_THREE
    client.post(address(DirectionVersion, "change", version.pk), typed)

    response = client.post(
        address(DirectionVersion, "change", version.pk), typed | {"text_en": "Yet another"}
    )

    assert response.status_code == 403
    assert "sent before with other words" in response.content.decode()
    (proposed,) = changes_of(Release.objects.get())
    assert proposed.content["text_en"] == "Another"


def test_admin_form_with_the_token_of_another_person_is_refused(client):
    publish_direction()
    theirs = propose(UserFactory(role=Role.ADMINISTRATOR))
    signed_in(client, Role.ADMINISTRATOR)
    version = DirectionVersion.objects.get()
    typed = opened(client, version) | {"text_en": "Another", "why": "Plainer."} | IN_THREE
    typed |= {"token": str(theirs.token)}

    response = client.post(address(DirectionVersion, "change", version.pk), typed)

    assert (response.status_code, list(Release.objects.all())) == (403, [theirs])


def test_admin_form_opened_before_another_publication_is_refused_with_its_text(client):
    publish_direction(text_en="First")
    signed_in(client, Role.ADMINISTRATOR)
    version = DirectionVersion.objects.get()
    typed = opened(client, version) | {"text_en": "Mine", "why": "Plainer."}
    publish_direction(text_en="Theirs")

    response = client.post(address(DirectionVersion, "change", version.pk), typed)

    form = response.context["adminform"].form
    assert (form["text_en"].value(), len(form.non_field_errors())) == ("Mine", 1)
    assert not Release.objects.exists()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"why": ""}, {"why"}),
        ({"text_en": "", "number": "x"}, {"__all__", "number"}),
        ({"text_en": ""}, {"__all__"}),
        ({"number": "-1", "why": ""}, {"number", "why"}),
        ({"number": "9" * 6000}, {"number"}),
        ({"why": "x" * 3000}, {"why"}),
        ({"sources": "nowhere"}, {"sources"}),
        ({"unofficial": ["fr"]}, {"unofficial"}),
        ({"token": "x"}, {"token"}),
        ({"stands": "9" * 30}, {"stands"}),
    ],
)
def test_admin_form_says_what_is_wrong(client, typed, wrong):
    publish_direction(text_en="A direction")
    signed_in(client, Role.ADMINISTRATOR)
    version = DirectionVersion.objects.get()
    sent = opened(client, version) | {"text_en": "Another", "why": "Plainer."} | typed

    response = client.post(address(DirectionVersion, "change", version.pk), sent)

    assert response.status_code == 200
    assert set(response.context["adminform"].form.errors) == wrong
    assert not Release.objects.exists()


def test_admin_form_with_nul_stores_nothing(client):
    publish_direction()
    signed_in(client, Role.ADMINISTRATOR)
    version = DirectionVersion.objects.get()
    sent = opened(client, version) | {"text_en": "An\x00other", "why": "Plainer."}

    response = client.post(address(DirectionVersion, "change", version.pk), sent)

    assert response.status_code in (200, 400)
    assert not Release.objects.exists()


def test_admin_adds_a_thing_under_a_code(client):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    sent = form_of(client.get(address(OfficeVersion, "add")))
    sent |= {"code": "dpo", "name_en": "Digital Policy Office", "why": "A new office."}

    post_accepting(client, address(OfficeVersion, "add"), sent)

    (proposed,) = changes_of(Release.objects.get())
    assert (proposed.content["office_id"], proposed.content["name_en"]) == ("dpo", "Digital Policy Office")
    assert Release.objects.get().title_en == "New: office dpo (Digital Policy Office)"


@pytest.mark.parametrize(
    "model", [m for m in OWN if m._meta.model_name in PROPOSED], ids=lambda m: m._meta.label
)
def test_admin_adds_a_second_of_each(client, model):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    said = {
        "code": "another",
        "indicator": "I1",
        "why": "Needed.",
        "reason": "Needed.",
        "authority": "The Council",
        "decided_on": "2026-03-02",
    }
    known = {
        name: value
        for name, value in opened(client, model.objects.get()).items()
        if name not in ("token", "stands")
    }
    blank = form_of(client.get(address(model, "add")))

    response = post_accepting(client, address(model, "add"), blank | known | said)

    assert response.status_code == 302, response.context["adminform"].form.errors
    (proposed,) = changes_of(Release.objects.get())
    before = model.objects.get()
    own = [
        f.attname
        for f in proposed.noun.fields
        if f.attname not in (*proposed.noun.key, "reason", "authority", "decided_on")
    ]
    names = proposed.noun.names
    assert {n: proposed.content[n] for n in own if n not in names} == {
        n: getattr(before, n) for n in own if n not in names
    }


@pytest.mark.parametrize("code", ["itc", "", "a/b", "ä", "x" * 81, "a b"])
def test_admin_adds_nothing_under_a_wrong_code(client, code):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    sent = form_of(client.get(address(OfficeVersion, "add")))
    sent |= {"code": code, "name_en": "Digital Policy Office", "why": "A new office."}

    response = client.post(address(OfficeVersion, "add"), sent)

    assert set(response.context["adminform"].form.errors) == {"code"}
    assert not Release.objects.exists()


def test_admin_names_what_can_be_chosen(client):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)

    response = client.get(address(StrategyVersion, "change", StrategyVersion.objects.get().pk))

    choices = response.context["adminform"].form.fields["direction"].choices
    assert [label for _value, label in choices] == ["---------", "1 · A direction"]


@pytest.mark.parametrize("missing", ["reason", "authority", "decided_on"])
def test_admin_target_needs_reason_authority_and_date(client, missing):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    version = TargetVersion.objects.get()
    sent = opened(client, version) | {
        "value": "7.5",
        "reason": "A new law.",
        "authority": "The Council",
        "decided_on": "2026-03-02",
        missing: "",
    }

    response = client.post(address(TargetVersion, "change", version.pk), sent)

    assert set(response.context["adminform"].form.errors) == {missing}
    assert not Release.objects.exists()


def test_admin_target_publishes_its_own_reason(client):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    version = TargetVersion.objects.get()
    said = {"reason": "A new law.", "authority": "The Council", "decided_on": "2026-03-02"}
    sent = opened(client, version) | {"value": "7.5"} | said

    client.post(address(TargetVersion, "change", version.pk), sent)

    release = Release.objects.get()
    (proposed,) = changes_of(release)
    assert (release.reason, proposed.content["reason"]) == ("A new law.", "A new law.")
    assert (str(proposed.content["value"]), proposed.content["authority"]) == ("7.5", "The Council")
    assert str(proposed.content["decided_on"]) == "2026-03-02"


@pytest.mark.parametrize("day", ["2999-01-01", "soon"])
def test_admin_target_is_not_decided_in_the_future(client, day):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    said = {"reason": "A new law.", "authority": "The Council", "decided_on": day, "value": "7.5"}

    version = TargetVersion.objects.get()
    response = client.post(address(TargetVersion, "change", version.pk), opened(client, version) | said)

    assert set(response.context["adminform"].form.errors) == {"decided_on"}


@pytest.mark.parametrize("value", ["1_000", "1e3", "NaN", "Infinity", "١٢", "1,5", "1" * 20, "1.23456"])
def test_admin_figure_is_plain_digits(client, value):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    version = Baseline.objects.get()
    sent = opened(client, version) | {"value": value, "why": "Misprint."}

    response = client.post(address(Baseline, "change", version.pk), sent)

    assert set(response.context["adminform"].form.errors) == {"value"}


@pytest.mark.parametrize(
    "text",
    ["[", "[" * 5000, "5", '{"x": 1}', '{"dimension": 1}', '{"dimension": "a", "categories": [1]}', "NaN",
     '{"dimension": "\\u0000", "categories": []}', '{"dimension": "\\ud800", "categories": []}', "1" * 6000],
)  # fmt: skip
def test_admin_breakdown_keeps_its_form(client, text):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    version = IndicatorVersion.objects.get()
    sent = opened(client, version) | {"disaggregation": text, "why": "Misprint.", "short_name_en": "x"}

    response = client.post(address(IndicatorVersion, "change", version.pk), sent)

    assert set(response.context["adminform"].form.errors) == {"disaggregation"}


@pytest.mark.parametrize(("due", "end"), [("2028", "2028-12-31"), ("2028-02", "2028-02-29")])
def test_admin_milestone_gets_the_last_day_of_its_date(client, due, end):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    version = MilestoneVersion.objects.get()
    sent = opened(client, version) | {"due": due, "why": "Later."}

    client.post(address(MilestoneVersion, "change", version.pk), sent)

    (proposed,) = changes_of(Release.objects.get())
    assert (proposed.content["due"], proposed.content["due_end"].isoformat()) == (due, end)


@pytest.mark.parametrize("due", ["2028-H1", "soon", "2028-13", "2028-02-30"])
def test_admin_milestone_date_is_a_year_month_or_day(client, due):
    publish_one_of_each()
    signed_in(client, Role.ADMINISTRATOR)
    version = MilestoneVersion.objects.get()

    response = client.post(
        address(MilestoneVersion, "change", version.pk), opened(client, version) | {"due": due}
    )

    assert "due" in response.context["adminform"].form.errors


def test_admin_seat_shows_and_proposes_a_name(client):
    publish_seat(holder_en="Ada Example")
    signed_in(client, Role.ADMINISTRATOR)
    version = SeatVersion.objects.get()
    listed = client.get(address(SeatVersion, "changelist")).content.decode()
    typed = opened(client, version)

    client.post(
        address(SeatVersion, "change", version.pk), typed | {"holder_en": "Bea Example", "why": "New term."}
    )

    (proposed,) = changes_of(Release.objects.get())
    assert "Ada Example" in listed
    assert (typed["holder_en"], proposed.content["holder_en"]) == ("Ada Example", "Bea Example")
    assert list(PersonName.objects.values_list("name", flat=True)) == ["Ada Example"]
    assert "Example" not in Release.objects.get().title_en


def test_admin_history_lists_published_versions(client):
    publish_direction(text_en="First")
    publish_direction(text_en="Second")
    signed_in(client, Role.AUDITOR)
    version = DirectionVersion.objects.order_by("-publication").first()

    response = client.get(address(DirectionVersion, "history", version.pk))

    assert [name for _publication, _since, name in response.context["versions"]] == ["Second", "First"]


@pytest.mark.parametrize("language", ["en", "zh-hant", "zh-hans"])
def test_admin_speaks_the_reader_s_language(client, language):
    signed_in(client, Role.ADMINISTRATOR)

    page = client.get(reverse("admin:index"), headers={"accept-language": language}).content.decode()

    assert f'lang="{language}"' in page


# Accounts


def test_admin_adds_an_account_with_a_password_shown_once(client):
    administrator = signed_in(client, Role.ADMINISTRATOR)
    sent = {
        "email": "new@example.org",
        "name": "New Person",
        "role": "member",
        "office": "",
        "language": "en",
    }

    page = client.post(address(User, "add"), sent).content.decode()

    made = User.objects.get(email="new@example.org")
    assert made.check_password(re.search(r"<code>(.+)</code>", page)[1])
    event = Event.objects.get(verb="add_user")
    assert (event.actor, event.subject, event.detail["after"]["role"]) == (
        administrator,
        made.email,
        "member",
    )


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"email": ""}, {"email"}),
        ({"email": "PERSON@example.org"}, {"__all__", "email"}),
        ({"role": "king"}, {"role"}),
        ({"role": "official"}, {"__all__"}),
        ({"name": "x" * 5000}, {"name"}),
        ({"email": "x" * 5000}, {"email"}),
    ],
)
def test_admin_account_form_says_what_is_wrong(client, typed, wrong):
    UserFactory(email="person@example.org", role=Role.MEMBER)
    signed_in(client, Role.ADMINISTRATOR)
    before = User.objects.count()
    sent = {
        "email": "new@example.org",
        "name": "New",
        "role": "member",
        "office": "",
        "language": "en",
    } | typed

    response = client.post(address(User, "add"), sent)

    assert set(response.context["adminform"].form.errors) == wrong
    assert User.objects.count() == before


def test_admin_change_of_an_account_is_recorded_with_before_and_after(client):
    signed_in(client, Role.ADMINISTRATOR)
    person = UserFactory(role=Role.MEMBER, name="Person")
    sent = {"email": person.email, "name": "Person", "role": "secretary", "language": "en"}

    client.post(address(User, "change", person.pk), sent)

    person.refresh_from_db()
    assert (person.role, person.is_active) == ("secretary", False)
    assert Event.objects.get(verb="change_user").detail == {
        "before": {"role": "member", "is_active": True},
        "after": {"role": "secretary", "is_active": False},
    }


def test_admin_keeps_one_s_own_role_from_oneself(client):
    person = signed_in(client, Role.ADMINISTRATOR)
    sent = {"email": person.email, "name": "Renamed", "role": "publisher", "language": "en"}

    client.post(address(User, "change", person.pk), sent)

    person.refresh_from_db()
    assert (person.name, person.role, person.is_active) == ("Renamed", "administrator", True)


def test_admin_sets_a_new_password(client):
    signed_in(client, Role.ADMINISTRATOR)
    person = UserFactory(role=Role.MEMBER)

    page = client.post(reverse("admin:blueprint_user_new_password", args=[person.pk])).content.decode()

    person.refresh_from_db()
    assert person.check_password(re.search(r"<code>(.+)</code>", page)[1])
    assert Event.objects.get(verb="set_password").subject == person.email


def test_admin_auditor_has_no_part_in_accounts(client):
    signed_in(client, Role.AUDITOR)
    person = UserFactory(role=Role.MEMBER, name="Person")
    sent = {"email": person.email, "name": "Renamed", "role": "chair", "language": "en"}

    seen = client.get(address(User, "change", person.pk)).status_code
    changed = client.post(address(User, "change", person.pk), sent).status_code

    person.refresh_from_db()
    assert (seen, changed, person.name, person.role) == (403, 403, "Person", "member")


def test_admin_auditor_sets_no_password(client):
    signed_in(client, Role.AUDITOR)
    person = UserFactory(role=Role.MEMBER)
    before = person.password

    response = client.post(reverse("admin:blueprint_user_new_password", args=[person.pk]))

    person.refresh_from_db()
    assert (response.status_code, person.password) == (403, before)


def test_admin_events_are_for_the_auditor(client):
    publish_direction()
    signed_in(client, Role.AUDITOR)
    assert client.get(address(Event, "changelist")).status_code == 200

    signed_in(client, Role.ADMINISTRATOR)

    assert client.get(address(Event, "changelist")).status_code == 403
