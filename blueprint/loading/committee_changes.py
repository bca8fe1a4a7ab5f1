"""The committee's part of a plan: the body, its seats for the term that runs, its meetings."""

from collections.abc import Iterator
from datetime import date

from blueprint.nouns import Change

from .changes import in_languages, own_words, sources
from .kinds import LANGUAGES, Record
from .schema import Files

SEATS = (("chair", "chair"), ("ex_officio", "ex_officio_members"), ("non_official", "non_official_members"))


def committee_change(files: Files) -> Change:
    committee = files.one("committee")
    terms = committee["terms_of_reference"]
    return Change.of(
        "committee",
        committee=committee["abbreviation"],
        **in_languages("name", committee["name"]),
        **in_languages("terms", {name: terms[name] or "" for name in LANGUAGES}),
        terms_wording=terms["wording"] or "",
        **in_languages("replaces", committee["replaces"]),
        established_on=committee["established_on"],
        term_years=committee["term_years"],
        **own_words(committee),
    )


def seat_changes(files: Files, kinds: set[str], on: date) -> Iterator[Change]:
    """Seats of these kinds, for the term that runs on that day."""
    committee = files.one("committee")
    terms = (term for term in files.each("terms") if term["starts_on"] <= on <= term["ends_on"])
    term = next(terms, {})
    for kind, number, seat in numbered_seats(files):
        if kind in kinds:
            yield Change.of(
                "seat",
                seat=kind.replace("_", "-") + ("" if kind == "chair" else f"-{number}"),
                committee=committee["abbreviation"],
                kind=kind,
                number=number,
                **in_languages("post", seat["post"]),
                **in_languages("holder", seat["name"]),
                starts_on=term.get("starts_on"),
                ends_on=term.get("ends_on"),
                **sources(committee),
            )


def numbered_seats(files: Files) -> Iterator[tuple[str, int, Record]]:
    for kind, collection in SEATS:
        for number, seat in enumerate(files.each(collection), start=1):
            yield kind, number, seat


def meeting_changes(files: Files) -> Iterator[Change]:
    committee = files.one("committee")["abbreviation"]
    for meeting in files.each("meetings"):
        yield Change.of(
            "meeting",
            meeting=str(meeting["number"]),
            committee=committee,
            number=meeting["number"],
            held_on=meeting["held_on"],
            agenda=meeting["agenda"] or [],
            **sources(meeting),
        )
