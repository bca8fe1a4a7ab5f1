"""The parameters of the API: name, what it does, and what it may say."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from .cursors import DEFAULT, MOST

CODE = {"type": "string", "minLength": 1, "maxLength": 80}


def parameter(name: str, description: Any, *, one_of: Iterable[str] = (), example: Any = None, **schema: Any):
    kind = schema or CODE
    return OpenApiParameter(
        name,
        type=kind | ({"enum": list(one_of)} if one_of else {}),
        description=description,
        examples=[] if example is None else [OpenApiExample(name, value=example)],
    )


AS_AT = parameter(
    "as_at",
    _("As it stood: a date in Hong Kong that is not in the future, or the number of a publication."),
    type="string",
    pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2}|[1-9][0-9]{0,8})$",
    example="2025-03-31",
)
LIMIT = parameter(
    "limit", _("How many to give at once."), type="integer", minimum=1, maximum=MOST, default=DEFAULT
)
CURSOR = parameter(
    "cursor",
    _(
        "Where to go on: taken from next or previous of an answer, never made up. It keeps to the publication "
        "that the first page began with, whatever is published in between."
    ),
    type="string",
    minLength=1,
)
HISTORY = parameter(
    "history", _("1 adds every earlier value."), one_of=["0", "1"], type="string", default="0"
)


def code_of(name: str, description: Any, example: str | None = None):
    return parameter(name, description, example=example, **CODE)
