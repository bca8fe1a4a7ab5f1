"""What stands in a mail to a person: the notices that wait for them, in their language, in one letter.

Nothing that is not public: an indicator by the name that the public knows, its period, a release by its number.
"""

import datetime
from collections import defaultdict
from collections.abc import Iterable

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from blueprint.clock import HONG_KONG, hong_kong_date
from blueprint.mailing import how_often, last_post, preferences, put_out
from blueprint.models import Checkpoint, HowOften, Mail, Notice, Publication, User
from blueprint.wording import day_text, words
from blueprint.workflow import State

from .figures import period_label
from .letter_words import headings, subjects
from .models import EvidenceEntry, IndicatorVersion, ObservationEntry

Kind = Notice.Kind
# What is told at once waits so long for more of its kind.
GATHERED = datetime.timedelta(seconds=settings.MAIL_GATHERED_SECONDS)
# In the order of the letter: first what somebody waits for.
ORDER = (
    Kind.LATE, Kind.ASKED, Kind.RETURNED, Kind.REMARK, Kind.SUBMITTED, Kind.REMINDER, Kind.DUE, Kind.REASSIGNED,
    Kind.DEPUTY, Kind.SHEET, Kind.APPROVED, Kind.PUBLISHED,
)  # fmt: skip
NAMED = 5
# A release that has moved on needs nobody for this any more.
ONLY_WHILE = {Kind.SUBMITTED: State.SUBMITTED, Kind.RETURNED: State.DRAFT}


# --- when ------------------------------------------------------------------------------------------------


def write_letters(*, now: datetime.datetime) -> int:
    """One letter to each person for whom something is ready; the number of letters."""
    waiting = Notice.objects.waiting().values_list("person", flat=True).distinct().order_by()
    return sum(write_letter(pk, now=now) for pk in list(waiting))


def write_letter(person: int, *, now: datetime.datetime) -> bool:
    with transaction.atomic():
        # Two processes write to nobody twice: on PostgreSQL one passes over what the other holds, on SQLite
        # the transaction itself lets only one in.
        rows = (
            Notice.objects.waiting().filter(person=person).select_for_update(skip_locked=True, of=("self",))
        )
        waiting = list(rows.select_related("person", "release"))
        if not waiting:
            return False
        addressee = waiting[0].person
        ready, settled = sorted_out(waiting, preferences([addressee])[person], now=now)
        if ready:
            put_out([letter(addressee, ready)], now=now)
        mail = Mail.objects.get(key=key_of(ready)) if ready else None
        Notice.objects.filter(pk__in=[one.pk for one in ready]).update(settled_at=now, mail=mail)
        Notice.objects.filter(pk__in=[one.pk for one in settled]).update(settled_at=now)
        return bool(ready)


def sorted_out(
    waiting: list[Notice], preferred: dict[str, str], *, now: datetime.datetime
) -> tuple[list[Notice], list[Notice]]:
    """What goes into a letter now, and what needs none."""
    ready, settled, post = [], [], last_post(now)
    at_once = [one for one in waiting if how_often(one, preferred) == HowOften.AT_ONCE]
    gathered = any(now - one.created_at >= GATHERED for one in at_once)
    for one in waiting:
        often = how_often(one, preferred)
        if often == HowOften.NEVER or not one.person.is_active or is_over(one):
            settled.append(one)
        elif (often == HowOften.AT_ONCE and gathered) or (often == HowOften.DAILY and one.created_at < post):
            ready.append(one)
    return ready, settled


def is_over(notice: Notice) -> bool:
    state = ONLY_WHILE.get(Kind(notice.kind))
    return bool(state and notice.release and notice.release.state != state)


# --- the letter ------------------------------------------------------------------------------------------


def key_of(notices: list[Notice]) -> str:
    return f"notices:{notices[0].person_id}:{min(one.pk for one in notices)}"


def letter(person: User, notices: list[Notice]) -> Mail:
    with override(person.language):
        return Mail(
            key=key_of(notices),
            person=person,
            to=person.email,
            language=person.language,
            subject=subject(notices)[:300],
            body=body(person, notices),
        )


def subject(notices: list[Notice]) -> str:
    kinds = {one.kind for one in notices}
    if len(kinds) == 1:
        return f"{_('Blueprint progress')}{_(': ')}{subjects(Kind(notices[0].kind), len(notices))}"
    count = len(notices)
    said = ngettext("%(count)s matter for you", "%(count)s matters for you", count) % {"count": count}
    return f"{_('Blueprint progress')}{_(': ')}{said}"


def body(person: User, notices: list[Notice]) -> str:
    names = names_for(notices)
    by_kind = defaultdict(list)
    for one in notices:
        by_kind[Kind(one.kind)].append(one)
    parts = [_("Dear %(name)s,") % {"name": person.name}]
    for kind in ORDER:
        for heading, told in headings(kind, by_kind[kind]):
            lines = dict.fromkeys(line(one, names) for one in told)
            parts.append("\n".join([heading, *(f"- {text}" for text in lines)]))
    label, address = link(notices)
    parts.append(f"{label}\n{settings.SITE_URL}{address}")
    parts += checkpoint(notices)
    parts.append(_("How often such mail comes, you choose at the desk under “Mail to me”."))
    parts.append(f"{_('Blueprint progress')}\n{settings.SITE_URL}/")
    return "\n\n".join(parts) + "\n"


