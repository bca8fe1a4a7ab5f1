"""The member's journey in a real browser: rated alone, agreed, approved, published beside the computed status."""

import pytest

from blueprint.clock import database_now
from blueprint.models import Release
from blueprint.permissions import Role
from committee.models import Cycle, Finding, Rating
from tests.factories import UserFactory

from .languages import LANGUAGES

PAPER = "room/meetings/5/strategies/3/"


@pytest.mark.parametrize("language", LANGUAGES)
def test_strategy_is_rated_agreed_and_published(people, sign_in, open_page, page_problems, language):
    member = sign_in(people["member"], f"/{language}/{PAPER}")
    member.check("[name=confidence][value='4']")
    member.fill("[name=reason]", "Start-ups are on their path; unicorns have no figure.")
    member.click("form[action*='/rating/'] button")
    assert Rating.objects.values_list("confidence", flat=True).get() == 4

    chair = sign_in(people["chair"], f"/{language}/{PAPER}")
    chair.check("form[action*='/finding/'] [name=confidence][value='4']")
    chair.fill("[name=text_en]", "Probable, if the count of unicorns is resumed.")
    chair.fill("[name=text_zh_hant]", "若恢復統計獨角獸企業，則可望達成。")
    chair.fill("[name=text_zh_hans]", "若恢复统计独角兽企业，则可望达成。")
    chair.click("form[action*='/finding/'] button")
    # What reads like a conversion by rule alone is published only once a person has confirmed it.
    chair.check("[name=accept]")
    chair.click("form[action*='/finding/'] button")
    assert ["422" in said for said in page_problems] == [True]
    page_problems.clear()

    release = Release.objects.get()
    secretary = sign_in(people["secretary"], f"/{language}/desk/releases/{release.pk}/")
    secretary.click("form[action$='/approve/'] button")
    publisher = sign_in(people["publisher"], f"/{language}/desk/releases/{release.pk}/")
    publisher.click("form[action$='/publish/'] button")

    visitor = open_page()
    visitor.goto(f"/{language}/strategies/3/")
    said = {
        "en": "Probable, if the count of unicorns is resumed.",
        "zh-hant": "若恢復統計獨角獸企業，則可望達成。",
        "zh-hans": "若恢复统计独角兽企业，则可望达成。",
    }
    assert said[language] in visitor.inner_text("main")
    assert people["member"].name not in visitor.content()
    assert Finding.objects.values_list("confidence", "spread").get() == (4, {"4": 1})


def test_rating_of_another_is_unseen_until_one_has_rated(people, sign_in):
    Rating.objects.create(
        cycle=Cycle.objects.get(),
        strategy_id="3",
        member=UserFactory(role=Role.MEMBER),
        confidence=2,
        reason="Two of three have no figure.",
        saved_at=database_now(),
    )
    member = sign_in(people["member"], f"/en/{PAPER}")
    assert "Two of three have no figure." not in member.content()

    member.check("[name=confidence][value='3']")
    member.fill("[name=reason]", "Feasible.")
    member.click("form[action*='/rating/'] button")

    assert "Two of three have no figure." in member.inner_text("main")
