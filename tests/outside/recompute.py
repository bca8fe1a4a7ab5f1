"""Judges every line of assessments.csv again, from the files that anyone can download, by what METHOD says.

    python3 recompute.py FOLDER 2026-11-22

FOLDER holds observations.csv, targets.csv, indicators.csv and assessments.csv as at that day (?as_at=2026-11-22).
Written from the published method and not from the site's code, with the standard library alone. Names each cell
that it finds otherwise and then ends with 1.
"""

import calendar
import csv
import datetime
import sys
from collections import defaultdict
from decimal import Decimal, localcontext
from fractions import Fraction
from pathlib import Path

FILES = ("observations", "targets", "indicators", "assessments")
KINDS = {"annual": "Y", "half_yearly": "H", "quarterly": "Q", "monthly": "M"}
JUDGED = (
    "latest_period",
    "latest",
    "qualifier",
    "share_of_way",
    "share_of_time",
    "ratio",
    "reading",
    "status",
    "caveats",
)


class Period:
    """A reference period: what kind it is, its last day, and x, the position of that day in years."""

    def __init__(self, code):
        self.code, year, rest = code, int(code[:4]), code[5:]
        month, day = 12, 0
        if not rest:
            self.kind = "Y"
        elif rest[0] in "HQ":
            self.kind, month = rest[0], int(rest[1]) * {"H": 6, "Q": 3}[rest[0]]
        else:
            self.kind, month, day = ("D" if len(rest) > 2 else "M"), int(rest[:2]), int(rest[3:] or 0)
        self.last = datetime.date(year, month, day or calendar.monthrange(year, month)[1])
        days = 366 if calendar.isleap(year) else 365
        self.x = year + Fraction((self.last - datetime.date(year - 1, 12, 31)).days, days)
        # Of two periods that end together the longer one is the earlier.
        self.order = (self.last, "YHQMD".index(self.kind))


class Case:
    """One indicator against one target, in the letters of the method."""

    def __init__(self, line, indicator, observations, has_words, today):
        self.line, self.indicator, self.has_words, self.today = line, indicator, has_words, today
        self.d = {"increase": 1, "decrease": -1}[indicator["polarity"]]
        self.segment, self.break_at = last_segment(observations, indicator["frequency"])
        self.b, self.xb = (
            number(line["baseline"]),
            line["baseline_period"] and Period(line["baseline_period"]),
        )
        self.T, self.xT = number(line["target"]), line["due"] and Period(line["due"])
        self.latest = self.segment[-1] if self.segment else None
        self.v = self.latest and number(self.latest["value"])
        self.x = self.latest and Period(self.latest["period"])
        later = [o for o in self.segment if self.xT and Period(o["period"]).last >= self.xT.last]
        self.first_at_due = later[0] if later else None
        self.broken = bool(self.xb and self.break_at and self.break_at.last > self.xb.last)
        self.since_baseline = bool(self.x and (not self.xb or self.x.last > self.xb.last))
        self.no_span = not self.xb or not self.xT or self.xb.last >= self.xT.last
        self.began_there = self.b is not None and self.T is not None and self.d * (self.T - self.b) <= 0

    def meets(self, observation):
        """True, False or None where a bound leaves it open."""
        met = self.d * (number(observation["value"]) - self.T) >= 0
        better = self.d * {"over": 1, "under": -1}.get(observation["qualifier"], 0)
        return None if (better > 0 and not met) or (better < 0 and met) else met

    def shares(self):
        """Share of the way and of the time, where there is a way and a time to share."""
        ends = self.first_at_due is None and self.since_baseline and self.T is not None
        if not ends or self.broken or self.no_span or self.began_there:
            return None, None
        way = Fraction(self.v - self.b) / Fraction(self.T - self.b)
        return way, (self.x.x - self.xb.x) / (self.xT.x - self.xb.x)

    def ratio(self):
        way, time = self.shares()
        if way is None:
            return None
        return way / time if self.indicator["path"] == "linear" else self.growth_ratio()

    def growth_ratio(self):
        if self.b == 0 or self.T == 0 or self.b * self.T < 0 or self.b * self.v < 0:
            return None
        with localcontext(prec=50):

            def g(y, t):
                span = t.x - self.xb.x
                return (y / self.b) ** (Decimal(span.denominator) / Decimal(span.numerator)) - 1

            sign = -1 if self.b < 0 else 1
            return Fraction(sign * self.d * g(self.v, self.x) / abs(g(self.T, self.xT)))

    def reading(self):
        """Of r; with a bound only if the r at the bound and every r beyond it read alike."""
        r = self.ratio()
        if r is None:
            return ""
        name = "on_track" if r >= Fraction("0.95") else "behind" if r >= Fraction("0.6") else "far_behind"
        name = "moving_away" if r < 0 else name
        better = self.d * {"over": 1, "under": -1}.get(self.latest["qualifier"], 0)
        furthest = {0: name, 1: "on_track", -1: "moving_away"}[better]
        return name if name == furthest else "not_conclusive"

    def rule(self):
        """(number, status, reading) of the first line of the table that applies."""
        if self.T is None and self.has_words:
            return 1, "qualitative", ""
        if self.T is None:
            return 2, "not_set", ""
        if self.latest is None:
            return 3, "no_data", ""
        if self.broken:
            return 4, "not_comparable", ""
        if self.first_at_due:
            answer = self.meets(self.first_at_due)
            return {True: (5, "achieved", ""), False: (6, "missed", ""), None: (7, "not_conclusive", "")}[
                answer
            ]
        if self.since_baseline and self.meets(self.latest):
            return 8, "reached_early", ""
        after_9 = self.rule_after_9()
        return (9, "awaiting", after_9[2]) if self.xT.last < self.today else after_9

    def rule_after_9(self):
        if self.no_span:
            return 10, "not_comparable", ""
        if not self.since_baseline:
            return 11, "no_data", ""
        if self.began_there:
            return 12, "not_conclusive" if self.meets(self.latest) is None else "moving_away", ""
        return 13, self.reading() or "not_comparable", self.reading()

    def caveats(self, rule):
        rests_on = self.first_at_due if rule in (5, 6, 7) else self.latest if rule > 3 else None
        said = rests_on or {"obs_status": "", "qualifier": ""}
        holds = {
            "provisional": said["obs_status"] == "P",
            "estimated": said["obs_status"] == "E",
            "bound": said["qualifier"] in ("over", "under"),
            "about": said["qualifier"] == "about" or (bool(rests_on) and self.line["bound"] == "about"),
            "reference": self.indicator["class"] == "reference",
        }
        return " ".join(name for name, so in holds.items() if so)

    def judged(self):
        rule, status, reading = self.rule()
        way, time = self.shares()
        latest = self.latest or {"period": "", "value": "", "qualifier": ""}
        return {
            "latest_period": latest["period"],
            "latest": latest["value"],
            "qualifier": latest["qualifier"],
            "share_of_way": cut(way, 4),
            "share_of_time": cut(time, 4),
            "ratio": cut(self.ratio(), 2),
            "reading": reading,
            "status": status,
            "caveats": self.caveats(rule),
        }


