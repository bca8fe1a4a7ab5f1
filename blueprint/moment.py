"""The point in the sequence of publications that a page is read at: now, or as it stood."""

import datetime
import functools
import re
from dataclasses import dataclass

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from .clock import today
from .models import Publication
from .signed_notes import Note

# Where the page cache writes the (number, date) it read, in the WSGI environment, so that a page and its key agree.
HEAD_GIVEN = "blueprint.head"
LAST = 2**31 - 1


@dataclass(frozen=True)
class Moment:
    """Up to publication ``number``, judged on ``today``. ``asked`` is what ``?as_at=`` said, if anything."""

    number: int
    today: datetime.date
    publication: Publication | None
    asked: str = ""

    @property
    def past(self):
        return bool(self.asked)

    @property
    def query(self):
        """What to add to a link so that it stays at this moment."""
        return f"?as_at={self.asked}" if self.asked else ""

    @property
    def checkpoint(self):
        """The newest checkpoint by then, read with the publication; None where none was signed."""
        note = getattr(self.publication, "checkpoint_note", None)
        return Note.read(note) if note else None

    @property
    def by_date(self):
        return "-" in self.asked


def moment_of(request):
    """Read ``?as_at=``: a date in Hong Kong or a publication's number. Raises BadRequest for anything else."""
    asked = request.GET.getlist("as_at")
    given = request.META.get(HEAD_GIVEN)
    if not asked or asked == [""]:
        return given_moment(*given) if given else head_moment()
    if len(asked) > 1:
        raise BadRequest(_("Give as_at once only."))
    return past_moment(asked[0], *(given or (LAST, today())))


def given_moment(number, day):
    return Moment(number, day, Publication.objects.for_moment().get(number=number) if number else None)


def head_moment():
    head = Publication.objects.for_moment().head()
    return Moment(head.number if head else 0, today(), head)


def past_moment(asked, head, day_of_head):
    """As it stood, of what the head knows: a page must not show what was published while it was made."""
    known = Publication.objects.for_moment().by(head)
    if re.fullmatch(r"[1-9][0-9]{0,8}", asked):
        publication = known.filter(number=int(asked)).first()
        if publication is None:
            raise BadRequest(_("There is no publication of that number yet."))
        return Moment(publication.number, publication.published_on, publication, asked)
    day = read_date(asked)
    if day > day_of_head:
        raise BadRequest(_("That date is in the future. Nobody knows yet how things will stand."))
    publication = known.by_date(day)
    return Moment(publication.number if publication else 0, day, publication, asked)


def read_date(text):
    if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text, re.ASCII):
        try:
            return datetime.date.fromisoformat(text)
        except ValueError:
            pass
    raise BadRequest(_("as_at takes a date such as 2025-03-31 or the number of a publication."))


class Withdrawn(Exception):
    """What the page is about was taken back. ``version`` is the one that says so."""

    def __init__(self, version):
        super().__init__(str(version))
        self.version = version


def withdrawn_page(request, version):
    """410 in words: by which publication, when and why, and how to see what was public until then."""
    context = {"version": version, "publication": version.publication, "kind": version._meta.verbose_name}
    context["until"] = f"{request.path}?as_at={version.publication_id - 1}"
    return render(request, "blueprint/withdrawn.html", context, status=410)


def public(view):
    """A page for everybody: read only, no sign-in, no cookie, and a function of its moment and address alone."""

    @login_not_required
    @require_safe
    @functools.wraps(view)
    def at_moment(request, *args, **kwargs):
        request.moment = moment_of(request)
        try:
            response = view(request, *args, **kwargs)
        except Withdrawn as gone:
            response = withdrawn_page(request, gone.version)
        response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
        return response

    return at_moment
