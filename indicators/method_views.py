"""The page of the method: every rule in words, with the indicators of the moment as its examples."""

from collections.abc import Iterable
from itertools import chain
from typing import NamedTuple

from django.shortcuts import render

from blueprint.moment import public
from blueprint.together import read_together

from . import methods
from .lines import Line, lines, standings_of
from .progress import DUE_SOON, MONTHS_TO_PUBLISH
from .projecting import SERIES_TRIED, back_test
from .projection import T_VALUES
from .standings import Judgement, Standing, names_of

# Rules 8, 9 and 13 can rest on a ratio; so many indicators show theirs.
WITH_RATIO, SHOWN_WITH_RATIO = (8, 9, 13), 12


class Example(NamedTuple):
    standing: Standing
    judgement: Judgement


@public
def method(request):
    moment = request.moment
    found = lines(moment)
    chosen = {line.code: line for line in chain(examples_in(found), found[:SERIES_TRIED])}
    standings = standings_of(moment, chosen.values(), names=read_together(**names_of(moment)))
    judged = [Example(s, j) for s in (standings[code] for code in chosen) for j in s.judgements]
    tried = [standings[line.code] for line in found[:SERIES_TRIED]]
    return render(
        request,
        "indicators/method.html",
        {
            "page": "method",
            "versions": methods.VERSIONS[::-1],
            "positions": methods.positions(),
            "rules": [(rule, example_of(rule.number, judged)) for rule in methods.RULES_IN_WORDS],
            "readings": methods.READINGS_IN_WORDS,
            "caveats": methods.CAVEATS_IN_WORDS,
            "worked": [each for each in judged if each.judgement.row.ratio][:SHOWN_WITH_RATIO],
            "changed": next((each for each in judged if each.judgement.against_first), None),
            "t_values": T_VALUES.items(),
            "series_tried": SERIES_TRIED,
            "back_test": back_test(moment.number, tried, of=len(found)),
            "months": MONTHS_TO_PUBLISH,
            "soon": DUE_SOON.days,
            "files": ("observations.csv", "targets.csv", "indicators.csv", "assessments.csv"),
        },
    )


def examples_in(found: Iterable[Line]) -> list[Line]:
    """Of each rule the first line that stands by it, then some that rest on a ratio."""
    first: dict[int, Line] = {}
    with_ratio = []
    for line in found:
        rules = {goal.rule for goal in line.current}
        first = dict.fromkeys(rules, line) | first
        with_ratio += [line] if rules & set(WITH_RATIO) else []
    return [*first.values(), *with_ratio[:SHOWN_WITH_RATIO]]


def example_of(number: int, judged: list[Example]) -> Example | None:
    return next((each for each in judged if each.judgement.standing.rule == number), None)
