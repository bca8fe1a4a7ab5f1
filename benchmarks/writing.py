"""What publishing, judging anew and checking cost."""

import hashlib
import json
import subprocess
import sys
import time

from blueprint import ledger

from .places import ROOT
from .results import in_turn, ratio

LEAVES = 100_000


def publish_1000(places):
    site = places.inside(places.copy(places.scale, "writing"))
    pairs = [site.ask("publish_once", 1000) for _ in range(places.rounds)]
    how = "s, publish_release of 1,000 figures of 1,000 indicators / bulk_create of the same public rows, scale data"
    yield ratio("publish_1000", "<= 4", *map(list, zip(*pairs, strict=True)), how)


def status_recompute(places):
    site = places.inside(places.scale)
    found = [site.ask("recompute") for _ in range(5)]
    how = f"s, {found[0][2]} assessments from the database / reading the same rows, scale data"
    yield ratio("status_recompute", "<= 6", [f[0] for f in found], [f[1] for f in found], how)


def ledger_verify(places):
    path = places.folder / "entries.jsonl"
    wanted = 10_000 if places.quick else LEAVES
    write_ledger(path, wanted)
    verified, hashed = in_turn(5, lambda: verify(path), lambda: read_and_hash(path))
    how = f"s, verify.py on {wanted} leaves / parsing and hashing each once"
    yield ratio("ledger_verify", "<= 3", verified, hashed, how)


def write_ledger(path, leaves):
    previous = ""
    with path.open("wb") as file:
        for number in range(1, leaves + 1):
            leaf = ledger.leaf_bytes(leaf_of(number) | ({"prev": previous} if previous else {}))
            previous = ledger.leaf_hash(leaf)
            file.write(leaf + b"\n")


def leaf_of(number):
    """As a publication of one figure is."""
    figure = {
        "noun": "observation",
        "indicator_id": "gerd-hkd",
        "breakdown": "total",
        "period": str(1900 + number % 300),
        "value": f"{number}.5",
        "qualifier": "exact",
        "status": "A",
        "break_before": False,
        "kind": "first",
    }
    return {
        "seq": number,
        "kind": "figures",
        "title": {"en": f"Figures {number}", "zh_hant": "數字", "zh_hans": "数字"},
        "published_at": "2026-01-01T00:00:00Z",
        "precision": "moment",
        "recorded_at": "2026-01-01T00:00:00Z",
        "loaded": False,
        "changes": [figure],
    }


PREPARED = """
import sys, time
from blueprint.outsider import verify
started = time.perf_counter()
list(verify.verify(sys.argv[1], [], None))
print(time.perf_counter() - started)
"""


def verify(path):
    done = subprocess.run(
        [sys.executable, "-c", PREPARED, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return float(done.stdout)


def read_and_hash(path):
    started = time.perf_counter()
    with path.open("rb") as file:
        for leaf in file:
            json.loads(leaf)
            hashlib.sha256(b"\x00" + leaf).digest()
    return time.perf_counter() - started
