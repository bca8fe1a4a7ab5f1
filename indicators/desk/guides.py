"""A short guide for each role: the files in docs/guides/, shown where the work is done."""

import re
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.http import Http404
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from blueprint.permissions import Role

from .access import desk_render

GUIDES = settings.BASE_DIR / "docs" / "guides"
STEP = re.compile(r"\d+\. (.+)")


class Guide(NamedTuple):
    title: str
    steps: tuple[str, ...]


@lru_cache
def guide_of(role: str, language: str) -> Guide:
    """Its first line is the title, and each numbered line a step. Raises FileNotFoundError for a role that has none."""
    title, *lines = (GUIDES / f"{role}.{language}.md").read_text().splitlines()
    steps = (STEP.fullmatch(line) for line in lines)
    return Guide(title.removeprefix("# "), tuple(step[1] for step in steps if step))


@require_safe
def guide(request):
    """Of the person's own role, or of another that is asked for: whoever works with somebody may read how."""
    role = request.GET.get("role", request.user.role)
    if role not in Role.values:
        raise Http404
    others = [(each.value, each.label) for each in Role if each.value != role]
    context = {"guide": guide_of(role, get_language()), "others": others, "page": "guide"}
    return desk_render(request, "desk/guide.html", context)
