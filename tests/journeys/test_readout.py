"""A chart in the browser: figures one by one by hand and by keyboard, its picture in both schemes, and in a frame."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

# What a page does in the browser does not depend on the database.
pytestmark = pytest.mark.only_on("sqlite")

ADDRESS = "/en/indicators/gerd-gdp-ratio/"

CORNER = """async address => {
  const picture = new Image();
  picture.src = address;
  await picture.decode();
  const canvas = document.createElement("canvas");
  canvas.width = picture.naturalWidth;
  canvas.height = picture.naturalHeight;
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  return [canvas.width, ...pen.getImageData(2, 2, 1, 1).data.slice(0, 3)];
}"""


def slider_of(page):
    return page.get_by_role("slider", name="Read the figures one by one")


def test_arrow_keys_read_the_figures_one_by_one(loaded_site, open_page):
    page = open_page()
    page.goto(ADDRESS)
    slider = slider_of(page)

    expect(slider).to_have_attribute("aria-valuetext", "2024 · 1.13%")
    slider.focus()
    page.keyboard.press("ArrowLeft")

    expect(slider).to_have_attribute("aria-valuetext", "2023 · 1.11%")
    expect(page.locator(".readout output")).to_have_text("2023 · 1.11%")
    # Of the wide and the narrow drawing.
    assert page.locator(".dot.here title").all_text_contents() == ["2023 · 1.11%"] * 2
    page.keyboard.press("Home")
    expect(slider).to_have_attribute("aria-valuetext", "2015 · 0.76%")
    assert slider.bounding_box()["height"] >= 24


@pytest.mark.parametrize("width", [1280, 320])
def test_pointer_reads_the_nearest_figure(loaded_site, open_page, width):
    page = open_page(viewport={"width": width, "height": 800})
    page.goto(ADDRESS)
    dot = page.locator("svg.chart:visible .dot", has_text="2021").first
    dot.scroll_into_view_if_needed()
    box, chart = dot.bounding_box(), page.locator("svg.chart:visible").first.bounding_box()

    page.mouse.move(box["x"] + box["width"] / 2 + 2, box["y"] - 20)

    expect(page.locator(".readout output")).to_have_text("2021 · 0.97%")
    page.mouse.move(chart["x"] + 20, chart["y"] - 5)
    assert page.locator(".dot.here").count() == 0


def test_page_is_whole_without_scripts(loaded_site, open_page):
    page = open_page(java_script_enabled=False)
    page.goto(ADDRESS)

    assert page.locator(".readout").count() == 0
    assert page.locator(".chart-wide .dot title").first.text_content() == "2015 · 0.76%"


def test_page_with_its_chart_asks_for_little_and_breaks_no_policy(loaded_site, open_page):
    page, asked, said = open_page(), [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(ADDRESS)
    expect(slider_of(page)).to_be_visible()

    assert said == []
    assert len(asked) <= 6
    assert {url.split("/")[2] for url in asked} == {loaded_site.url.split("/")[2]}


@pytest.mark.parametrize(("scheme", "paper"), [("light", [0xFB, 0xFA, 0xF6]), ("dark", [0x14, 0x17, 0x1A])])
def test_picture_follows_the_scheme_of_its_reader(loaded_site, open_page, scheme, paper):
    page = open_page(color_scheme=scheme)
    page.goto("/en/data/")

    assert page.evaluate(CORNER, f"{ADDRESS}chart.svg") == [720, *paper]


@pytest.fixture
def elsewhere():
    """Another site, which serves one page: give it the page, and it says its address."""
    servers = []

    def serve(html):
        class Page(BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(html.encode())

            def log_message(self, *said):
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Page))
        threading.Thread(target=servers[-1].serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}/"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_page_to_embed_opens_in_a_frame_elsewhere_and_no_other_page_does(loaded_site, browser, elsewhere):
    frames = "".join(f'<iframe src="{loaded_site.url}{ADDRESS}{each}"></iframe>' for each in ("embed/", ""))
    address, page, said = elsewhere(f"<!doctype html><title>x</title>{frames}"), browser.new_page(), []
    page.on("console", lambda message: said.append(message.text))

    page.goto(address)

    framed = page.frame_locator("iframe >> nth=0")
    expect(framed.get_by_role("heading", level=1)).to_be_visible()
    expect(slider_of(framed)).to_be_visible()
    expect(page.frame_locator("iframe >> nth=1").get_by_role("heading", level=1)).to_have_count(0)
    assert len([text for text in said if "frame-ancestors" in text]) == 1, said
    page.close()
