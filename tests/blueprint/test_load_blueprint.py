"""The real plan, loaded once for all tests of this module, and judged against its files read anew."""

import csv
import datetime
import io
import json
import math
import time
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from django.conf import settings
from django.core.management import call_command
from django.db import transaction

from blueprint.ledger import leaf_hash
from blueprint.loading.first import AlreadyLoaded, publish_plan
from blueprint.models import Event, Head, OfficeVersion, PersonName, PlanVersion, Publication
from blueprint.nouns import noun
from committee.models import SeatVersion
from indicators.models import Assessment, IndicatorVersion, Observation, TargetVersion, UnitVersion
from strategies.models import StageStatementVersion

pytestmark = pytest.mark.django_db

PLAN = settings.BASE_DIR / "fixtures" / "blueprint"


def load(folder: Path) -> str:
    said = io.StringIO()
    call_command("load_blueprint", folder, stdout=said)
    return said.getvalue()


def read_yaml(name: str):
    return yaml.safe_load((PLAN / name).read_text(encoding="utf-8"))


def read_csv(name: str) -> list[dict]:
    return list(csv.DictReader(io.StringIO((PLAN / name).read_text(encoding="utf-8"))))


@pytest.fixture(scope="module", autouse=True)
def loaded(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), transaction.atomic():
        started = time.monotonic()
        said = load(PLAN)
        yield said, time.monotonic() - started
        transaction.set_rollback(True)


def standing(noun_name: str):
    return noun(noun_name).version.objects.as_at(Publication.objects.head().number)


def on(*day: int) -> int:
    return Publication.objects.by_date(datetime.date(*day)).number


def test_load_holds_everything_in_the_files():
    plan, indicators = read_yaml("blueprint.yaml"), read_yaml("indicators.yaml")
    initiatives, committee = read_yaml("initiatives.yaml"), read_yaml("committee.yaml")
    listed = {
        "direction": len(plan["directions"]),
        "strategy": len(plan["strategies"]),
        "measure": sum(len(strategy["measures"]) for strategy in plan["strategies"]),
        "stagestatement": len(plan["stage_statements"]),
        "office": len(read_yaml("offices.yaml")),
        "unit": len(indicators["units"]),
        "stage": len(indicators["stages"]),
        "indicator": len(indicators["indicators"]),
        "baseline": sum("baseline" in indicator for indicator in indicators["indicators"]),
        "initiative": len(initiatives),
        "milestone": sum(len(initiative["milestones"]) for initiative in initiatives),
        "meeting": len(committee["meetings"]),
        "source": len(read_csv("sources.csv")),
        "plan": 1,
        "committee": 1,
        "seat": 1 + len(committee["ex_officio_members"]) + len(committee["non_official_members"]),
    }

    stored = {name: standing(name).count() for name in listed}

    assert stored == listed
    assert Observation.objects.count() == len(read_csv("observations.csv"))


def test_load_holds_the_known_numbers_of_things():
    names = ("direction", "strategy", "stagestatement", "office", "indicator", "initiative", "milestone")
    names += ("committee", "seat", "meeting", "source")

    counts = [standing(name).count() for name in names]

    assert counts == [4, 8, 9, 19, 19, 29, 73, 1, 1 + 4 + 18, 2, 113]
    assert Observation.objects.count() == 108


def test_load_publishes_once_for_each_source_date_and_once_to_close():
    facts = read_csv("observations.csv")
    for indicator in read_yaml("indicators.yaml")["indicators"]:
        facts += indicator["targets"] + [indicator.get("baseline", {})]
    dates = {
        (fact["published_on"], fact["published_precision"]) for fact in facts if fact.get("published_on")
    }
    committee = read_yaml("committee.yaml")
    known_to_the_day = [committee["established_on"], committee["membership_as_at"], "2022-12-22"]
    known_to_the_day += [meeting["held_on"] for meeting in committee["meetings"]]
    dates |= {(day, "day") for day in known_to_the_day}

    stored = Publication.objects.values_list("published_on", "precision")

    assert {(str(day), precision) for day, precision in stored.exclude(precision="moment")} == dates
    assert len(stored) == len(dates) + 1


def test_load_numbers_publications_without_gaps_in_order_of_time():
    publications = list(Publication.objects.order_by("number"))
    moments = [publication.published_at for publication in publications]

    assert [publication.number for publication in publications] == list(range(1, len(publications) + 1))
    assert moments == sorted(moments)
    assert Head.objects.get().number == len(publications)


