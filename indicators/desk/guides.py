"""A short guide for each role: the files in docs/guides/, shown where the work is done."""

import re
from functools import lru_cache
from typing import NamedTuple

from django.conf import settings
from django.http import FileResponse, Http404
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from blueprint.permissions import Role

from .access import desk_render

GUIDES = settings.BASE_DIR / "docs" / "guides"
STEP = re.compile(r"\d+\. (.+)")
PICTURE = re.compile(r"!\[(.+)\]\(.+\)")


class Guide(NamedTuple):
    title: str
    steps: tuple[str, ...]
    # What the picture shows; the picture itself is a file beside the text.
    picture: str


@lru_cache
def guide_of(role: str, language: str) -> Guide:
    """Its first line is the title, each numbered line a step, and the last one its picture."""
    title, *lines = (GUIDES / f"{role}.{language}.md").read_text().splitlines()
    steps = tuple(step[1] for line in lines if (step := STEP.fullmatch(line)))
    return Guide(title.removeprefix("# "), steps, PICTURE.fullmatch(lines[-1])[1])


@require_safe
def guide(request):
    """Of the person's own role, or of another that is asked for: whoever works with somebody may read how."""
    role = asked_role(request)
    others = [(each.value, each.label) for each in Role if each.value != role]
    context = {"guide": guide_of(role, get_language()), "role": role, "others": others, "page": "guide"}
    return desk_render(request, "desk/guide.html", context)


@require_safe
def guide_picture(request):
    picture = GUIDES / f"{asked_role(request)}.{get_language()}.png"
    return FileResponse(picture.open("rb"), content_type="image/png")


def asked_role(request) -> str:
    role = request.GET.get("role", request.user.role)
    if role not in Role.values:
        raise Http404
    return role
