"""A person with a keyboard: every key is counted, and at every stop the focus is seen and nothing lies over it."""

from dataclasses import dataclass, field

from playwright.sync_api import Page

MOST_STOPS = 200

# Where the focus is, whether that is the place looked for, and what is wrong with it for somebody who sees.
FOCUS = """wanted => {
  const e = document.activeElement;
  if (!e || e === document.body) return {there: false, faults: []};
  const box = e.getBoundingClientRect(), style = getComputedStyle(e), faults = [];
  const where = `${e.tagName.toLowerCase()} ${e.name || e.id || e.textContent.trim().slice(0, 30)}`;
  const seen = box.bottom > 0 && box.top < innerHeight && box.width > 0 && box.height > 0;
  if (!seen) faults.push(`not in the window: ${where}`);
  if (parseFloat(style.outlineWidth) < 1 || style.outlineStyle === "none") faults.push(`no outline: ${where}`);
  const x = Math.min(Math.max(box.left + Math.min(box.width, 20) / 2, 0), innerWidth - 1);
  const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
  const over = document.elementFromPoint(x, y);
  const label = e.closest("label");
  if (seen && over && !(e.contains(over) || over.contains(e) || label?.contains(over))) {
    faults.push(`covered: ${where} by ${over.tagName.toLowerCase()}.${over.className}`);
  }
  return {there: e === document.querySelector(wanted), faults};
}"""


@dataclass
class Keyboard:
    page: Page
    faults: list[str] = field(default_factory=list)
    pressed: list[str] = field(default_factory=list)

    def key(self, name: str) -> "Keyboard":
        self.pressed.append(name)
        self.page.keyboard.press(name)
        return self

    def to(self, selector: str) -> "Keyboard":
        """Press Tab until the focus is on the first thing that the selector names."""
        self.page.locator(selector).first.wait_for()
        if self.page.evaluate(FOCUS, selector)["there"]:
            return self
        for _stop in range(MOST_STOPS):
            focus = self.key("Tab").page.evaluate(FOCUS, selector)
            self.faults += focus["faults"]
            if focus["there"]:
                return self
        raise AssertionError(f"{selector} is not reached by {MOST_STOPS} presses of Tab")

    def write(self, selector: str, text: str) -> "Keyboard":
        self.to(selector).key("Control+A")
        self.page.keyboard.type(text)
        return self

    def press(self, selector: str) -> None:
        """A button or a link: Enter, and the page that follows."""
        self.to(selector)
        with self.page.expect_navigation():
            self.key("Enter")

    def jump(self, selector: str) -> "Keyboard":
        """A link within the page: the focus is where it leads."""
        self.to(selector).key("Enter")
        return self

    def choose(self, selector: str, value: str) -> "Keyboard":
        self.to(selector)
        options = self.page.locator(f"{selector} option").evaluate_all("all => all.map(one => one.value)")
        self.key("Home")
        for _step in range(options.index(value)):
            self.key("ArrowDown")
        assert self.page.locator(selector).input_value() == value
        return self
