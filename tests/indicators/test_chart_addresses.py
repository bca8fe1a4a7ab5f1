"""A chart by addresses of its own: picture, document, preview, and the page that other sites may frame."""

import io
import json
import re
import struct
from collections import defaultdict
from decimal import Decimal
from xml.etree import ElementTree

import pytest
import vl_convert
from django.conf import settings
from django.utils.html import escape
from django.utils.translation import override

from blueprint.models import Publication
from blueprint.moment import given_moment
from blueprint.pages import Page, keepable
from indicators import pictures
from indicators.fonts import face_for
from indicators.pictures import card, picture, style
from indicators.views import indicator_page
from tests.factories import publish_indicator, publish_observation, publish_target
from tests.reading import LANGUAGES, content, rows, texts

pytestmark = pytest.mark.django_db

FILES = ["chart.svg", "chart.vl.json", "chart.png", "embed/"]
SVG = "{http://www.w3.org/2000/svg}"


def picture_of(client, code, language="en", query=""):
    return ElementTree.fromstring(client.get(f"/{language}/indicators/{code}/chart.svg{query}").content)


def document_of(client, code, language="en", query=""):
    return client.get(f"/{language}/indicators/{code}/chart.vl.json{query}").json()


def titles(root, name):
    """What each mark of a kind says of itself."""
    return [mark[0].text for mark in root.iter() if name in (mark.get("class") or "").split() and len(mark)]


def totals(client):
    """{indicator: {period: value}} of the published totals, as the downloaded file has them."""
    found = defaultdict(dict)
    for row in rows(client.get("/data/observations.csv")):
        if row["breakdown"] == "total" and row["value"]:
            found[row["indicator"]][row["period"]] = Decimal(row["value"])
    return found


# The picture


def test_picture_has_its_name_its_signs_and_its_source(client, real_plan):
    root = picture_of(client, "gerd-gdp-ratio", query="?as_at=48")

    words = [text.text for text in root.findall(f"{SVG}text")]
    assert words[0] == texts(client.get("/en/indicators/gerd-gdp-ratio/"), "figcaption")[0]
    assert words[0].endswith(" (%)")
    assert " ".join(words[1:]).startswith("Dotted: the straight path from the baseline to the target. Pale: ")
    assert words[-1].endswith("/en/indicators/gerd-gdp-ratio/?as_at=48")
    assert root.find(f"{SVG}title").text == "Gross domestic expenditure on R&D (GERD) as a ratio to GDP"
    assert root.find(f"{SVG}desc").text.startswith("From 0.76% in 2015 to 1.13% in 2024.")


def test_picture_asks_for_nothing_and_bears_its_own_style_in_both_schemes(client, real_plan):
    response = client.get("/en/indicators/gerd-gdp-ratio/chart.svg")

    root = ElementTree.fromstring(response.content)
    said = root.find(f"{SVG}style").text
    assert [
        name for mark in root.iter() for name in mark.attrib if name.endswith("href") or name == "style"
    ] == []
    assert "prefers-color-scheme:dark" in said
    assert re.findall(r"url\(|var\(|@import", said) == []
    for colour in ("#fbfaf6", "#14171a", "#0a5566", "#4fb3c6"):
        assert colour in said
    assert len(response.content) < 14_000


def test_policy_of_the_picture_allows_its_style_and_nothing_else(client, real_plan):
    response = client.get("/en/indicators/gerd-gdp-ratio/chart.svg")

    directives = dict(each.split(" ", 1) for each in response["Content-Security-Policy"].split("; "))
    assert directives["style-src"].startswith("'sha256-")
    assert (directives["script-src"], directives["default-src"]) == ("'none'", "'none'")
    assert ElementTree.fromstring(response.content).find(f"{SVG}style").text == style()


@pytest.mark.parametrize("language", LANGUAGES)
def test_I11_picture_document_and_file_have_the_same_figures(client, real_plan, language):
    for code, published in totals(client).items():
        figures = document_of(client, code, language)["datasets"]["figures"]
        drawn = titles(picture_of(client, code, language), "dot")

        assert {each["period"]: Decimal(str(each["value"])) for each in figures} == published, code
        assert [title.split(" · ")[:2] for title in drawn] == [each["said"].split(" · ") for each in figures]


