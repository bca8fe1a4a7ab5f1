"""One plain factory per model, and `publish_…` for what is public: by the one way there is, never by hand.

A change fills in what its noun needs. What it refers to is published with it where that was not yet done,
so that a test names only what matters to it.
"""

import datetime
import uuid
from collections.abc import Sequence
from decimal import Decimal

import factory
from factory.django import DjangoModelFactory, Password

from blueprint.actions import (
    approval_digest,
    approve_release,
    changes_of,
    kind_of,
    publish_release,
    submit_release,
)
from blueprint.clock import database_now
from blueprint.languages import accept, open_questions
from blueprint.models import Contributor, Identified, Office, Publication, Release, User
from blueprint.nouns import Change, noun, nouns
from blueprint.permissions import OFFICE_ROLES, Role
from blueprint.publishing import publish

PASSWORD = "seven grey herons by the nullah"

# People and offices


class OfficeFactory(DjangoModelFactory):
    """The identity alone; `publish_office` gives it a name."""

    class Meta:
        model = Office
        django_get_or_create = ("code",)

    code = "itc"


class UserFactory(DjangoModelFactory):
    class Meta:
        model = User

    email = factory.Sequence("person{}@example.org".format)
    name = factory.Sequence("Person {}".format)
    role = Role.OFFICIAL
    office = factory.LazyAttribute(lambda user: OfficeFactory() if user.role in OFFICE_ROLES else None)
    password = Password(PASSWORD)


# What is public

CONTENT = {
    "office": {"office": "itc", "name_en": "Innovation Office"},
    "calendaritem": {
        "calendar_item": "2026-10",
        "title_en": "Figures of 2025",
        "planned_on": datetime.date(2026, 10, 30),
    },
    "direction": {"direction": "1", "number": 1, "text_en": "A direction"},
    "plan": {
        "plan": "plan",
        "title_en": "The plan",
        "publisher": "itc",
        "published_on": datetime.date(2022, 12, 22),
    },
    "source": {"source": "yearbook", "title": "Yearbook"},
    "strategy": {"strategy": "1", "number": 1, "direction": "1", "text_en": "A strategy"},
    "measure": {"measure": "1.1", "strategy": "1", "text_en": "A measure"},
    "stagestatement": {"stage_statement": "2027", "year": 2027, "text_en": "By then much is done."},
    "initiative": {
        "initiative": "park",
        "strategy": "1",
        "office": "itc",
        "name_en": "A park",
        "state": "planned",
    },
    "milestone": {
        "milestone": "park-opens",
        "initiative": "park",
        "due": "2027",
        "due_end": datetime.date(2027, 12, 31),
        "title_en": "The park opens",
        "state": "planned",
    },
    "unit": {"unit": "percent", "kind": "share", "name_en": "per cent", "pattern_en": "{value}%"},
    "stage": {"stage": "second", "number": 2, "name_en": "Second stage", "year": 2032},
    "indicator": {
        "indicator": "I1",
        "name_en": "An indicator",
        "indicator_class": "reference",
        "unit": "percent",
        "polarity": "increase",
        "frequency": "annual",
        "strategy": "1",
        "office": "itc",
    },
    "observation": {"indicator": "I1", "period": "2024", "value": Decimal("1.5")},
    "evidence": {"indicator": "I1", "period": "2024", "url": "https://example.org/table"},
    "baseline": {"indicator": "I1", "period": "2020", "value": Decimal(1)},
    "target": {"target": "I1-2032", "indicator": "I1", "stage": "second", "due": "2032", "value": Decimal(5)},
    "committee": {"committee": "review", "name_en": "Review Committee", "terms_en": "To review progress."},
    "seat": {
        "seat": "review-1",
        "committee": "review",
        "kind": "non_official",
        "number": 1,
        "holder_en": "Ada Example",
    },
    "meeting": {"meeting": "1", "committee": "review", "number": 1, "held_on": datetime.date(2026, 5, 4)},
    "finding": {
        "meeting": "1",
        "strategy": "1",
        "confidence": 4,
        "text_en": "Goes well.",
        "figures_as_at": 1,
        "agreed_on": datetime.date(2026, 5, 4),
    },
    "action": {
        "action": "1-1",
        "meeting": "1",
        "strategy": "1",
        "office": "itc",
        "text_en": "Report again.",
        "due_on": datetime.date(2026, 11, 4),
    },
}


def change(name: str, **content) -> Change:
    return Change.of(name, **CONTENT[name] | content)


def publish_changes(*changes: Change, title: str = "A publication", **publication) -> Publication:
    everything = [*references(changes), *changes]
    return publish(everything, **{"kind": kind_of(changes), "title": {"en": title}} | publication)


def references(changes: Sequence[Change]) -> list[Change]:
    """What these changes refer to and nothing has said yet, and what that refers to."""
    found: list[Change] = []
    waiting = list(changes)
    while waiting:
        for name, code in sorted(referred_to(waiting.pop())):
            kind = noun(name)
            said = any((one.noun, one.key) == (kind, (code,)) for one in [*changes, *found])
            if not said and not kind.version.objects.filter(**{kind.key[0]: code}).exists():
                found.append(change(name, **{kind.key[0]: code}))
                waiting.append(found[-1])
    return found


