"""Definitions, units and targets that were published anew after a figure that waits was entered."""

from django.db.models import Min

from blueprint.definitions import definitions_by_indicator
from blueprint.differences import short_name
from blueprint.models import Publication
from blueprint.moment import head_moment
from blueprint.publishing import standing_numbers

from ..actions import ENTRIES
from ..models import IndicatorVersion


def redefined(release):
    """(name of the indicator, which definition, number of the publication) of each that is newer than a figure."""
    entered = entered_at(release)
    if not entered:
        return []
    by_indicator = definitions_by_indicator(entered)
    numbers = standing_numbers([one for definitions in by_indicator.values() for one in definitions])
    made = dict(Publication.objects.filter(number__in=numbers.values()).values_list("number", "recorded_at"))
    named = IndicatorVersion.objects.filter(indicator__in=entered).as_at(head_moment().number)
    known = {version.indicator_id: version for version in named}
    return [
        (short_name(known.get(code), code), one.noun.version._meta.verbose_name, number)
        for code, definitions in by_indicator.items()
        for one in definitions
        if (number := numbers.get((one.noun, one.key))) and made[number] > entered[code]
    ]


def entered_at(release):
    """Indicator -> when the first of its figures in the release was saved as it is now."""
    found = {}
    for entry in ENTRIES:
        rows = entry.objects.filter(release=release).values("indicator").annotate(first=Min("saved_at"))
        for code, first in rows.order_by().values_list("indicator", "first"):
            found[code] = min(first, found.get(code, first))
    return found
