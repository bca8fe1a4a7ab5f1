"""What a publication of loaded facts is called, in the three languages, after what it holds and its date."""

from collections.abc import Sequence
from datetime import date

from blueprint.nouns import Change
from blueprint.publishing import PastDate

from .kinds import LANGUAGES

MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

# The first line whose nouns the publication holds all of says those; the rest is looked for further down.
TITLES: tuple[tuple[frozenset[str], tuple[str, str, str]], ...] = (
    (frozenset({"committee"}), ("{name} established", "{name}成立", "{name}成立")),
    (frozenset({"meeting"}), ("Committee meeting {number}", "委員會第{number}次會議", "委员会第{number}次会议")),
    (frozenset({"seat"}), ("Committee members as at {date}", "{date}的委員會成員名單", "{date}的委员会成员名单")),
    (frozenset({"observation", "target"}), ("Figures and targets of {date}", "{date}的數字及目標", "{date}的数据及目标")),
    (frozenset({"observation"}), ("Figures of {date}", "{date}的數字", "{date}的数据")),
    (frozenset({"target"}), ("Targets of {date}", "{date}的目標", "{date}的目标")),
)  # fmt: skip
# What is said of one noun also covers these, which come with it.
COVERED = {"committee": {"seat"}, "observation": {"baseline"}, "target": {"baseline"}}
CLOSING = (
    "Offices, indicators, initiatives and sources, as loaded",
    "載入的機構、指標、項目及資料來源",
    "载入的机构、指标、项目及资料来源",
)
BASELINES = ("Baselines of {date}", "{date}的基線", "{date}的基线")
JOINED = ("; ", "；", "；")


def closing_title() -> dict[str, str]:
    return dict(zip(LANGUAGES, CLOSING, strict=True))


def past_title(past: PastDate, changes: Sequence[Change]) -> dict[str, str]:
    plan = next((change.content for change in changes if change.noun.name == "plan"), None)
    if plan:
        return {language: plan[f"title_{language}"] for language in LANGUAGES}
    wordings = wordings_of({change.noun.name for change in changes})
    title = {}
    for index, language in enumerate(LANGUAGES):
        words = words_of(past, changes, language)
        said = [wording[index].format(**words) for wording in wordings]
        title[language] = JOINED[index].join(said)[:300]
    return title


def wordings_of(nouns: set[str]) -> list[tuple[str, str, str]]:
    left, wordings = set(nouns), []
    for held, wording in TITLES:
        if held <= left:
            wordings.append(wording)
            left -= held.union(*(COVERED.get(name, set()) for name in held))
    return [*wordings, BASELINES] if left else wordings


def words_of(past: PastDate, changes: Sequence[Change], language: str) -> dict[str, str]:
    """What the wordings' braces stand for."""
    committee = next((c.content for c in changes if c.noun.name == "committee"), {})
    name = committee.get(f"name_{language}") or next(
        (committee[f"name_{other}"] for other in LANGUAGES if committee.get(f"name_{other}")), ""
    )
    numbers = [str(change.content["number"]) for change in changes if change.noun.name == "meeting"]
    dated = english_date if language == "en" else chinese_date
    return {"name": name, "number": ", ".join(numbers), "date": dated(past.day, past.precision)}


def english_date(day: date, precision: str) -> str:
    month = f"{MONTHS[day.month - 1]} {day.year}"
    return {"year": str(day.year), "month": month, "day": f"{day.day} {month}"}[precision]


def chinese_date(day: date, precision: str) -> str:
    month = f"{day.year}年{day.month}月"
    return {"year": f"{day.year}年", "month": month, "day": f"{month}{day.day}日"}[precision]
