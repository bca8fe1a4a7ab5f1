"""One sentence that says of an indicator what its data say: the same on pages, in the feed and in files."""

from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import takewhile
from typing import Any

from django.utils.translation import gettext as _

from blueprint.wording import day_text, name_of, reader

from .figures import pattern, period_label, qualified, with_unit
from .models.indicator import UnitKind

# Between clauses, and after the last.
MARKS = {"en": ("; ", "."), "zh_hant": ("；", "。"), "zh_hans": ("；", "。")}
BOUNDS = ("over", "under")


def sentence(standing) -> str:
    """Latest figure, change, and the target it works towards, in the reader's language."""
    spoken = _Spoken(standing)
    return _closed(spoken.figure_clause(), *spoken.target_clauses())


def figure_sentence(standing) -> str:
    """The latest figure and how it changed."""
    return _closed(_Spoken(standing).figure_clause())


def target_text(value: Decimal, bound: str, unit) -> str:
    """A target's value with its bound and unit: at least 130 lines."""
    return qualified(with_unit(value, unit), bound)


def _closed(*clauses: str) -> str:
    between, end = MARKS[reader()]
    return between.join(clauses) + end


def at_time(code: str) -> str:
    """When a figure was taken: in 2024, in the first half of 2024, on 31 October 2024."""
    if len(code) == len("2024-10-31"):
        return _("on %(day)s") % {"day": period_label(code)}
    return _("in %(period)s") % {"period": with_article(code)}


def with_article(code: str) -> str:
    return (_("the %(period)s") if "-H" in code else "%(period)s") % {"period": period_label(code)}


