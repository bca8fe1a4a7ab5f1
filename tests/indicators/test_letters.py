"""Letters to people: in their language, few, true when they are written, and without a word that is not public."""

import datetime
from decimal import Decimal

import pytest
from django.core import mail as outbox

from blueprint.actions import (
    approval_digest,
    approve_release,
    publish_release,
    return_release,
    submit_release,
    take_back_approval,
)
from blueprint.clock import HONG_KONG, database_now
from blueprint.mailing import last_post, tell
from blueprint.models import Mail, MailPreference, Notice, Release
from blueprint.permissions import Role
from blueprint.remarks import add_remark
from indicators.letters import GATHERED, write_letters
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    publish_indicator,
    submitted_release,
)
from tests.mails import DAY, post_all
from tests.races import in_processes, together
from tests.reading import LANGUAGES

pytestmark = pytest.mark.django_db

Kind = Notice.Kind
CANARIES = ("918273", "Secretcanary")


def person(role=Role.OFFICIAL, *, office="itc", **fields):
    return UserFactory(role=role, office=OfficeFactory(code=office) if office else None, **fields)


def told(someone, kind=Kind.DUE, *, key="I1:2025", **fields):
    fields = {"indicator": "I1", "period": "2025", "due_on": "2026-11-30"} | fields
    tell(kind, [someone], key=key, **fields)


def prefer(someone, how_often, *, group="work"):
    MailPreference.objects.create(person=someone, group=group, how_often=how_often)


def written(*, later=GATHERED):
    write_letters(now=database_now() + later)
    return list(Mail.objects.order_by("pk"))


# Words


def test_letter_says_what_is_due_and_leads_to_the_persons_list():
    publish_indicator("I1", name_en="Fine roads")
    told(person(name="Chan Tai Man"))

    (letter,) = written(later=2 * DAY)

    assert letter.subject == "Blueprint progress: 1 figure is due soon"
    assert letter.body == (
        "Dear Chan Tai Man,\n\n"
        "This figure is due within a month:\n- Fine roads, 2025: due on 30 November 2026\n\n"
        "Your list:\nhttp://127.0.0.1:8000/en/desk/\n\n"
        "How often such mail comes, you choose at the desk under “Mail to me”.\n\n"
        "Blueprint progress\nhttp://127.0.0.1:8000/\n"
    )


def test_letter_counts_what_it_tells():
    publish_indicator("I1", name_en="Fine roads")
    someone = person()
    for year in (2024, 2025):
        told(someone, key=f"I1:{year}", period=str(year))

    (letter,) = written(later=2 * DAY)

    assert letter.subject == "Blueprint progress: 2 figures are due soon"
    assert (
        "These figures are due within a month:\n"
        "- Fine roads, 2024: due on 30 November 2026\n- Fine roads, 2025: due on 30 November 2026\n"
    ) in letter.body


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_has_its_words_in_every_language(language):
    publish_indicator("I1", name_zh_hant="好路", name_zh_hans="好路x")
    someone = person(language=language)
    days = {"since": "2026-11-01", "until": "2026-11-09", "absent": "A", "deputy": "B"}
    release = submitted_release()
    for kind in Kind:
        more = {"release": release} if kind == Kind.SUBMITTED else {}
        more |= {"publication": 1} if kind == Kind.PUBLISHED else {}
        told(someone, kind, key=kind, **days, **more)

    written(later=2 * DAY)

    bodies = " ".join(Mail.objects.values_list("body", flat=True))
    assert "%(" not in bodies
    assert {"en": "An indicator", "zh-hant": "好路", "zh-hans": "好路x"}[language] in bodies
    assert f"/{language}/desk/" in bodies
    assert Notice.objects.waiting().count() == 0


def test_chinese_letter_has_the_words_of_its_own_language():
    publish_indicator("I1", name_zh_hant="好路")
    told(person(language="zh-hant"))

    (letter,) = written(later=2 * DAY)

    assert "好路" in letter.body
    assert "2025年" in letter.body
    assert "2026年11月30日" in letter.body


def test_indicator_that_is_not_public_is_not_named():
    told(person())

    (letter,) = written(later=2 * DAY)

    assert "- an indicator, 2025: due on 30 November 2026\n" in letter.body


