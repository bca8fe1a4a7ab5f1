"""Every page there is, in the states it can be in: what the checks in the browser walk through.

Addresses stand without the language before them, keyed by the name of their pattern, so that a new page without
a line here is found. In the texts long words stand where a plan could bring them.
"""

from django.urls import get_resolver

WORDS = (
    "A promise that goes on for longer than any line has room, with every condition that was ever put to it, "
)
LONG = WORDS * 3 + "and one Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_HANT = "一項說得比任何一行都要長的承諾，連同曾經附加於其上的每一項條件，" * 6
LONG_HANS = "一项说得比任何一行都要长的承诺，连同曾经附加于其上的每一项条件，" * 6
LONG_TEXTS = {"en": LONG, "zh_hant": LONG_HANT, "zh_hans": LONG_HANS}

# What is a file or an answer to a machine, and not a page.
FILES = {
    "home", "observations.csv", "targets.csv", "assessments.csv", "indicators.csv", "indicator.csv", "livez", "readyz",
    "feed", "calendar.ics", "ledger:entries", "ledger:checkpoint", "ledger:checkpoints", "ledger:proof", "ledger:key",
    "ledger:verify.py",
    "indicators:chart.svg", "indicators:chart.vl.json", "indicators:chart.png",
}  # fmt: skip

PUBLIC = {
    "overview": ["", "?as_at=2020-01-01", "?as_at=2024-06-30"],
    "directions": ["directions/"],
    "direction": ["directions/1/"],
    "publications": ["publications/", "publications/?kind=corrections&year=2019"],
    "publication": ["publications/12/"],
    "calendar": ["calendar/"],
    "corrections": ["corrections/", "corrections/?as_at=2019-01-01"],
    "data": ["data/"],
    "verify": ["verify/"],
    "strategies:strategies": ["strategies/"],
    "strategies:strategy": ["strategies/2/", "strategies/2/?as_at=2023-01-01"],
    "strategies:initiatives": ["initiatives/", "initiatives/?strategy=1&q=fund", "initiatives/?q=zzzz"],
    "strategies:initiative": ["initiatives/mrdi/"],
    "indicators:indicators": ["indicators/", "indicators/?q=zzzz", "indicators/?status=nonsense"],
    "indicators:indicator": [
        "indicators/gerd-hkd/",
        "indicators/mnir-gdp-share/",
        "indicators/unicorns/",
        "indicators/gii-rank/?as_at=2024-01-01",
        "indicators/no-such/",
        "indicators/gerd-hkd/?as_at=2999-01-01",
    ],
    "indicators:embed": ["indicators/gerd-gdp-ratio/embed/", "indicators/mnir-gdp-share/embed/"],
    "indicators:history": [
        "indicators/gerd-hkd/history/",
        "indicators/gerd-hkd/history/?kind=status",
        "indicators/no-such/history/",
    ],
    "committee:committee": ["committee/"],
    "committee:actions": ["committee/actions/"],
    "committee:meeting": ["committee/meetings/1/"],
}
LONG_PAGES = ["", "indicators/", "indicators/long/", "strategies/long/", "initiatives/long/", "publications/"]


def pages_of_the_public() -> set[str]:
    """The names of all patterns that need no sign-in and are not part of it."""
    return {
        name for name in names(get_resolver()) if not name.startswith(("desk:", "room:", "admin", "account_"))
    }


def names(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif pattern.name:
            yield f"{prefix}{pattern.name}"