def test_load_chains_the_leaves():
    leaves = [bytes(p.leaf) for p in Publication.objects.order_by("number")]

    said = [json.loads(leaf).get("prev") for leaf in leaves]

    assert said == [None, *(leaf_hash(leaf) for leaf in leaves[:-1])]


def test_load_closes_with_a_publication_at_the_moment_of_loading():
    closing = Publication.objects.head()

    assert set(Publication.objects.values_list("loaded", flat=True)) == {True}
    assert closing.precision == "moment"
    assert closing.published_at == closing.recorded_at.replace(microsecond=0)


def test_load_orders_one_date_by_precision():
    stored = Publication.objects.filter(published_on="2024-12-31").order_by("number")

    assert list(stored.values_list("precision", "title_en", "title_zh_hant", "title_zh_hans")) == [
        ("month", "Figures of December 2024", "2024年12月的數字", "2024年12月的数据"),
        ("year", "Figures of 2024", "2024年的數字", "2024年的数据"),
    ]


@pytest.mark.parametrize(
    ("day", "kind", "titles"),
    [
        ((2022, 12, 22), "plan", ("Hong Kong Innovation and Technology Development Blueprint", "香港創新科技發展藍圖", "香港创新科技发展蓝图")),
        ((2023, 7, 31), "mixed", ("Figures and targets of July 2023", "2023年7月的數字及目標", "2023年7月的数据及目标")),
        ((2023, 12, 11), "committee", ("Committee meeting 3", "委員會第3次會議", "委员会第3次会议")),
        ((2025, 2, 26), "targets", ("Targets of 26 February 2025", "2025年2月26日的目標", "2025年2月26日的目标")),
        ((2025, 3, 3), "committee", ("Committee members as at 3 March 2025", "2025年3月3日的委員會成員名單", "2025年3月3日的委员会成员名单")),
        ((2025, 12, 23), "figures", ("Figures of 23 December 2025", "2025年12月23日的數字", "2025年12月23日的数据")),
    ],
)  # fmt: skip
def test_load_titles_a_publication_after_what_it_holds(day, kind, titles):
    publication = Publication.objects.by_date(datetime.date(*day))

    assert publication.published_on == datetime.date(*day)
    assert publication.kind == kind
    assert (publication.title_en, publication.title_zh_hant, publication.title_zh_hans) == titles


@pytest.mark.parametrize(
    ("day", "values"),
    [
        ((2020, 1, 1), {"2017": ("21280", False), "2018": ("24497", True)}),
        ((2021, 1, 1), {"2017": ("22213", True), "2018": ("24478.4", False)}),
    ],
)
def test_load_shows_figures_and_breaks_as_they_stood(day, values):
    series = Observation.objects.filter(indicator="gerd-hkd", breakdown="total").as_at(on(*day))

    stood = series.filter(period__in=["2017", "2018"])

    assert {row.period: (str(row.value), row.break_before) for row in stood} == values


def test_load_keeps_the_break_of_the_sectors_at_2018():
    sectors = Observation.objects.exclude(breakdown="total").filter(indicator="gerd-hkd")

    broken = sectors.as_at(on(2021, 1, 1)).filter(break_before=True)

    assert set(broken.values_list("period", flat=True)) == {"2018"}


def test_load_joins_a_changed_target_to_its_first_version():
    versions = TargetVersion.objects.filter(indicator="ai-computing-power").order_by("publication_id")

    assert [(v.target_id, v.due, v.value, v.publication.published_on.isoformat()) for v in versions] == [
        ("ai-computing-power.first.1", "2026", 3000, "2024-02-28"),
        ("ai-computing-power.first.1", "2025", 3000, "2025-02-26"),
    ]
    assert versions[0].reason == versions[0].authority == ""
    assert versions[1].reason.startswith("Brought forward from early 2026")
    assert versions[1].authority == "Financial Secretary, 2025-26 Budget Speech, paragraphs 36-39"


def test_load_gives_words_of_a_report_of_the_plan_the_date_of_the_plan():
    words = TargetVersion.objects.filter(value=None).order_by("target")

    assert [(v.target_id, v.due, v.publication.published_on.isoformat()) for v in words] == [
        ("vc-investment.first.words.1", "2027", "2022-12-22"),
        ("vc-investment.second.words.1", "2032", "2022-12-22"),
    ]