def line(notice: Notice, names: "Names") -> str:
    if notice.kind == Kind.DEPUTY:
        return standing_in(notice.detail)
    if notice.kind == Kind.SHEET and notice.release is None:
        return day_text(notice.created_at.astimezone(HONG_KONG))
    if notice.kind == Kind.PUBLISHED:
        return names.publication(notice)
    if notice.release is None:
        return names.figure(notice)
    if notice.indicator:
        return _("release %(number)s") % {"number": notice.release_id} + _(": ") + names.figure(notice)
    return names.release(notice.release_id)


def standing_in(detail: dict) -> str:
    said = {name: detail.get(name, "") for name in ("deputy", "absent")} | {
        name: day_text(datetime.date.fromisoformat(detail[name])) for name in ("since", "until")
    }
    if detail.get("ended"):
        return _("%(deputy)s no longer acts for %(absent)s") % said
    return _("%(deputy)s acts for %(absent)s from %(since)s to %(until)s") % said


def link(notices: list[Notice]) -> tuple[str, str]:
    """The one place to go to: of a single matter its page, else the person's list."""
    if len(notices) == 1:
        path = notices[0].detail.get("path", "")
        if path.startswith("/") and not path.startswith("//"):
            return _("Its page:"), path
    if len(numbers := {one.detail.get("publication") for one in notices}) == 1 and (number := numbers.pop()):
        return _("The publication:"), reverse("publication", args=[number])
    if len(releases := {one.release_id for one in notices}) == 1 and (pk := releases.pop()):
        return _("The release:"), reverse("desk:release", args=[pk])
    return _("Your list:"), reverse("desk:updates")


def checkpoint(notices: Iterable[Notice]) -> list[str]:
    """Kept in many places, a checkpoint lets nobody rewrite the past unseen."""
    numbers = [one.detail["publication"] for one in notices if one.kind == Kind.PUBLISHED]
    return checkpoint_text(newest_checkpoint(max(numbers))) if numbers else []


def newest_checkpoint(number: int) -> Checkpoint | None:
    """Of the ledger with this publication in it."""
    return Checkpoint.objects.filter(publication__gte=number).order_by("-publication_id", "-pk").first()


def checkpoint_text(signed: Checkpoint | None) -> list[str]:
    if signed is None:
        return []
    said = _("A checkpoint of the public ledger. Who keeps this mail can prove what was public by now:")
    return [f"{said}\n\n" + "\n".join(f"    {text}" for text in signed.note.splitlines())]


# --- names -----------------------------------------------------------------------------------------------


def names_for(notices: list[Notice]) -> "Names":
    releases = {one.release_id for one in notices if one.release_id}
    figures = defaultdict(list)
    for entry in (ObservationEntry, EvidenceEntry):
        rows = entry.objects.filter(release__in=releases).order_by("indicator_id", "period")
        for release, code, period in rows.values_list("release_id", "indicator_id", "period"):
            figures[release].append((code, period))
    codes = {one.indicator for one in notices} | {code for told in figures.values() for code, _p in told}
    versions = IndicatorVersion.objects.filter(indicator__in=codes).order_by("publication_id")
    numbers = {one.detail.get("publication") for one in notices}
    published = Publication.objects.filter(number__in=numbers - {None}).defer("leaf")
    # The last one stands: rows come in the order in which they were published.
    return Names({row.indicator_id: row for row in versions}, figures, {row.number: row for row in published})


class Names:
    """Looked up once for a letter, said in its language."""

    def __init__(self, indicators: dict, figures: dict, publications: dict):
        self.indicators, self.figures, self.publications = indicators, figures, publications

    def indicator(self, code: str) -> str:
        """An indicator that is not public yet has no name outside."""
        version = self.indicators.get(code)
        return words(version, "short_name") or words(version, "name") if version else _("an indicator")

    def figure(self, notice: Notice) -> str:
        said = {"name": self.indicator(notice.indicator)}
        period, due_on = notice.detail.get("period"), notice.detail.get("due_on")
        if period:
            said["name"] = _("%(name)s, %(period)s") % {**said, "period": period_label(period)}
        if notice.detail.get("to"):
            return _("%(name)s: now with %(person)s") % {**said, "person": notice.detail["to"]}
        if not due_on:
            return said["name"]
        day = datetime.date.fromisoformat(due_on)
        past = hong_kong_date(notice.created_at) > day
        said["day"] = day_text(day)
        return (_("%(name)s: was due on %(day)s") if past else _("%(name)s: due on %(day)s")) % said

    def release(self, pk: int) -> str:
        told = dict.fromkeys(
            _("%(name)s, %(period)s") % {"name": self.indicator(code), "period": period_label(period)}
            for code, period in self.figures[pk]
        )
        said = _("release %(number)s") % {"number": pk}
        if not told:
            return said
        named, more = list(told)[:NAMED], len(told) - NAMED
        text = said + _(": ") + _("; ").join(named)
        if more > 0:
            text += _("; ") + ngettext("and %(count)s more", "and %(count)s more", more) % {"count": more}
        return text

    def publication(self, notice: Notice) -> str:
        number = notice.detail["publication"]
        title = words(self.publications.get(number), "title")
        return _("publication %(number)s") % {"number": number} + _(": ") + title
