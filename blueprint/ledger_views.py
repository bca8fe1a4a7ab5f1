"""The ledger for outsiders: its entries, checkpoints, proofs, keys, and the script that holds them together."""

import base64
import re
from collections.abc import Iterator
from pathlib import Path

from django.core.exceptions import BadRequest
from django.http import HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from . import checkpoints, ledger
from .models import LedgerKey, Publication
from .moment import public
from .outsider import verify as script
from .publishing import from_tree
from .verifying import stored_bytes

PLAIN = "text/plain; charset=utf-8"
# So many entries are read in one query while a file of them is sent.
AT_ONCE = 200


@public
def entries(request):
    """The stored bytes of every publication, one a line."""
    lines = entry_lines(request.moment.number)
    return StreamingHttpResponse(lines, content_type="application/jsonl; charset=utf-8")


def entry_lines(size: int) -> Iterator[bytes]:
    for start in range(1, size + 1, AT_ONCE):
        some = Publication.objects.filter(number__range=(start, min(start + AT_ONCE - 1, size)))
        yield b"".join(
            stored_bytes(leaf) + b"\n" for leaf in some.order_by("number").values_list("leaf", flat=True)
        )


@public
def checkpoint(request):
    note = checkpoints.newest(request.moment.number)
    if not note:
        return HttpResponse(_("No checkpoint has been signed yet.") + "\n", content_type=PLAIN, status=404)
    return HttpResponse(note, content_type=PLAIN)


@public
def all_checkpoints(request):
    """Every checkpoint, oldest first, with a blank line between two."""
    pieces = (f"{note}\n" for note in checkpoints.all_notes(request.moment.number))
    return StreamingHttpResponse(pieces, content_type=PLAIN)


@public
def key(request):
    lines = "".join(f"{verifier}\n" for verifier in checkpoints.verifiers())
    return HttpResponse(lines, content_type=PLAIN)


@public
def verify_script(request):
    return HttpResponse(Path(script.__file__).read_bytes(), content_type=PLAIN)


# Proofs


@public
def proof(request):
    """Of ``?leaf=&size=``: that an entry is among the first ``size``. Of ``?from=&to=``: that the first are still as they were."""
    last = request.moment.number
    if "from" in request.GET or "to" in request.GET:
        end = asked_number(request, "to", last, default=last)
        return JsonResponse(consistency(asked_number(request, "from", end), end))
    size = asked_number(request, "size", last, default=last)
    return JsonResponse(inclusion(asked_number(request, "leaf", size), size))


def asked_number(request, name: str, most: int, *, default: int | None = None) -> int:
    text = request.GET.get(name, "" if default is None else str(default))
    if not re.fullmatch(r"[1-9][0-9]{0,8}", text, re.ASCII) or int(text) > most:
        raise BadRequest(
            _(
                "A proof needs ?leaf= and ?size=, or ?from= and ?to=: numbers of publications, the first not "
                "above the second. There are %(count)s publications. What is wrong here: %(name)s."
            )
            % {"count": request.moment.number, "name": name}
        )
    return int(text)


def inclusion(number: int, size: int) -> dict:
    """All hashes in hex; ``hashes`` in the order of RFC 9162, section 2.1.3, the entry's sibling first."""
    leaf, root, hashes = from_tree(
        lambda node: (
            node(number, 0),
            ledger.tree_root(size, node),
            ledger.inclusion_path(number, size, node),
        )
    )
    return {"leaf": number, "size": size, "leaf_hash": leaf.hex(), "hashes": in_hex(hashes)} | said(root)


def consistency(first: int, size: int) -> dict:
    """All hashes in hex; ``hashes`` in the order of RFC 9162, section 2.1.4."""
    before, root, hashes = from_tree(
        lambda node: (
            ledger.tree_root(first, node),
            ledger.tree_root(size, node),
            ledger.consistency_path(first, size, node),
        )
    )
    return {"from": first, "to": size, "from_root": before.hex(), "hashes": in_hex(hashes)} | said(root)


def said(root: bytes) -> dict:
    """The root in hex and as a checkpoint has it."""
    return {"root": root.hex(), "root_base64": base64.b64encode(root).decode()}


def in_hex(hashes: list[bytes]) -> list[str]:
    return [one.hex() for one in hashes]


# The page


@public
def verify(request):
    """How to check our figures, with the answer of the script as it is to be expected at this moment."""
    number = request.moment.number
    note = checkpoints.newest(number)
    root = from_tree(lambda node: ledger.tree_root(number, node))
    return render(
        request,
        "blueprint/verify.html",
        {
            "page": "verify",
            "note": note,
            "size": int(note.splitlines()[1]) if note else number,
            "root": base64.b64encode(root).decode(),
            "keys": LedgerKey.objects.order_by("-added_at"),
            "today": request.moment.today,
        },
    )