def test_load_publishes_the_plan_with_its_own_indicators_and_the_others_at_the_end():
    at_plan = IndicatorVersion.objects.as_at(on(2022, 12, 22))

    assert set(at_plan.values_list("indicator_class", flat=True)) == {"reference"}
    assert at_plan.count() == 7
    assert PlanVersion.objects.get().publication_id == on(2022, 12, 22)
    assert PlanVersion.objects.get().caution_source == "hksar_scmp"


def test_load_lets_an_office_be_succeeded():
    succeeded = OfficeVersion.objects.exclude(succeeded_by=None)

    assert dict(succeeded.values_list("office_id", "succeeded_by_id")) == {"OGCIO": "DPO", "EffO": "DPO"}


def test_load_keeps_whose_wording_a_text_is():
    spoken = StageStatementVersion.objects.get(stage_statement="2027.2")
    cluster = IndicatorVersion.objects.get(indicator="szhkgz-cluster-rank")

    assert (spoken.text_en, spoken.text_zh_hant, spoken.unofficial) == ("", "", [])
    assert cluster.unofficial == ["zh_hant", "zh_hans"]


def test_load_gives_units_their_patterns():
    rank = UnitVersion.objects.get(unit="rank")

    assert (rank.pattern_en, rank.pattern_zh_hant, rank.pattern_zh_hans) == (
        "rank {value}",
        "第{value}位",
        "第{value}位",
    )


def test_load_gives_the_chair_both_terms_and_members_the_term_they_were_named_for():
    chair = SeatVersion.objects.filter(seat="chair").order_by("publication_id")
    members = standing("seat").exclude(seat="chair")

    assert [(str(seat.starts_on), str(seat.ends_on)) for seat in chair] == [
        ("2023-03-03", "2025-03-02"),
        ("2025-03-03", "2027-03-02"),
    ]
    assert {str(seat.starts_on) for seat in members} == {"2025-03-03"}
    assert SeatVersion.objects.as_at(on(2024, 1, 1)).count() == 1


def test_load_keeps_names_out_of_the_ledger():
    ledger = b"".join(bytes(publication.leaf) for publication in Publication.objects.all())
    names = list(PersonName.objects.values_list("name", flat=True))

    assert len(names) == 2 * 3 + 4 + 18
    assert [name for name in names if name.encode() in ledger] == []


@pytest.mark.parametrize(
    ("target", "reading", "hundredths", "bound"),
    [
        ("gerd-gdp-ratio.first.1", "far_behind", 56, "exact"),
        ("startups-number.second.1", "on_track", 117, "exact"),
        ("it-practitioners.second.1", "behind", 71, "exact"),
        ("smart-production-lines.first.1", "on_track", 131, "over"),
        ("unicorns.second.1", "not_conclusive", -549, "over"),
    ],
)
def test_load_assesses_as_the_method_works_out(target, reading, hundredths, bound):
    row = standing_assessments().get(target_code=target)

    assert (row.rule, row.reading, row.ratio_qualifier) == (13, reading, bound)
    assert math.trunc(Fraction(row.ratio) * 100) == hundredths


def standing_assessments():
    return Assessment.objects.as_at(Publication.objects.head().number)


def test_load_assesses_both_versions_of_a_changed_target():
    rows = standing_assessments().filter(target_code="ai-computing-power.first.1").order_by("against")

    assert [(row.against, row.target_version, row.due) for row in rows] == [
        ("current", 2, "2025"),
        ("first", 1, "2026"),
    ]


def test_load_records_one_event():
    event = Event.objects.get(verb="load_plan")

    assert event.actor is None
    assert event.detail == {"publications": Publication.objects.count()}


def test_load_is_quick(loaded):
    said, seconds = loaded

    assert said == f"Loaded: {Publication.objects.count()} publications.\n"
    # A second or so on an idle machine; the limit is for a busy one.
    assert seconds < 10


def test_load_again_changes_nothing(django_assert_max_num_queries):
    before = Head.objects.get().number

    with django_assert_max_num_queries(30):
        said = load(PLAN)

    assert said == "Nothing to change.\n"
    assert Head.objects.get().number == before


def test_load_publishes_a_plan_once_only():
    with pytest.raises(AlreadyLoaded):
        publish_plan([])
