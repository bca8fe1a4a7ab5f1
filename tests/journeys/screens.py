"""Every page there is, in the states it can be in: what the checks in the browser walk through.

Addresses stand without the language before them, keyed by the name of their pattern, so that a new page without
a line here is found. In the texts long words stand where a plan could bring them.
"""

from django.urls import get_resolver

WORDS = (
    "A promise that goes on for longer than any line has room, with every condition that was ever put to it, "
)
LONG = WORDS * 2 + "and one Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft"
LONG_HANT = "一項說得比任何一行都要長的承諾，連同曾經附加於其上的每一項條件，" * 8
LONG_HANS = "一项说得比任何一行都要长的承诺，连同曾经附加于其上的每一项条件，" * 8
LONG_TEXTS = {"en": LONG, "zh_hant": LONG_HANT, "zh_hans": LONG_HANS}

PUBLIC = {
    "overview": ["", "?as_at=2020-01-01", "?as_at=2024-06-30"],
    "directions": ["directions/"],
    "direction": ["directions/1/"],
    "publications": ["publications/", "publications/?kind=figures&year=2019", "publications/?kind=nonsense"],
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
    "compare": [
        "compare/",
        "compare/?i=gerd-hkd&i=startups-number&i=gii-rank&i=mnir-gdp-share",
        "compare/?i=gerd-hkd&i=no-such",
    ],
    "late": ["late/", "late/?as_at=2020-01-01"],
    "method": ["method/", "method/?as_at=2020-01-01"],
    "search": ["search/", "search/?q=fund", "search/?q=創新", "search/?q=zzzz"],
    "api-documentation": ["data/api/"],
    "report": ["report/?page=/en/indicators/gerd-hkd/"],
    "report-find": ["report/find/", "report/find/?number=nonsense"],
    "report-state": ["report/BP-AAAA-AAAA/"],
    "subscribe": ["publications/subscribe/"],
    "subscription-confirm": ["publications/subscribe/confirm/no-such/"],
    "subscription-end": ["publications/subscribe/end/no-such/"],
    "sitemap": ["sitemap/"],
    "notices": ["notices/"],
    "privacy": ["privacy/"],
    "accessibility": ["accessibility/"],
    "committee:committee": ["committee/"],
    "committee:actions": ["committee/actions/"],
    "committee:meeting": ["committee/meetings/1/"],
}
LONG_PAGES = ["", "indicators/", "indicators/long/", "strategies/long/", "initiatives/long/", "publications/"]


def pages_of_the_public() -> set[str]:
    """The names of all patterns that are a page and need no sign-in: files have a dot in their names."""
    elsewhere = ("demo-", "desk:", "room:", "admin", "account_", "api:", "ledger:", "sdmx/")
    machines = {"home", "feed", "livez", "readyz"}
    return {n for n in names(get_resolver()) if not n.startswith(elsewhere) and "." not in n} - machines


def names(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from names(pattern, f"{prefix}{pattern.namespace}:" if pattern.namespace else prefix)
        elif pattern.name:
            yield f"{prefix}{pattern.name}"