def test_picture_shows_the_past(client, real_plan):
    now, before = (
        titles(picture_of(client, "gerd-hkd", query=query), "dot") for query in ("", "?as_at=2020-01-01")
    )

    assert (now[-1], before[-1]) == ("2024 · HK$35,772 million", "2018 · HK$24,497 million")


def test_picture_escapes_what_is_said(client):
    publish_indicator("I1", short_name_en="</text><script>alert(1)</script>", name_en="<b>&", unit="percent")
    publish_observation("I1", value=1)

    root = picture_of(client, "I1")

    assert root.findall(f"{SVG}text")[0].text == "</text><script>alert(1)</script> (per cent)"
    assert list(root.iter(f"{SVG}script")) == []


# The document


def test_document_renders_and_says_the_same_as_the_picture(client, real_plan):
    document = document_of(client, "gerd-gdp-ratio")

    rendered = vl_convert.vegalite_to_svg(json.dumps(document), vl_version="5.21")

    dots = [each for each in ElementTree.fromstring(rendered).iter() if " · " in each.get("aria-label", "")]
    assert [dot.get("aria-label") for dot in dots] == titles(picture_of(client, "gerd-gdp-ratio"), "dot")
    heights = [float(re.search(r"translate\([\d.]+,([\d.]+)\)", dot.get("transform"))[1]) for dot in dots]
    values = [each["value"] for each in document["datasets"]["figures"]]
    # Where a dot stands follows from its value alone.
    slope = (heights[-1] - heights[0]) / (values[-1] - values[0])
    assert [
        h == pytest.approx(heights[0] + slope * (v - values[0])) for h, v in zip(heights, values, strict=True)
    ] == [True] * 10
    assert "1.3% by 2025" in rendered


@pytest.mark.parametrize(
    "code", ["gii-rank", "unicorns", "ai-computing-power", "iamsmart-users", "startups-number"]
)
def test_document_of_every_sort_of_chart_renders_without_a_warning(client, real_plan, capfd, code):
    document = document_of(client, code, "zh-hant")

    rendered = vl_convert.vegalite_to_svg(json.dumps(document), vl_version="5.21")

    assert "WARN" not in "".join(capfd.readouterr())
    for mark in [*document["datasets"]["targets"], document["datasets"]["figures"][-1]]:
        assert mark["label"].split()[0] in rendered


def test_document_holds_targets_way_breaks_and_projection(client, real_plan):
    sheets = document_of(client, "gerd-gdp-ratio")["datasets"]

    assert [(each["period"], each["value"], each["former"]) for each in sheets["targets"]] == [
        ("2025", 1.3, False)
    ]
    assert [(each["end"], each["value"]) for each in sheets["way"]] == [
        ("2020-12-31", 0.99),
        ("2025-12-31", 1.3),
    ]
    assert [each["before"] for each in sheets["breaks"]] == ["2018"]
    first, last = sheets["projection"]
    assert (first["period"], first["low"], first["high"]) == ("2024", 1.13, 1.13)
    assert (last["period"], round(last["low"], 2), round(last["high"], 2)) == ("2025", 1.14, 1.24)
    assert {each["part"] for each in sheets["figures"] if each["older"]} == {0}


def test_document_of_ranks_has_one_on_top(client, real_plan):
    scale = document_of(client, "gii-rank")["encoding"]["y"]["scale"]

    assert (scale["reverse"], scale["domainMin"]) == (True, 1)


def test_document_names_where_it_is_from(client, real_plan):
    said = document_of(client, "gii-rank", "zh-hant", "?as_at=30")

    assert said["usermeta"]["publication"] == 30
    assert said["usermeta"]["source"] == f"{settings.SITE_URL}/zh-hant/indicators/gii-rank/?as_at=30"
    assert (said["usermeta"]["language"], said["title"]["text"]) == ("zh-Hant", "全球創新指數")


