"""The official's journey in a real browser: entered, previewed, submitted, approved by another, published, public."""

import pytest

from blueprint.models import Publication, Release

from .languages import LANGUAGES

PUBLIC = "indicators/gerd-hkd/"
# 38,400 million Hong Kong dollars, as each language says it.
SAID = {"en": "38,400", "zh-hant": "384億", "zh-hans": "384亿"}


def enter_figure(page, language):
    page.goto(f"/{language}/desk/indicators/gerd-hkd/enter/")
    page.select_option("[name=period]", "2025")
    page.fill("[name=value]", "38400")
    page.select_option("[name=status]", "P")
    for other in page.locator(".other-languages summary").all():
        other.click()
    page.fill("[name=note_en]", "Spending by the business sector grew fastest.")
    page.fill("[name=note_zh_hant]", "工商機構的開支增長最快。")
    page.fill("[name=note_zh_hans]", "工商机构的开支增长最快。")
    page.fill("[name=evidence_url]", "https://www.censtatd.gov.hk/example")
    page.fill("[name=evidence_title]", "Press release")
    page.click("button[name=submit]")


@pytest.mark.parametrize("language", LANGUAGES)
def test_figure_is_entered_approved_and_published(people, sign_in, open_page, language):
    visitor = open_page(viewport={"width": 1280, "height": 900})
    visitor.goto(f"/{language}/{PUBLIC}")
    before = visitor.content()

    official = sign_in(people["official"], f"/{language}/desk/")
    enter_figure(official, language)
    release = Release.objects.get()
    official.wait_for_url(f"**/{language}/desk/releases/{release.pk}/")
    official.click(f"a[href^='/{language}/desk/releases/{release.pk}/preview/']")
    assert SAID[language] in official.inner_text("p.figure").replace("\n", "")
    official.goto(f"/{language}/desk/releases/{release.pk}/")
    official.check("[name=accept]")
    official.click("form[action$='/submit/'] button")
    assert official.locator("form[action$='/approve/']").count() == 0
    visitor.reload()
    assert visitor.content() == before

    approver = sign_in(people["approver"], f"/{language}/desk/releases/{release.pk}/")
    approver.click("form[action$='/approve/'] button")
    publisher = sign_in(people["publisher"], f"/{language}/desk/releases/{release.pk}/")
    publisher.click("form[action$='/publish/'] button")

    release.refresh_from_db()
    assert release.state == "published"
    visitor.reload()
    assert SAID[language] in visitor.inner_text("p.figure").replace("\n", "")
    assert "38,400" in visitor.inner_text("tbody tr:first-child")
    assert visitor.locator(".chart-wide .dot").count() == 12
    file = visitor.request.get("/data/indicators/gerd-hkd.csv").text()
    assert [line.split(",")[5:7] for line in file.splitlines() if ",total,2025," in line] == [
        ["2025", "38400"]
    ]
    visitor.goto(f"/{language}/")
    assert SAID[language] in visitor.inner_text("main")


def test_figure_is_returned_with_a_reason_that_its_author_reads(people, sign_in):
    official = sign_in(people["official"], "/en/desk/")
    enter_figure(official, "en")
    official.check("[name=accept]")
    official.click("form[action$='/submit/'] button")
    approver = sign_in(people["approver"], f"/en/desk/releases/{Release.objects.get().pk}/")

    approver.fill("form[action$='/return/'] [name=reason]", "Is this before or after the revision of 2024?")
    approver.click("form[action$='/return/'] button")

    official.goto("/en/desk/")
    assert "Is this before or after the revision of 2024?" in official.inner_text("main")


def test_journey_works_without_scripts(people, sign_in):
    official = sign_in(people["official"], "/en/desk/", java_script_enabled=False)
    enter_figure(official, "en")
    official.check("[name=accept]")
    official.click("form[action$='/submit/'] button")

    assert Release.objects.get().state == "submitted"


def test_bad_figure_is_refused_in_words_and_kept_as_typed(people, sign_in, page_problems):
    official = sign_in(people["official"], "/en/desk/indicators/gerd-hkd/enter/")
    official.select_option("[name=period]", "2025")
    official.fill("[name=value]", "38,400")
    official.click("button[name=submit]")

    assert official.input_value("[name=value]") == "38,400"
    assert official.locator("[name=value][aria-invalid=true]").count() == 1
    assert Publication.objects.count() == Publication.objects.head().number
    assert Release.objects.count() == 0