def last_segment(observations, frequency):
    """Figures of the declared frequency that have a value, since the last break; and the period of that break."""
    counted = [o for o in observations if KINDS.get(frequency) in (None, Period(o["period"]).kind)]
    counted.sort(key=lambda o: Period(o["period"]).order)
    break_at = None
    for place, observation in enumerate(counted):
        if observation["break_before"] == "yes":
            break_at, start = Period(observation["period"]), place
    since = counted[start:] if break_at else counted
    return [o for o in since if o["obs_status"] != "M"], break_at


def number(text):
    return Decimal(text) if text else None


def cut(value, places):
    """Truncated, as the file shows it: no zeros at the end and no sign before zero."""
    if value is None:
        return ""
    shown = Decimal(int(value * 10**places)).scaleb(-places)
    text = f"{shown:f}".rstrip("0").rstrip(".") if shown else "0"
    return text


def differences(files, today):
    """{(indicator, stage, due, version, column): (what the file says, what follows from the figures)}."""
    series = defaultdict(list)
    for observation in files["observations"]:
        if observation["breakdown"] == "total":
            series[observation["indicator"]].append(observation)
    indicators = {indicator["indicator"]: indicator for indicator in files["indicators"]}
    promises = {promise_of(row): row for row in files["targets"]}
    found = {}
    for line in files["assessments"]:
        code, key = line["indicator"], promise_of(line)
        promise = promises.get(key, {})
        if line["due"] and promise.get("value") != line["target"]:
            found[(*key, "target")] = line["target"], promise.get("value", "no such target")
        words = any(promise.get(f"text_{language}") for language in ("en", "zh_hant", "zh_hans"))
        right = Case(line, indicators[code], series[code], words, today).judged()
        found |= {(*key, c): (line[c], right[c]) for c in JUDGED if line[c] != right[c]}
    return found | left_out(files)


def promise_of(row):
    return row["indicator"], row["stage"], row["due"], row["version"]


def left_out(files):
    """Indicators, and stages with a promise that was never changed, which no line judges."""
    judged = {row["indicator"] for row in files["assessments"]}
    found = {(row["indicator"], "", "", "", "line"): ("", "missing") for row in files["indicators"]}
    found = {key: value for key, value in found.items() if key[0] not in judged}
    lines = {promise_of(row) for row in files["assessments"]}
    last = {}
    for row in files["targets"]:
        last[row["indicator"], row["stage"]] = row
    for row in last.values():
        promised = row["value"] or row["text_en"] or row["text_zh_hant"] or row["text_zh_hans"]
        if promised and promise_of(row) not in lines:
            found[(*promise_of(row), "line")] = ("", "missing")
    return found


def read(folder):
    files = {}
    for name in FILES:
        with (Path(folder) / f"{name}.csv").open(encoding="utf-8", newline="") as lines:
            files[name] = list(csv.DictReader(lines))
    return files


def main(folder, day):
    files = read(folder)
    found = differences(files, datetime.date.fromisoformat(day))
    for key, (said, right) in found.items():
        print(f"{' '.join(filter(None, key))}: the file says {said!r}, the method {right!r}")
    print(f"{len(files['assessments'])} lines recomputed, {len(found)} differences.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