def referred_to(one: Change) -> set[tuple[str, str]]:
    """Noun and code of everything that a change refers to, except others of its own kind."""
    fields = [field for field in one.noun.fields if isinstance(field, Identified)]
    named = {(field.related_model._meta.model_name, one.content[field.attname]) for field in fields}
    return {(name, code) for name, code in named if code and name != one.noun.name}


def publish_office(code: str = "itc", **content) -> Publication:
    return publish_changes(change("office", office=code, **content))


def publish_direction(code: str = "1", **content) -> Publication:
    return publish_changes(change("direction", direction=code, **content))


def publish_strategy(code: str = "1", **content) -> Publication:
    return publish_changes(change("strategy", strategy=code, **content))


def publish_stage(code: str = "second", **content) -> Publication:
    return publish_changes(change("stage", stage=code, **content))


def publish_indicator(code: str = "I1", **content) -> Publication:
    return publish_changes(change("indicator", indicator=code, **content))


def publish_observation(indicator: str = "I1", **content) -> Publication:
    return publish_changes(change("observation", indicator=indicator, **content))


def publish_baseline(indicator: str = "I1", **content) -> Publication:
    return publish_changes(change("baseline", indicator=indicator, **content))


def publish_target(code: str = "I1-2032", **content) -> Publication:
    return publish_changes(change("target", target=code, **content))


def publish_calendar(code: str = "2026-10", **content) -> Publication:
    """An item of the calendar, announced or changed. ``content`` may hold ``reason`` and ``notes`` of the publication."""
    said = {name: content.pop(name) for name in ("reason", "notes") if name in content}
    return publish_changes(change("calendaritem", calendar_item=code, **content), **said)


def publish_seat(code: str = "review-1", **content) -> Publication:
    return publish_changes(change("seat", seat=code, **content))


def publish_one_of_each() -> Publication:
    """A row in every public table."""
    return publish_changes(*[change(kind.name) for kind in nouns()])


# What waits in releases


# What a figure says of itself that replaces another; a first one may say it too.
REVISED = {"kind": "revision", "reason": "Late returns"}


class ReleaseFactory(DjangoModelFactory):
    """A draft, with its author as the first to have a hand in it."""

    class Meta:
        model = Release
        skip_postgeneration_save = True

    track = Release.Track.OFFICE
    office = factory.LazyAttribute(lambda r: OfficeFactory() if r.track == Release.Track.OFFICE else None)
    title_en = factory.Sequence("Release {}".format)
    title_zh_hant = factory.Sequence("第 {} 號發布稿".format)
    title_zh_hans = factory.Sequence("第 {} 号发布稿".format)
    token = factory.LazyFunction(uuid.uuid4)
    created_by = factory.LazyAttribute(lambda r: UserFactory(role=AUTHORS[r.track], office=r.office))
    created_at = factory.LazyFunction(database_now)

    @factory.post_generation
    def entries(release, create, extracted, **kwargs):
        """``entries``: changes, such as ``change("observation", value=…)``; one revised figure if none are given.

        What they say in one language only is accepted so; ``enter`` leaves that open.
        """
        Contributor.objects.create(release=release, user=release.created_by)
        for one in [change("observation", **REVISED)] if extracted is None else extracted:
            enter(release, one)
        accept_all_gaps(release)


def enter(release: Release, one: Change, *, by: User | None = None):
    by = by or release.created_by
    return one.noun.entry.objects.create(release=release, saved_by=by, saved_at=database_now(), **one.content)


def names_of(questions) -> list[str]:
    """As a form sends them whose every question is answered with yes."""
    return [question.name for question in questions]


def accept_all_gaps(release: Release) -> None:
    """As if its author had answered every question about its languages with yes."""
    accept(release, open_questions(release, changes_of(release)), by=release.created_by)


AUTHORS = {"office": Role.OFFICIAL, "committee": Role.CHAIR, "central": Role.ADMINISTRATOR}
DECIDERS = {"office": Role.APPROVER, "committee": Role.SECRETARY, "central": Role.PUBLISHER}


def person_for(role: str, release: Release) -> User:
    """Somebody of this role who had no hand in the release: of its own office where the role has one."""
    office = release.office or OfficeFactory()
    return UserFactory(role=role, office=office if role in OFFICE_ROLES else None)


def submitted_release(**fields) -> Release:
    release = ReleaseFactory(**fields)
    submit_release(release, by=release.created_by)
    return release


def approved_release(*, due_in: float | None = None, **fields) -> Release:
    """``due_in``: the seconds until its moment, which may be past: nobody can set such a moment, but time passes."""
    release = submitted_release(**fields)
    if due_in is not None:
        moment = database_now() + datetime.timedelta(seconds=due_in)
        Release.objects.filter(pk=release.pk).update(publish_at=database_now() + datetime.timedelta(days=1))
        release.refresh_from_db()
    digest = approval_digest(release)
    approve_release(release, by=person_for(DECIDERS[release.track], release), digest=digest)
    if due_in is not None:
        set_clock(release, moment)
    return release


def set_clock(release: Release, moment: datetime.datetime) -> None:
    """As if this had been the moment approved: the tests cannot wait, and the database's clock is not theirs."""
    release.publish_at = moment
    Release.objects.filter(pk=release.pk).update(publish_at=moment, approved_digest=approval_digest(release))
    release.refresh_from_db()


def published_release(**fields) -> Release:
    release = approved_release(**fields)
    publish_release(release, by=UserFactory(role=Role.PUBLISHER))
    return release
