"""What was measured against which goal, as a table and as a file."""

import json
import statistics
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Result:
    """A ratio (or a plain number, where there is no denominator) and its goal, such as ``<= 4``."""

    name: str
    value: float
    goal: str
    numerator: float
    denominator: float | None
    how: str

    @property
    def ok(self) -> bool:
        comparison, limit = self.goal.split()
        return self.value <= float(limit) if comparison == "<=" else self.value >= float(limit)


def ratio(name: str, goal: str, numerators: list[float], denominators: list[float], how: str) -> Result:
    """The median of each: one slow round is the machine's, not the program's."""
    above, below = statistics.median(numerators), statistics.median(denominators)
    return Result(name, above / below, goal, above, below, how)


def number(name: str, goal: str, value: float, how: str) -> Result:
    return Result(name, value, goal, value, None, how)


def in_turn(rounds: int, *measures: Callable[[], float]) -> list[list[float]]:
    """Each measure once a round, so that what slows the machine for a while slows both."""
    found: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for values, measure in zip(found, measures, strict=True):
            values.append(measure())
    return found


def line(result: Result) -> str:
    parts = f"{result.numerator:.4g}"
    if result.denominator is not None:
        parts += f" / {result.denominator:.4g}"
    met = "met" if result.ok else "MISSED"
    return f"{result.name:28} {result.value:9.3g}  {result.goal:8} {met:7} {parts:22} {result.how}"


def write(results: Iterable[Result], path: Path) -> None:
    """Lines measured before and not now stay as they were: a run of some names keeps the others."""
    kept = {each["name"]: each for each in json.loads(path.read_text())} if path.exists() else {}
    kept |= {result.name: asdict(result) | {"ok": result.ok} for result in results}
    path.write_text(json.dumps(list(kept.values()), indent=1) + "\n")
