import argparse
import os
import sys
from pathlib import Path

from . import cold, startup, warm, weights, writing
from .places import ROOT, Places
from .results import line, write

MEASURES = {
    "warm": warm.warm,
    "warm_under_publishing": warm.under_publishing,
    "cold_stampede": warm.stampede,
    "cold_growth": cold.growth,
    "cold_queries": cold.queries,
    "page_weight": weights.page_weight,
    "publish_1000": writing.publish_1000,
    "as_at_cost": cold.as_at_cost,
    "ledger_verify": writing.ledger_verify,
    "status_recompute": writing.status_recompute,
    "startup": startup.startup,
}


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="How fast, as ratios.")
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASURES))
    parser.add_argument("--quick", action="store_true", help="fewer rounds and less scale data")
    given = parser.parse_args()
    unknown = set(given.names) - MEASURES.keys()
    if unknown:
        parser.error(f"there is no measure {', '.join(sorted(unknown))}; there are {', '.join(MEASURES)}")
    results = []
    with Places(quick=given.quick) as places:
        for name in given.names or MEASURES:
            for result in MEASURES[name](places):
                print(line(result), flush=True)
                results.append(result)
            places.rest()
    target = Path(os.environ.get("VAR_DIR", ROOT / "var"))
    target.mkdir(exist_ok=True)
    write(results, target / "bench.json")
    missed = [result.name for result in results if not result.ok]
    print(f"Goals missed: {', '.join(missed)}" if missed else "Every goal is met.")


if __name__ == "__main__":
    sys.exit(main())
