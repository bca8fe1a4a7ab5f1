"""How the parts of a breakdown stand to their total while they are typed."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from .figures import number
from .inputs import read_figure


@dataclass(frozen=True)
class RunningSum:
    """``total`` is None where none was typed; ``waiting`` counts the parts that are still empty."""

    parts: Decimal
    total: Decimal | None
    waiting: int

    @property
    def agrees(self) -> bool:
        return self.parts == self.total

    @property
    def text(self) -> str:
        """In the words that entry.js uses as well."""
        said = {"sum": number(self.parts), "total": number(self.total)}
        if self.total is None:
            return RUNNING["alone"]() % said
        if self.agrees:
            return RUNNING["agrees"]() % said
        said["difference"] = number(abs(self.total - self.parts))
        return RUNNING["less" if self.parts < self.total else "more"]() % said


RUNNING = {
    "alone": lambda: _("Together %(sum)s."),
    "agrees": lambda: _("Together %(sum)s: the same as the total."),
    "less": lambda: _("Together %(sum)s: %(difference)s less than the total, %(total)s."),
    "more": lambda: _("Together %(sum)s: %(difference)s more than the total, %(total)s."),
}


def running_sum(form: Any, read: Mapping[str, Any] | None) -> RunningSum | None:
    """Of a form as it stands, typed or filled in by us; nothing where no part can be read."""
    names = [name for name in form.fields if name.startswith("part_")]
    found = {name: figure_in(form, name, read) for name in ["value", *names]}
    parts = [found[name] for name in names if found[name] is not None]
    if not parts:
        return None
    return RunningSum(sum(parts, Decimal(0)), found["value"], len(names) - len(parts))


def figure_in(form: Any, name: str, read: Mapping[str, Any] | None) -> Decimal | None:
    if read is not None:
        return read.get(name)
    try:
        text = form[name].value()
        return read_figure(text) if text else None
    except ValidationError:
        return None


def running_words() -> dict[str, str]:
    """The sentences with their places, for the script that says them while one types."""
    return {name: sentence() for name, sentence in RUNNING.items()}
