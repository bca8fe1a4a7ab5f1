"""What anyone needs of a page, checked in a real browser: no push sideways, headings, labels, room for a finger."""

import pytest
from playwright.sync_api import expect

# What a page looks like does not depend on the database.
pytestmark = pytest.mark.only_on("sqlite")

LANGUAGES = ["en", "zh-hant", "zh-hans"]
PUBLIC = [
    "",
    "directions/1/",
    "strategies/2/",
    "indicators/",
    "indicators/?q=zzzz",
    "indicators/gerd-hkd/",
    "indicators/mnir-gdp-share/",
    "initiatives/",
    "initiatives/mrdi/",
    "committee/",
    "publications/",
    "data/",
    "?as_at=2020-01-01",
]
DESK = ["desk/", "desk/indicators/gerd-hkd/enter/"]
ROOM = ["room/", "room/meetings/5/strategies/3/"]
PHONE = {"width": 320, "height": 700}

FAULTS = """() => {
  const faults = [];
  const name = e => `${e.tagName.toLowerCase()} "${(e.textContent || e.name || "").trim().slice(0, 40)}"`;
  const shown = e => e.checkVisibility() && e.getClientRects().length && !e.closest(".unseen, .skip");
  const all = selector => [...document.querySelectorAll(selector)].filter(shown);
  const width = document.documentElement.clientWidth;

  if (document.scrollingElement.scrollWidth > width) faults.push("the page is wider than the window");
  for (const e of all("main *")) {
    if (e.closest("svg") || (e.closest(".wide") && !e.matches(".wide"))) continue;
    if (e.getBoundingClientRect().right > width + 1) faults.push(`beyond the edge: ${name(e)}`);
  }

  let level = 0;
  for (const heading of document.querySelectorAll("h1, h2, h3, h4")) {
    const now = Number(heading.tagName[1]);
    if (now > level + 1) faults.push(`a level is skipped before ${name(heading)}`);
    level = now;
  }
  if (document.querySelectorAll("h1").length !== 1) faults.push("not one h1");
  if (!document.title.trim()) faults.push("no title");

  for (const e of all("input:not([type=hidden]), select, textarea")) {
    if (!e.labels.length && !e.ariaLabel) faults.push(`no label: ${name(e)}`);
  }
  for (const e of document.querySelectorAll("[aria-describedby], [aria-labelledby]")) {
    const ids = `${e.getAttribute("aria-describedby") || ""} ${e.getAttribute("aria-labelledby") || ""}`;
    for (const id of ids.trim().split(/\\s+/)) {
      if (!document.getElementById(id)) faults.push(`nothing has the id ${id}`);
    }
  }
  const ids = [...document.querySelectorAll("[id]")].map(e => e.id);
  for (const id of new Set(ids.filter((id, i) => ids.indexOf(id) !== i))) faults.push(`id twice: ${id}`);
  for (const e of all("table")) {
    if (!e.caption && !e.closest("[aria-label]")) faults.push("a table without a name");
    if (e.querySelector("th:not([scope])")) faults.push("a column without scope");
  }
  for (const e of all("svg.chart")) {
    if (!e.querySelector("title") || !e.querySelector("desc")) faults.push("a chart without words");
  }

  // 24 px each way, or so much room around that a circle of 24 px touches no other target.
  const targets = all("a[href], button, select, textarea, summary, input:not([type=hidden])");
  const boxes = new Map(targets.map(e => [e, (e.closest("label") || e).getBoundingClientRect()]));
  for (const [e, box] of boxes) {
    const inText = [...e.parentElement.childNodes].some(n => n.nodeType === 3 && n.data.trim().length > 1);
    if (inText || (box.width >= 24 && box.height >= 24)) continue;
    const x = box.x + box.width / 2, y = box.y + box.height / 2;
    for (const [other, at] of boxes) {
      if (other === e) continue;
      const across = Math.max(at.left - x, 0, x - at.right), down = Math.max(at.top - y, 0, y - at.bottom);
      if (Math.hypot(across, down) < 12) faults.push(`too small a target: ${name(e)} beside ${name(other)}`);
    }
  }
  return faults;
}"""


def faults_of(page, addresses):
    found = {}
    for address in addresses:
        page.goto(address)
        if faults := page.evaluate(FAULTS):
            found[address] = faults
    return found


def test_every_page_fits_a_phone_and_can_be_read_and_used(people, open_page, sign_in):
    visitor = open_page(viewport=PHONE)
    public = [f"/{language}/{path}" for language in LANGUAGES for path in PUBLIC]
    sign_ins = [f"/accounts/login/?language={language}" for language in LANGUAGES]
    assert faults_of(visitor, [*public, *sign_ins]) == {}
    for role, paths in (("official", DESK), ("chair", ROOM)):
        page = sign_in(people[role], f"/en/{paths[0]}", viewport=PHONE)
        assert faults_of(page, [f"/{language}/{path}" for language in LANGUAGES for path in paths]) == {}


def test_refused_forms_say_so_where_the_focus_is(people, sign_in, page_problems):
    official = sign_in(people["official"], "/en/desk/indicators/gerd-hkd/enter/", viewport=PHONE)
    official.click("button[name=submit]")
    expect(official.locator("#problems")).to_be_focused()
    assert official.evaluate(FAULTS) == []

    chair = sign_in(people["chair"], "/en/room/meetings/5/strategies/3/", viewport=PHONE)
    chair.click("form[action*='/finding/'] button")
    link = chair.locator("form[action*='/finding/'] [role=alert] a").first.get_attribute("href")
    assert chair.locator(f"form[action*='/finding/'] {link}").count() == 1
    assert chair.evaluate(FAULTS) == []
    page_problems.clear()
