"""For schemathesis: what is well formed and yet names nothing, as no schema can say, is changed to what a reader knows."""

import datetime
from zoneinfo import ZoneInfo

import schemathesis

NAMED = {
    # When the plan had been loaded, so that all the rest is known.
    "as_at": ["48", datetime.datetime.now(ZoneInfo("Asia/Hong_Kong")).date().isoformat()],
    "indicator": ["gerd-gdp-ratio", "unicorns"],
    "strategy": ["1", "2"],
    "direction": ["1"],
    "office": ["ITC"],
    "stage": ["first"],
    "year": ["2024"],
    "period": ["2023", "2024-12"],
    "from": ["2020", "2019-H2"],
    "to": ["2024", "2025-07-31"],
    # There is none yet, and a cursor is never made up.
    "meeting": [],
    "cursor": [],
}


@schemathesis.hook
def before_call(context, case, kwargs):
    if not (case.meta and case.meta.generation.mode.is_positive and case.query):
        return
    for name, known in NAMED.items():
        if name in case.query:
            given = str(case.query.pop(name))
            if known:
                case.query[name] = known[len(given) % len(known)]
