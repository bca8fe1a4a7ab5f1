"""Who has what in an office, and what of it is late: for its head, and to be read by who looks after all work."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from blueprint.clock import database_now, hong_kong_date
from blueprint.models import OfficeVersion, User
from blueprint.moment import head_moment
from blueprint.paging import paged
from blueprint.permissions import Permission
from blueprint.refusals import Refused
from blueprint.wording import words

from ..assigning import Asked, AssignedMeanwhile, already_reminded, assign, remind
from ..assignments import officials_of
from .access import REFUSALS, desk_page, desk_render
from .update_filters import NOBODY, date_of, named
from .worklist import Work, worklist

ROWS = 50
# Of one person's late figures as many are named as one reads; the list has them all.
NAMED = 10


@dataclass(frozen=True)
class Late:
    work: Work
    indicator: Any
    # Everybody who is asked for it was reminded today.
    reminded: bool


@dataclass(frozen=True)
class Part:
    """What one person of the office has; nobody's, if there is no person."""

    person: User | None
    works: list[Work]
    late: list[Late]
    # Whether there is anybody but the reader to be reminded.
    asks: bool

    @property
    def code(self):
        return str(self.person.pk) if self.person else NOBODY

    @property
    def shown(self):
        return self.late[:NAMED]

    @property
    def more(self):
        return len(self.late[NAMED:])

    @property
    def due(self):
        return sum(work.stage == "due" for work in self.works)

    @property
    def waits(self):
        """Whether there is somebody left to remind."""
        return self.asks and any(not late.reminded for late in self.late)


class Place:
    """An office, its people who may enter figures, and its indicators."""

    def __init__(self, code, user):
        self.moment = head_moment()
        self.version = OfficeVersion.objects.filter(office=code).as_at(self.moment.number).first()
        self.code, self.user = code, user
        self.people = officials_of(code)
        works = worklist(self.moment, user, office=code)
        self.names = {row.indicator_id: row for row in named(works)}
        self.works = sorted(works, key=lambda work: (words(self.names[work.code], "short_name"), work.code))

    @property
    def assigns(self):
        return self.user.may(Permission.ASSIGN_WORK) and self.user.office_id == self.code

    def of(self, person):
        return [work for work in self.works if work.person == person]

    def parts(self):
        late = [work for work in self.works if work.late]
        told = already_reminded([work.code for work in late], hong_kong_date(database_now()).isoformat())
        parts = [self._part(person, told) for person in [None, *self.people]]
        return sorted((part for part in parts if part.person or part.works), key=lambda part: -len(part.late))

    def _part(self, person, told):
        works = self.of(person)
        asked = [each.pk for each in ([person] if person else self.people) if each != self.user]
        late = [
            Late(work, self.names[work.code], all((work.code, pk) in told for pk in asked))
            for work in sorted(works, key=date_of)
            if work.late
        ]
        return Part(person, works, late, bool(asked))


class AssignForm(forms.Form):
    """Of each indicator shown: who has it, as the page said, and who shall."""

    def __init__(self, data=None, *, works, people):
        super().__init__(data)
        self.works = works
        choices = [("", _("nobody yet")), *((str(person.pk), person.name) for person in people)]
        for work in works:
            has = str(work.person.pk) if work.person else ""
            self.fields[f"to-{work.code}"] = forms.ChoiceField(
                choices=choices, required=False, initial=has, label=work.code
            )
            self.fields[f"was-{work.code}"] = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=has, max_length=20
            )

    def rows(self, names, held):
        """``held``: who was given what meanwhile."""
        return [
            {
                "work": work,
                "indicator": names[work.code],
                "to": self[f"to-{work.code}"],
                "was": self[f"was-{work.code}"],
                "meanwhile": meanwhile(held[work.code]) if work.code in held else "",
            }
            for work in self.works
        ]

    def asked(self):
        return [
            Asked(work.code, number(self[f"was-{work.code}"].data), number(self[f"to-{work.code}"].data))
            for work in self.works
        ]


def meanwhile(person):
    return _("Set meanwhile: %(name)s") % {"name": person.name} if person else _("Set meanwhile: nobody")


def number(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else None


@desk_page(Permission.OPEN_DESK)
@require_safe
def people(request):
    user = request.user
    asked = request.GET.get("office", user.office_id or "")
    if user.may(Permission.SEE_ALL_WORK) and asked != user.office_id:
        place = Place(asked, user)
        if not place.works:
            return redirect("desk:updates")
        return people_page(request, place)
    if not user.may(Permission.ASSIGN_WORK):
        raise PermissionDenied(REFUSALS[Permission.ASSIGN_WORK]())
    return people_page(request, Place(user.office_id, user))


def people_page(request, place, *, form=None, held=None, status=200):
    context = paged(request, place.works, ROWS)
    shown = form.works if form else list(context["part"])
    form = form or AssignForm(works=shown, people=place.people)
    context |= {
        "office": place.version,
        "assigns": place.assigns,
        "reminders": place.parts(),
        "rows": form.rows(place.names, held or {}),
        "query": request.GET.urlencode(),
    }
    return desk_render(request, "desk/people.html", context, status=status)


@desk_page(Permission.ASSIGN_WORK)
@require_POST
def people_assign(request):
    place = Place(request.user.office_id, request.user)
    sent = [work for work in place.works if f"to-{work.code}" in request.POST]
    form = AssignForm(request.POST, works=sent, people=place.people)
    try:
        if not form.is_valid():
            raise Refused(
                _("An indicator can be given only to somebody of the office who may enter figures.")
            )
        changed = assign(form.asked(), office=place.code, by=request.user)
    except AssignedMeanwhile as refusal:
        messages.error(request, str(refusal))
        again = AssignForm(as_it_is(request.POST, place.works), works=sent, people=place.people)
        return people_page(request, place, form=again, held=refusal.held, status=409)
    except Refused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, said_of(changed))
    query = request.GET.urlencode()
    return redirect(f"{reverse('desk:people')}?{query}" if query else "desk:people")


def as_it_is(sent, works):
    """What was chosen, against what stands now, so that sending it once more is a decision."""
    typed = sent.copy()
    for work in works:
        typed[f"was-{work.code}"] = str(work.person.pk) if work.person else ""
    return typed


def said_of(changed):
    if not changed:
        return _("Nothing was changed.")
    return ngettext(
        "%(count)s indicator changed hands, and the people were told.",
        "%(count)s indicators changed hands, and the people were told.",
        changed,
    ) % {"count": changed}


@desk_page(Permission.ASSIGN_WORK)
@require_POST
def people_remind(request):
    """Remind of one late indicator, or of all that a person has."""
    place = Place(request.user.office_id, request.user)
    asked, indicator = request.POST.get("person", ""), request.POST.get("indicator", "")
    person = next((each for each in place.people if str(each.pk) == asked), None)
    if person is None and asked != NOBODY:
        raise Http404
    late = [work.code for work in place.of(person) if work.late and indicator in ("", work.code)]
    reminded = remind(late, office=place.code, to=person, by=request.user)
    if reminded:
        messages.success(request, reminded_text(person, reminded))
    else:
        messages.info(
            request, _("Nobody was reminded: it is not late any more, or they were reminded today.")
        )
    return redirect("desk:people")


def reminded_text(person, count):
    said = {"count": count, "name": person.name if person else _("All who enter figures")}
    return (
        ngettext(
            "Reminded of %(count)s late figure: %(name)s",
            "Reminded of %(count)s late figures: %(name)s",
            count,
        )
        % said
    )
