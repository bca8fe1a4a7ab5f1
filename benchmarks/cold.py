"""Pages that nobody has asked for yet: how their time and their queries grow with the plan."""

from .results import in_turn, number, ratio

# A shipped indicator: the same page, so that only the size of the tables around it differs.
INDICATOR = "/en/indicators/gerd-hkd/"
PAGES = {
    "indicator": (INDICATOR, "<= 1.3"),
    "overview": ("/en/", "<= 2"),
    "list": ("/en/indicators/", "<= 2"),
    "strategy": ("/en/strategies/2/", "<= 2"),
}
PUBLICATION = "/en/publications/47/"
PAST = "2025-06-30"


def growth(places):
    small, large = places.inside(places.shipped), places.inside(places.scale)
    for name, (address, goal) in PAGES.items():
        below, above = in_turn(
            places.rounds, lambda a=address: small.ask("page", a), lambda a=address: large.ask("page", a)
        )
        yield ratio(f"cold_growth_{name}", goal, above, below, f"s, {address} at scale / shipped data")


def queries(places):
    small, large = places.inside(places.shipped), places.inside(places.scale)
    addresses = {name: address for name, (address, _goal) in PAGES.items()} | {"publication": PUBLICATION}
    for name, address in addresses.items():
        few, many = small.ask("queries", address), large.ask("queries", address)
        said = f"queries of {address}, {few} with shipped data"
        # Not equal at both sizes is missed, however few they are.
        yield number(
            f"cold_queries_{name}", "<= 8" if few == many else f"<= {min(few, many, 8)}", max(few, many), said
        )


def as_at_cost(places):
    large = places.inside(places.scale)
    costs = []
    for address in (address for address, _goal in PAGES.values()):
        past, now = in_turn(
            places.rounds,
            lambda a=address: large.ask("page", f"{a}?as_at={PAST}"),
            lambda a=address: large.ask("page", a),
        )
        costs.append(
            ratio("as_at_cost", "<= 1.5", past, now, f"s, {address} as at {PAST} / now, the worst of four")
        )
    yield max(costs, key=lambda cost: cost.value)