def test_one_matter_leads_to_its_own_page():
    told(person(), Kind.SHEET, path="/en/desk/sheets/7/")

    (letter,) = written()

    assert "Its page:\nhttp://127.0.0.1:8000/en/desk/sheets/7/\n" in letter.body


def test_release_is_named_by_number_and_by_what_the_public_knows():
    publish_indicator("I1")
    approver = person(Role.APPROVER)
    release = submitted_release(
        entries=[change("observation", indicator="I1", period=str(year)) for year in range(2018, 2026)]
    )

    (letter,) = [row for row in written() if row.person == approver]

    assert letter.subject == "Blueprint progress: 1 release waits for your approval"
    named = "; ".join(f"An indicator, {year}" for year in range(2018, 2023))
    assert f"- release {release.pk}: {named}; and 3 more\n" in letter.body
    assert f"The release:\nhttp://127.0.0.1:8000/en/desk/releases/{release.pk}/\n" in letter.body


# Who is told of a release's way


def kinds_of(someone):
    return list(someone.notices.order_by("pk").values_list("kind", flat=True))


def test_approvers_of_the_office_are_told_of_what_waits_and_its_authors_are_not():
    approver, head, other = person(Role.APPROVER), person(Role.HEAD), person(Role.APPROVER, office="fstb")
    gone, publisher = person(Role.APPROVER, is_active=False), person(Role.PUBLISHER, office=None)

    release = submitted_release()

    people = (approver, head, other, gone, publisher, release.created_by)
    assert [kinds_of(each) for each in people] == [["submitted"], ["submitted"], [], [], [], []]


def test_author_is_told_of_return_approval_and_publication():
    approver, publisher = person(Role.APPROVER), person(Role.PUBLISHER, office=None)
    release = submitted_release()
    author = release.created_by
    return_release(release, by=approver, reason="Look at it.")
    submit_release(release, by=author)
    approve_release(release, by=approver, digest=approval_digest(release))
    publish_release(release, by=publisher)

    assert kinds_of(author) == ["returned", "approved", "published"]
    assert kinds_of(approver) == ["submitted", "submitted", "published"]
    assert kinds_of(publisher) == ["approved"]


def test_author_is_told_when_an_approval_is_taken_back():
    release = approved_release()

    take_back_approval(release, by=person(Role.APPROVER), reason="Wait.")

    assert kinds_of(release.created_by) == ["approved", "returned"]


def test_release_with_a_moment_asks_no_publisher_to_publish_it():
    publisher = person(Role.PUBLISHER, office=None)

    approved_release(due_in=9000)

    assert kinds_of(publisher) == []


def test_notice_is_gone_with_the_deed_that_failed(monkeypatch):
    approver, release = person(Role.APPROVER), ReleaseFactory(entries=[])

    with pytest.raises(Exception, match="There is nothing in this release yet"):
        submit_release(release, by=release.created_by)

    assert kinds_of(approver) == []


def test_told_twice_is_once():
    someone = person()
    for _time in range(2):
        told(someone)

    assert Notice.objects.count() == 1


def test_what_is_over_before_the_letter_is_written_needs_none():
    approver = person(Role.APPROVER)
    release = submitted_release()
    return_release(release, by=person(Role.APPROVER), reason="Look.")
    submit_release(release, by=release.created_by)

    letters = written()

    assert [row.person for row in letters if row.person == release.created_by] == []
    (letter,) = [row for row in letters if row.person == approver]
    assert letter.body.count(f"release {release.pk}:") == 1


# How often


def test_what_is_told_at_once_waits_a_little_for_more_of_its_kind():
    someone = person()
    told(someone, Kind.RETURNED, key="a")
    early = written(later=GATHERED / 2)
    told(someone, Kind.RETURNED, key="b")
    told(someone, Kind.REMARK, key="c")

    (letter,) = written()

    assert early == []
    assert letter.subject == "Blueprint progress: 3 matters for you"
    assert written() == [letter]


def test_daily_letter_goes_at_half_past_eight_in_hong_kong():
    someone = person()
    prefer(someone, "daily")
    told(someone, Kind.RETURNED, key="a")
    post = last_post(database_now()) + DAY

    assert write_letters(now=post - datetime.timedelta(seconds=1)) == 0
    assert write_letters(now=post + datetime.timedelta(seconds=1)) == 1
    assert post.astimezone(HONG_KONG).strftime("%H:%M") == "08:30"


