"""What people type into forms, kept before they save it: as it stands, and for nobody but them.

Every form that takes part bears a signed tag: whose it is, its place, the version it was opened at, its own number, and
the page it stands on. So what is sent after a session ended can still be kept for the person who typed it, and for nobody
else: the tag says who that is, no other site can know it, and it comes back only when they have signed in again.
"""

import datetime
import json
import secrets
import time
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.forms import Form
from django.http import HttpRequest, QueryDict
from django.utils.functional import cached_property

from .clock import database_now
from .models import KeptDraft, User

LARGEST, MOST_FIELDS = 64 * 1024, 400
KEPT = datetime.timedelta(days=90)
# How long the tag alone is enough, when its session has ended.
HELD = 24 * 60 * 60
TAG = "keeper"
# What a form holds beside the person's own words, and what must never be kept.
NOT_TYPED = {
    "csrfmiddlewaretoken",
    TAG,
    "forget",
    "age",
    "token",
    "password",
    "password1",
    "password2",
    "oldpassword",
}


class TooMuch(Exception):
    """More than a form of ours can hold."""


@dataclass(frozen=True)
class Keeper:
    """What the tag of a form says. ``number`` is of this one form, ``back`` the page it stands on."""

    user: int
    place: str
    version: int
    number: str
    back: str
    made: int

    @property
    def outlives_session(self) -> bool:
        return time.time() - self.made < HELD


def new_tag(user: User, place: str, *, version: int, back: str) -> str:
    said = [user.pk, place, version, secrets.token_urlsafe(12), back, int(time.time())]
    return signing.dumps(said, salt=TAG)


def read_tag(tag: str) -> Keeper | None:
    try:
        return Keeper(*signing.loads(tag, salt=TAG, max_age=KEPT))
    except signing.BadSignature:
        return None


def typed_in(sent: QueryDict) -> dict[str, list[str]]:
    return {name: values for name, values in sent.lists() if name not in NOT_TYPED}


def keep(user: User, place: str, fields: dict[str, list[str]], *, version: int, form: str = "") -> bool:
    """Keep what was typed in place of what was kept there. False if this very form has been saved meanwhile.

    Raises TooMuch. Two statements and no lock: whichever way a save comes in between, what was saved stays forgotten.
    """
    check_size(fields)
    said = {"fields": fields, "version": version, "kept_at": database_now()}
    here = KeptDraft.objects.filter(user=user, place=place)
    if form:
        here = here.exclude(saved_form=form)
    if here.update(**said):
        return True
    KeptDraft.objects.bulk_create([KeptDraft(user=user, place=place, **said)], ignore_conflicts=True)
    return bool(here.update(**said))


def check_size(fields: dict[str, list[str]]) -> None:
    if len(fields) > MOST_FIELDS or len(json.dumps(fields, ensure_ascii=False).encode()) > LARGEST:
        raise TooMuch


def kept(user: User, place: str) -> KeptDraft | None:
    return KeptDraft.objects.kept_for(user).filter(place=place).first()


def kept_beneath(user: User, beginning: str) -> list[KeptDraft]:
    """All that was typed at places that begin alike."""
    return list(KeptDraft.objects.kept_for(user).filter(place__startswith=beginning).order_by("place"))


def forget(user: User, place: str, *, form: str = "") -> None:
    """It was saved, or is not wanted. With ``form`` what that form still sends is not kept either."""
    now = database_now()
    empty = KeptDraft(user=user, place=place, version=0, kept_at=now, saved_form=form)
    KeptDraft.objects.bulk_create([empty], ignore_conflicts=True)
    KeptDraft.objects.filter(user=user, place=place).update(fields=None, kept_at=now, saved_form=form)


def forget_all(users: Iterable[User]) -> None:
    KeptDraft.objects.filter(user__in=users).delete()


def forget_old(*, now: datetime.datetime) -> int:
    """Take away what nobody came back for, and all that people with a closed account had typed."""
    old = KeptDraft.objects.last_written_before(now - KEPT)
    return old.delete()[0] + KeptDraft.objects.filter(user__is_active=False).delete()[0]


def accepted(request: HttpRequest) -> None:
    """Say in a view that what was sent is stored, so that it need not be kept any more."""
    request.typed_is_safe = True
    if keeper := getattr(request, "keeper", None):
        forget(request.user, keeper.place, form=keeper.number)


class Keeping:
    """One form's part in this, for its page: the tag it bears, and what was typed there before."""

    def __init__(self, user: User, place: str, *, version: int = 0, back: str):
        self.user, self.place, self.version, self.back = user, place, version, back
        self.restored, self.compared = False, False

    @cached_property
    def tag(self) -> str:
        return new_tag(self.user, self.place, version=self.version, back=self.back)

    @cached_property
    def draft(self) -> KeptDraft | None:
        return kept(self.user, self.place)

    @property
    def is_stale(self) -> bool:
        """Whether what was typed was typed beside another version than stands now."""
        return self.draft is not None and self.draft.version != self.version

    @property
    def asks_to_compare(self) -> bool:
        """Whether what is saved may have changed since, and nobody has looked at it yet."""
        return self.restored and self.is_stale and not self.compared

    def put_back(self, form: Form, *, hidden: Collection[str] = ()) -> Form:
        """Let a form that nothing was sent to begin with what was typed before.

        Its hidden fields keep their own values, but for those that are named.
        """
        if self.draft is not None and not form.is_bound:
            form.initial = form.initial | as_initial(form, self.draft.fields, hidden)
            self.restored = True
        return form


def as_initial(form: Form, fields: dict[str, list[str]], hidden: Collection[str]) -> dict[str, Any]:
    """What was typed, as the fields of a form understand it."""
    sent = QueryDict(mutable=True)
    for name, values in fields.items():
        sent.setlist(form.add_prefix(name), values)
    return {
        field.name: field.field.widget.value_from_datadict(sent, {}, field.html_name)
        for field in form
        if not field.is_hidden or field.name in hidden
    }