@dataclass(frozen=True)
class _Spoken:
    """An indicator's standing, in the clauses of a sentence."""

    standing: Any

    @cached_property
    def name(self) -> str:
        return name_of(self.standing.indicator)

    # The figure

    def figure_clause(self) -> str:
        row = self.standing.latest
        if row is None:
            return _("No figure has been published yet for %(name)s") % {"name": self.name}
        return self._with_change(self._level(row), row)

    def _level(self, row) -> str:
        """Three forms of one sentence: Chinese has a verb for ranks, and none before a figure with a bound."""
        said = {"name": self.name, "when": at_time(row.latest_period)}
        value = self._with_status(row)
        if self._is_rank:
            return _("%(name)s stood at %(rank)s %(when)s") % (said | {"rank": value})
        if row.latest_qualifier != "exact":
            return _("%(name)s stood at %(bounded)s %(when)s") % (said | {"bounded": value})
        return _("%(name)s stood at %(value)s %(when)s") % (said | {"value": value})

    def _with_status(self, row) -> str:
        said = {"value": self.amount(row.latest_value, row.latest_qualifier)}
        return {"P": _("%(value)s (provisional)"), "E": _("%(value)s (estimated)")}.get(
            row.latest_status, "%(value)s"
        ) % said

    def _with_change(self, level: str, row) -> str:
        # A bound does not say by how much, or even which way, a figure moved.
        if row.previous_value is None or {row.latest_qualifier, row.previous_qualifier} & set(BOUNDS):
            return level
        return self._change(row) % {
            "level": level,
            "previous": self.amount(row.previous_value, row.previous_qualifier, again=True),
            "when": at_time(row.previous_period),
        }

    def _change(self, row) -> str:
        difference = row.latest_value - row.previous_value
        if difference == 0 and row.latest_qualifier == row.previous_qualifier:
            return _("%(level)s, as %(when)s")
        if difference == 0:
            return _("%(level)s, after %(previous)s %(when)s")
        # A rank that gets smaller goes up.
        if (difference > 0) == self._is_rank:
            return _("%(level)s, down from %(previous)s %(when)s")
        return _("%(level)s, up from %(previous)s %(when)s")

    # The target

    def target_clauses(self) -> list[str]:
        goal = self.standing.headline
        if goal is None or not goal.row.due:
            return [_("no target has been set")]
        period = with_article(goal.row.due)
        if goal.row.target_value is None:
            clause = _("for %(period)s the plan has a target in words only") % {"period": period}
        else:
            clause = self._promise(goal) % {
                "target": self._goal_amount(goal.row),
                "period": period,
                "day": day_text(self.standing.freshness.due_on) if self.standing.freshness.due_on else "",
            }
        first = self._first_version(goal.row)
        return [clause, first] if first else [clause]

    def _promise(self, goal) -> str:
        if goal.status == "awaiting":
            return self._awaiting(goal)
        if goal.status == "not_conclusive" and goal.row.rule == 7:
            return _("the figures do not show whether the target of %(target)s by %(period)s was met")
        if goal.status == "not_comparable" and goal.row.rule == 4:
            return _(
                "the target is %(target)s by %(period)s, but a break in the series keeps the figures from being "
                "compared with the baseline"
            )
        return {
            "achieved": _("the target of %(target)s by %(period)s was achieved"),
            "missed": _("the target of %(target)s by %(period)s was missed"),
            "reached_early": _("the target of %(target)s by %(period)s has been reached early"),
        }.get(goal.status, _("the target is %(target)s by %(period)s"))

    def _awaiting(self, goal) -> str:
        freshness = self.standing.freshness
        if not freshness.due_on or str(freshness.period) != goal.row.due:
            return _("the target is %(target)s by %(period)s, whose figure is not yet published")
        if freshness.state == "overdue":
            return _(
                "the target is %(target)s by %(period)s, whose figure was due by %(day)s and is not yet published"
            )
        return _(
            "the target is %(target)s by %(period)s, whose figure is not yet published and is due by %(day)s"
        )

    def _first_version(self, row) -> str:
        """What had been promised at first, where that was something else."""
        first = next(
            (
                each.row
                for each in self.standing.judgements
                if each.against_first and each.row.target_code == row.target_code
            ),
            row,
        )
        said = {"period": with_article(first.due) if first.due else ""}
        other_value = (first.target_value, first.bound) != (row.target_value, row.bound)
        if other_value and first.target_value is None:
            return _("it was first set in words only")
        if other_value:
            said["target"] = self._goal_amount(first)
        if other_value and first.due != row.due:
            return _("it was first set at %(target)s by %(period)s") % said
        if other_value:
            return _("it was first set at %(target)s") % said
        return _("it was first set for %(period)s") % said if first.due != row.due else ""

    def _goal_amount(self, row) -> str:
        return qualified(self.amount(row.target_value, again=self.standing.latest is not None), row.bound)

    # Amounts

    @property
    def _is_rank(self) -> bool:
        return bool(self.standing.unit and self.standing.unit.is_rank)

    def amount(self, value: Decimal, qualifier: str = "exact", *, again: bool = False) -> str:
        """A figure with as much of its unit as neither the name nor, in English, the figure before has said."""
        unit = self.standing.unit
        said = with_unit(value, unit, qualifier)
        if unit is None or unit.kind not in (UnitKind.COUNT, UnitKind.MEASURE):
            return said
        counted = pattern(unit).partition("{value}")[2]
        if again and unit.kind == UnitKind.COUNT and reader() == "en":
            return said.removesuffix(counted)
        return said.removesuffix(_shared_end(self.name, counted)).rstrip()


def _shared_end(name: str, counted: str) -> str:
    """The words, in Chinese two characters or more, with which both end: "users" of "iAM Smart users"."""
    english = reader() == "en"
    split = str.split if english else list
    pairs = zip(reversed(split(name)), reversed(split(counted)), strict=False)
    alike = takewhile(lambda pair: pair[0].casefold() == pair[1].casefold(), pairs)
    shared = [said for _named, said in alike][::-1]
    if english:
        return " ".join(shared)
    return "".join(shared) if len(shared) > 1 else ""