def test_who_wants_no_mail_gets_none_but_what_is_always_told():
    someone = person()
    for group in MailPreference.Group:
        prefer(someone, "never", group=group)
    for kind in Kind:
        told(someone, kind, key=kind, publication=1, since="2026-11-01", until="2026-11-02")

    written(later=2 * DAY)

    mailed = someone.notices.exclude(mail=None).order_by("kind").values_list("kind", flat=True)
    assert list(mailed) == ["asked", "late"]
    assert Notice.objects.waiting().count() == 0


def test_who_may_no_longer_sign_in_gets_no_letter():
    someone = person()
    told(someone)
    someone.is_active = False
    someone.save()

    assert written(later=2 * DAY) == []


@pytest.mark.django_db(transaction=True)
def test_two_processes_write_each_letter_once():
    publish_indicator("I1")
    people = [person() for _number in range(6)]
    for someone in people:
        told(someone)
    later = database_now() + 2 * DAY

    def work(_index):
        together()
        write_letters(now=later)

    assert in_processes(work, processes=2) == [0, 0]
    assert sorted(row.person_id for row in Mail.objects.all()) == [each.pk for each in people]
    assert Notice.objects.filter(mail=None).count() == 0


# Nothing that is not public


def secret_release(**fields):
    words = {
        f"{name}_{code}": "Secretcanary"
        for name in ("title", "notes")
        for code in ("en", "zh_hant", "zh_hans")
    }
    figure = change(
        "observation",
        indicator="I1",
        value=Decimal("918273"),
        kind="revision",
        reason="Secretcanary",
        **{f"note_{code}": "Secretcanary" for code in ("en", "zh_hant", "zh_hans")},
    )
    return ReleaseFactory(entries=[figure], **words, **fields)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_mail_before_publication_holds_what_is_not_public(language):
    publish_indicator("I1")
    approver, head = person(Role.APPROVER, language=language), person(Role.HEAD, language=language)
    publisher = person(Role.PUBLISHER, office=None, language=language)
    release = secret_release(created_by=person(language=language))
    author = release.created_by
    submit_release(release, by=author)
    post_all()
    add_remark(release, by=head, indicator="I1", period="2024", field="value", text="Secretcanary 918273")
    return_release(release, by=approver, reason="Secretcanary 918273")
    post_all()
    release.remarks.all().delete()
    submit_release(release, by=author)
    approve_release(release, by=approver, digest=approval_digest(release))
    for kind in (Kind.DUE, Kind.REMINDER, Kind.LATE, Kind.ASKED, Kind.SHEET, Kind.REASSIGNED):
        told(author, kind, key=kind, release=None)
    post_all()

    kinds = set(Notice.objects.exclude(mail=None).values_list("kind", flat=True))
    assert kinds >= {"submitted", "returned", "approved", "remark", "due", "late", "asked"}
    whole = "\n".join(str(message.message()) + message.body for message in outbox.outbox)
    assert [canary for canary in CANARIES if canary in whole] == []
    assert publisher.email in whole


def test_mail_of_a_publication_comes_after_it_with_number_link_and_checkpoint(ledger_key):
    release = secret_release()
    author = release.created_by
    submit_release(release, by=author)
    approve_release(release, by=person(Role.APPROVER), digest=approval_digest(release))
    publication = publish_release(release, by=person(Role.PUBLISHER, office=None))

    written(later=2 * DAY)

    letter = Notice.objects.get(person=author, kind="published").mail
    # Its title is public by now; its figures stand behind the link.
    assert f"publication {publication.number}: Secretcanary\n" in letter.body
    assert "918273" not in letter.body
    assert f"    {publication.number}\n" in letter.body
    assert Release.objects.get().state == "published"


def test_mail_about_one_publication_leads_to_it():
    someone = person()
    release = approved_release()
    publication = publish_release(release, by=person(Role.PUBLISHER, office=None))
    tell(Kind.PUBLISHED, [someone], key="p", release=release, publication=publication.number)

    letter = next(row for row in written(later=2 * DAY) if row.person == someone)

    link = f"http://127.0.0.1:8000/en/publications/{publication.number}/"
    assert f"The publication:\n{link}\n" in letter.body
    assert letter.body.count("http") == 2