def test_tools_of_other_sites_may_read_the_document(client, real_plan):
    assert client.get("/en/indicators/gii-rank/chart.vl.json")["Access-Control-Allow-Origin"] == "*"


# The preview of a link


def size_of(image):
    assert image[:8] == b"\x89PNG\r\n\x1a\n"
    return struct.unpack(">II", image[16:24])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", ["gerd-gdp-ratio", "gii-rank"])
def test_preview_is_a_picture_of_1200_by_630(client, real_plan, language, code):
    if face_for("研發開支", "zh_hant") is None:
        pytest.fail("The fonts of the pictures are missing: apt-get install fonts-noto-cjk")

    response = client.get(f"/{language}/indicators/{code}/chart.png")

    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert size_of(response.content) == (1200, 630)
    assert 10_000 < len(response.content) < 150_000


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("vc-investment", "zh-hant", "風險投資額（港元）"),
        ("vc-investment", "en", "Venture capital (HK$ billion)"),
        ("gerd-gdp-ratio", "en", "R&D as a share of GDP (%)"),
    ],
)
def test_preview_names_the_unit_of_its_axis_as_the_picture_does(client, real_plan, language, code, name):
    moment = given_moment(*Publication.objects.values_list("number", "published_on").last())
    with override(language):
        page = indicator_page(moment, code)
        named = [
            "".join(text.words for text in made.texts if text.kind == "name")
            for made in (card(page, moment), picture(page, moment))
        ]

    assert named == [name, name]


def test_images_are_drawn_one_at_a_time_and_waiting_for_it_has_an_end(client, real_plan, monkeypatch):
    monkeypatch.setattr(pictures, "SECONDS_TO_WAIT", 0.05)

    with pictures.one_at_a_time:
        refused = client.get("/en/indicators/gerd-gdp-ratio/chart.png")
    drawn = client.get("/en/indicators/gerd-gdp-ratio/chart.png")

    assert (refused.status_code, refused["Retry-After"], refused["Cache-Control"]) == (503, "5", "no-store")
    assert refused.content.startswith(b"Many pictures are being drawn")
    assert (drawn.status_code, drawn["Content-Type"]) == (200, "image/png")


def test_preview_without_a_font_says_so_and_is_offered_nowhere(client, real_plan, settings, tmp_path):
    settings.FONT_DIRS = [str(tmp_path)]

    response = client.get("/zh-hant/indicators/gerd-gdp-ratio/chart.png")
    page = client.get("/zh-hant/indicators/gerd-gdp-ratio/").content.decode()

    assert (response.status_code, response["Content-Type"]) == (404, "text/html; charset=utf-8")
    assert len(texts(response, "h1")) == 1
    assert "chart.png" not in page
    assert "chart.svg" in page


@pytest.mark.parametrize(
    ("text", "language", "family"),
    [
        ("R&D 1.13%", "en", "DejaVu Sans"),
        ("R&D 研發", "en", "Noto Sans CJK HK"),
        ("研發開支，1.13%", "zh_hant", "Noto Sans CJK HK"),
        ("研发开支", "zh_hans", "Noto Sans CJK SC"),
        ("ไทย", "en", None),
        ("研發 😀", "zh_hant", None),
    ],
)
def test_face_has_every_character_of_a_text(settings, tmp_path, text, language, family):
    for name in ("DejaVuSans.ttf", "NotoSansCJK-Regular.ttc"):
        (tmp_path / name).write_bytes(b"")
    settings.FONT_DIRS = [str(tmp_path)]

    face = face_for(text, language)

    assert (face and face.family) == family


# The page for other sites


def test_page_to_embed_may_be_framed_by_anyone_and_no_other_page_may(client, real_plan):
    framed = client.get("/en/indicators/gerd-gdp-ratio/embed/")

    assert "frame-ancestors *" in framed["Content-Security-Policy"].split("; ")
    assert "X-Frame-Options" not in framed
    for other in ("", "chart.svg", "chart.png", "chart.vl.json"):
        answer = client.get(f"/en/indicators/gerd-gdp-ratio/{other}")
        assert "frame-ancestors 'none'" in answer["Content-Security-Policy"].split("; ")
        assert answer["X-Frame-Options"] == "DENY"


