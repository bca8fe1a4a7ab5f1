"""The filters of My updates, as they stand in its address."""

from operator import attrgetter

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from blueprint.filters import ANY, check_asked, filters_in_force
from blueprint.wording import LANGUAGES, words

from ..models import IndicatorVersion
from .worklist import STAGES

# Of whom: what the address says where it names nobody.
EVERYBODY, NOBODY = "all", "none"
SORTS = [("", gettext_lazy("date")), ("name", gettext_lazy("name")), ("person", gettext_lazy("person"))]
TEXTS = ("name", "short_name", "definition")
LATEST = 2**31 - 1


class UpdatesFilter(forms.Form):
    """The list as asked for: the works it holds, in order, and how many there are at each stage without ``state``."""

    office = forms.ChoiceField(label=gettext_lazy("Office"), required=False)
    person = forms.ChoiceField(label=gettext_lazy("Person"), required=False)
    state = forms.ChoiceField(label=gettext_lazy("Stage of the work"), required=False)
    q = forms.CharField(label=gettext_lazy("Words"), required=False, max_length=100)
    sort = forms.ChoiceField(label=gettext_lazy("Order"), required=False, choices=SORTS)

    def __init__(self, data, *, works, user, offices):
        super().__init__(data, auto_id="filter-%s")
        self.works, self.user = works, user
        # Who looks at all offices looks for no one person's work first.
        self.own = [] if offices else [work for work in works if work.person == user]
        self.fields["office"].choices = [("", ANY), *((o.office_id, words(o, "name")) for o in offices)]
        if not offices:
            del self.fields["office"]
        self.fields["person"].choices = self._people()
        self.fields["state"].choices = [("", ANY), *STAGES.items()]
        check_asked(self)
        self.asked = self.cleaned_data
        self.of_whom = [work for work in works if self._belongs(work)]
        self.counted = self._with_words(self.of_whom)
        self.listed = self._sorted([w for w in self.counted if self.asked["state"] in ("", w.stage)])

    @property
    def form(self):
        return self

    @property
    def active(self):
        return filters_in_force(self)

    @property
    def mine(self):
        """Whether the list holds what is the person's own, as it does for whoever has something of their own."""
        return bool(self.own) and not self.asked["person"]

    def _people(self):
        held = {work.person.pk: work.person for work in self.works if work.person}
        own = held.pop(self.user.pk, None)
        first = ("", _("mine, and what nobody has")) if own else ("", ANY)
        others = sorted(held.values(), key=attrgetter("name", "pk"))
        named = [(str(person.pk), person.name) for person in others]
        # An address that was kept stays right for whoever has nothing of their own any more.
        kept = EVERYBODY in self.data.getlist("person")
        everybody = [(EVERYBODY, _("everybody’s"))] if own or kept else []
        return [first, *everybody, (NOBODY, _("what nobody has")), *named]

    def _belongs(self, work):
        office, person = self.asked.get("office"), self.asked["person"]
        if office and work.office != office:
            return False
        if not person:
            return not self.own or work.person in (None, self.user)
        if person == NOBODY:
            return work.person is None
        return person == EVERYBODY or str(work.person and work.person.pk) == person

    def _with_words(self, works):
        if not self.asked["q"]:
            return works
        wanted = self.asked["q"].casefold()
        said = {row.indicator_id: texts_of(row) for row in named(works)}
        return [work for work in works if wanted in said.get(work.code, "")]

    def _sorted(self, works):
        """The stages follow one another; within each the order that was asked for."""
        order = list(STAGES)
        if self.asked["sort"] == "name":
            names = {row.indicator_id: words(row, "short_name") or words(row, "name") for row in named(works)}
            return sorted(works, key=lambda w: (order.index(w.stage), names.get(w.code, ""), w.code))
        if self.asked["sort"] == "person":
            return sorted(
                works, key=lambda w: (order.index(w.stage), w.person.name if w.person else "", w.code)
            )
        return sorted(works, key=lambda w: (order.index(w.stage), date_of(w), w.code))


def date_of(work):
    """What a stage is ordered by: the day it is due; what is public already, the newest first."""
    if work.stage == "published":
        return f"{LATEST - work.published.publication_id:010}"
    return str(work.due_on or "")


def named(works):
    columns = [f"{name}_{language}" for name in TEXTS for language in LANGUAGES]
    rows = IndicatorVersion.objects.filter(indicator__in=[work.code for work in works])
    return rows.as_at(LATEST, or_first=True).only("indicator", "unofficial", *columns)


def texts_of(row):
    said = [getattr(row, f"{name}_{language}") for name in TEXTS for language in LANGUAGES]
    return "\n".join([row.indicator_id, *said]).casefold()
