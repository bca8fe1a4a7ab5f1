"""What the overview gathers: of each strategy the counts and a few indicators, what is new, due and late.

It takes the same number of queries, and shows about as many lines, for a plan of twenty indicators and of a thousand.
"""

from collections import Counter, defaultdict
from operator import attrgetter

from committee.models import Finding
from indicators.lines import lines, standings_of
from indicators.models import Observation
from indicators.progress import STATUSES
from indicators.standings import names_of
from strategies.models import StrategyVersion

from .models import CalendarItemVersion, DirectionVersion, PlanVersion, Publication
from .together import read_together

# A strategy with more indicators shows the first of them, and how many stand in each status.
AT_MOST, OF_MANY = 8, 3
NEWS, FIGURES_OF_NEWS, COMING, LATE = 3, 2, 4, 4


class Overview:
    """Everything at a moment, read once: lines of all indicators, texts, and the standings of those shown."""

    def __init__(self, moment):
        self.moment, self.lines = moment, lines(moment)
        self.texts = read_together(
            **names_of(moment),
            **plan_texts(moment),
            plans=PlanVersion.objects.as_at(moment.number, or_first=True),
            items=announced(moment),
            findings=Finding.objects.as_at(moment.number),
        )
        self.strategies = sorted(self.texts["strategies"], key=attrgetter("number"))
        self.plan = next(iter(self.texts["plans"]), None)
        self.finding = max(self.texts["findings"], key=attrgetter("publication_id", "pk"), default=None)
        self.late = late(moment, self.lines)
        coming = due_next(moment, self.lines)[:COMING]
        news = news_of(moment, self.lines)
        grouped = groups(self.lines)
        shown = [*(line for group in grouped.values() for line in group["lines"]), *coming, *self.late[:LATE]]
        shown += [line for each in news for line in each["lines"]]
        standings = standings_of(moment, shown, names=self.texts)
        self.directions = directions_with(self.texts, grouped, standings)
        self.news = [each | {"standings": [standings[line.code] for line in each["lines"]]} for each in news]
        self.shown_late = [standings[line.code] for line in self.late[:LATE]]
        self.coming = soonest(self.texts["items"], [standings[line.code] for line in coming])[:COMING]


def plan_texts(moment):
    return {
        "strategies": StrategyVersion.objects.as_at(moment.number),
        "directions": DirectionVersion.objects.as_at(moment.number),
    }


def directions_of(moment):
    """Directions with their strategies and indicators, for pages that show no more than that."""
    texts = read_together(**names_of(moment), **plan_texts(moment))
    grouped = groups(lines(moment))
    return directions_with(texts, grouped, shown_in(moment, grouped, texts))


def groups(found):
    """{strategy: its indicators as a page shows them: all, or of many the first and the counts}."""
    under = defaultdict(list)
    for line in found:
        under[line.strategy].append(line)
    return {strategy: group(strategy, own) for strategy, own in under.items()}


def group(strategy, own):
    if len(own) <= AT_MOST:
        return {"code": strategy, "lines": own, "total": len(own), "counts": []}
    counts = Counter(line.status for line in own)
    listed = [(status, counts[status]) for status in STATUSES if counts[status]]
    return {"code": strategy, "lines": own[:OF_MANY], "total": len(own), "counts": listed}


def shown_in(moment, grouped, texts):
    return standings_of(moment, [line for group in grouped.values() for line in group["lines"]], names=texts)


def directions_with(texts, grouped, standings):
    """Directions, each with its strategies, each with its indicators."""
    under = defaultdict(list)
    for strategy in sorted(texts["strategies"], key=attrgetter("number")):
        under[strategy.direction_id].append(strategy_with(strategy, grouped, standings))
    return [
        {"direction": direction, "strategies": under[direction.direction_id]}
        for direction in sorted(texts["directions"], key=attrgetter("number"))
    ]


def strategy_with(strategy, grouped, standings):
    own = grouped.get(strategy.strategy_id) or group(strategy.strategy_id, [])
    return {"strategy": strategy, "standings": [standings[line.code] for line in own["lines"]], "group": own}


def news_of(moment, found):
    """The last publications, each with the indicators whose figures it was the last to touch."""
    last = list(Publication.objects.by(moment.number).defer("leaf")[:NEWS])
    rows = Observation.objects.filter(publication__in=[p.number for p in last], breakdown="total")
    touched = rows.order_by("publication_id").values_list("indicator", "publication_id").distinct()
    newest = dict(touched)
    return [
        {
            "publication": publication,
            "lines": [line for line in found if newest.get(line.code) == publication.number][
                :FIGURES_OF_NEWS
            ],
        }
        for publication in last
    ]


def announced(moment):
    """What the calendar still holds at a moment."""
    items = CalendarItemVersion.objects.as_at(moment.number).filter(
        planned_on__gte=moment.today, called_off=False
    )
    published = Publication.objects.filter(calendar_item__isnull=False, number__lte=moment.number)
    return items.exclude(calendar_item__in=published.values("calendar_item"))


def soonest(items, due):
    """What is announced or due next, soonest first: (day, calendar item or None, standing or None)."""
    dated = [(item.planned_on, item, None) for item in sorted(items, key=attrgetter("pk"))]
    dated += [(standing.freshness.due_on, None, standing) for standing in due]
    return sorted(dated, key=lambda each: (each[0], each[2].code if each[2] else ""))


def due_next(moment, found):
    """Indicators whose next figure is due by their own month of release, soonest first."""
    due = [(one.due_on, one.code, one) for one in found if one.due_on and one.due_on >= moment.today]
    return [one for _day, _code, one in sorted(due)]


def late(moment, found):
    """Those whose figure should have come, longest overdue first."""
    overdue = [
        (one.due_on, place, one)
        for place, one in enumerate(found)
        if one.due_on and one.due_on < moment.today
    ]
    return [one for _day, _place, one in sorted(overdue)]
