"""Prints which cases of docs/cases.csv have a test that bears their id, such as test_E02_future_address_is_404."""

import csv
import re
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# A test may stand for several: test_I02_I04_hostile_file_is_told_what_is_wrong.
NAMED = re.compile(r"def test_((?:[A-Z]\d\d_)+)")


def cases():
    with (ROOT / "docs" / "cases.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def count_tests(folder):
    """Case id -> number of tests that bear it."""
    return Counter(
        found
        for path in folder.rglob("test_*.py")
        for named in NAMED.findall(path.read_text(encoding="utf-8"))
        for found in named.strip("_").split("_")
    )


def report(listed, tested):
    """Lines for each priority: those with a test, then those without, and what bears an id not on the list."""
    for priority in sorted({case["priority"] for case in listed}):
        own = [case for case in listed if case["priority"] == priority]
        having = [case for case in own if tested[case["id"]]]
        yield f"{priority}: {len(having)} of {len(own)} cases have a test"
        for case in own:
            count = tested[case["id"]]
            yield f"  {case['id']}  {f'{count:>3}' if count else '  -'}  {case['case']}"
    if other := sorted(tested.keys() - {case["id"] for case in listed}):
        yield f"Tests bear ids that are not on the list: {', '.join(other)}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report(cases(), count_tests(ROOT / "tests")))