def test_refusal_of_a_page_to_embed_may_not_be_framed(client, real_plan):
    missing = client.get("/en/indicators/nothing/embed/")

    assert (missing.status_code, missing["X-Frame-Options"]) == (404, "DENY")


@pytest.mark.parametrize("language", LANGUAGES)
def test_page_to_embed_has_name_sentence_chart_source_and_no_way_around(client, real_plan, language):
    page = client.get(f"/{language}/indicators/gerd-gdp-ratio/")
    framed = client.get(f"/{language}/indicators/gerd-gdp-ratio/embed/")

    html = framed.content.decode()
    assert (
        texts(framed, "h1")[0] == texts(page, "h1")[0].rstrip("* ")
        or texts(framed, "h1")[0] in texts(page, "h1")[0]
    )
    assert texts(page, "p", "lead")[0] in texts(framed, "p")
    assert (html.count('class="chart chart-'), html.count("<nav"), html.count("<form")) == (2, 0, 0)
    links = re.findall(r'<a href="([^"]+)" target="_blank" rel="noopener">', html)
    assert (links, html.count("<a ")) == ([f"/{language}/indicators/gerd-gdp-ratio/"], 1)
    assert f'<link rel="canonical" href="{settings.SITE_URL}/{language}/indicators/gerd-gdp-ratio/">' in html


def test_page_says_what_to_copy(client, real_plan):
    page = client.get("/en/indicators/gerd-gdp-ratio/?as_at=40").content.decode()

    frame = f'<iframe src="{settings.SITE_URL}/en/indicators/gerd-gdp-ratio/embed/?as_at=40"'
    assert escape(frame).replace("&quot;", '"') in page


# All of them


@pytest.mark.parametrize("file", FILES)
def test_other_sites_may_show_them_and_caches_may_keep_them(client, real_plan, file):
    response = client.get(f"/en/indicators/gerd-gdp-ratio/{file}")

    assert response["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response["Cache-Control"] == "public, max-age=0, must-revalidate"
    assert not response.cookies


@pytest.mark.parametrize("file", FILES)
def test_page_cache_keeps_them_with_their_headers(client, real_plan, file):
    response = client.get(f"/en/indicators/gerd-gdp-ratio/{file}")
    headers = list(response.headers.items())

    page = Page.unpacked(Page.of(headers, response.content).packed())

    assert keepable("200 OK", headers)
    assert page.plain.body == response.content
    kept = dict(page.plain.headers)
    for name in ("Content-Type", "Content-Security-Policy", "Cross-Origin-Resource-Policy"):
        assert kept[name] == response[name]


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("nothing/{}", 404),
        ("gerd-gdp-ratio/{}?as_at=nonsense", 400),
        ("gerd-gdp-ratio/{}?as_at=1&as_at=2", 400),
        ("gerd-gdp-ratio/{}?as_at=3000-01-01", 400),
        ("gerd-gdp-ratio/{}?as_at=%00", 400),
        ("gerd-gdp-ratio/{}?page=x&q=" + "y" * 500, 200),
    ],
)
def test_bad_requests_are_refused_in_words(client, real_plan, file, address, status):
    assert client.get(f"/en/indicators/{address.format(file)}").status_code == status


@pytest.mark.parametrize("file", ["chart.svg", "chart.vl.json", "chart.png"])
def test_nothing_to_draw_is_404_and_offered_nowhere(client, real_plan, file):
    page = client.get("/en/indicators/mnir-gdp-share/").content.decode()

    assert client.get(f"/en/indicators/mnir-gdp-share/{file}").status_code == 404
    assert (file in page, "og:image" in page) == (False, False)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("count", [1, 3])
def test_chart_address_query_count(client, django_assert_max_num_queries, file, count):
    publish_indicator("I1")
    publish_target()
    for year in range(count):
        publish_observation("I1", period=str(2020 + year))

    with django_assert_max_num_queries(8):
        response = client.get(f"/en/indicators/I1/{file}")

    assert response.status_code == 200
    assert io.BytesIO(content(response)).read(1)
