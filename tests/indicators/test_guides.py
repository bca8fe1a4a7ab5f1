"""The guides: short, whole in three languages, in the interface's own words, and open to whoever is signed in."""

import io
import re
from functools import cache

import pytest
from babel.messages.pofile import read_po
from django.conf import settings
from django.utils.html import escape
from PIL import Image

from blueprint.permissions import Role
from indicators.desk.guides import GUIDES, guide_of
from tests.factories import UserFactory

LANGUAGES = ("en", "zh-hant", "zh-hans")
LOCALES = {"zh-hant": "zh_Hant", "zh-hans": "zh_Hans"}
QUOTED = {"en": "“([^”]+)”", "zh-hant": "「([^」]+)」", "zh-hans": "“([^”]+)”"}
MOST_BYTES = 45_000


def labels(role, language):
    return re.findall(QUOTED[language], " ".join(guide_of(role, language).steps))


@cache
def words_of_the_interface(language):
    """Each text of the interface, as it begins a line in English, and what it is in this language."""
    po = settings.BASE_DIR / "blueprint" / "locale" / LOCALES[language] / "LC_MESSAGES" / "django.po"
    catalogue = read_po(io.BytesIO(po.read_bytes()))
    return {
        m.id[0].upper() + m.id[1:]: m.string for m in catalogue if m.id and isinstance(m.id, str) and m.string
    }


def test_every_role_has_a_guide_and_a_picture_in_each_language_and_nothing_else_lies_there():
    wanted = {
        f"{role}.{language}.{form}"
        for role in Role.values
        for language in LANGUAGES
        for form in ("md", "png")
    }

    assert {file.name for file in GUIDES.iterdir()} == wanted


@pytest.mark.parametrize("role", Role.values)
def test_guide_is_ten_steps_at_most_and_as_many_in_each_language(role):
    guides = [guide_of(role, language) for language in LANGUAGES]

    assert {len(guide.steps) for guide in guides} <= set(range(5, 11))
    assert len({len(guide.steps) for guide in guides}) == 1
    assert len({guide.title for guide in guides}) == len({guide.picture for guide in guides}) == 3


@pytest.mark.parametrize("language", LOCALES)
@pytest.mark.parametrize("role", Role.values)
def test_what_a_guide_quotes_stands_in_the_interface_in_those_words(role, language):
    words = words_of_the_interface(language)
    quoted = labels(role, "en")

    assert quoted
    assert [label for label in quoted if label not in words] == []
    assert sorted(labels(role, language)) == sorted(words[label] for label in quoted)


@pytest.mark.parametrize("role", Role.values)
@pytest.mark.parametrize("language", LANGUAGES)
def test_picture_has_the_size_the_page_gives_it_and_is_small(role, language):
    file = GUIDES / f"{role}.{language}.png"

    with Image.open(file) as picture:
        assert (picture.format, picture.size) == ("PNG", (1280, 800))
    assert file.stat().st_size <= MOST_BYTES
    assert f"]({file.name})" in (GUIDES / f"{role}.{language}.md").read_text()


@pytest.mark.django_db
@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("language", LANGUAGES)
def test_page_shows_the_guide_of_ones_own_role_or_of_another(client, language):
    client.force_login(UserFactory(role=Role.MEMBER, office=None))
    own, other = guide_of("member", language), guide_of("publisher", language)

    page = client.get(f"/{language}/desk/guide/")
    assert_shown(own, page)
    assert 'width="1280" height="800"' in page.text

    page = client.get(f"/{language}/desk/guide/?role=publisher")
    assert_shown(other, page)
    assert f'src="/{language}/desk/guide.png?role=publisher"' in page.text

    picture = client.get(f"/{language}/desk/guide.png?role=publisher")
    assert picture.headers["Content-Type"] == "image/png"
    assert b"".join(picture) == (GUIDES / f"publisher.{language}.png").read_bytes()


def assert_shown(guide, page):
    assert [words for words in (guide.title, *guide.steps) if escape(words) not in page.text] == []


@pytest.mark.django_db
@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("address", ["/en/desk/guide/", "/en/desk/guide.png"])
def test_no_guide_for_what_is_no_role_nor_for_a_visitor(client, address):
    visitor = client.get(address)
    client.force_login(UserFactory(role=Role.MEMBER, office=None))

    assert visitor.status_code == 302
    assert "/login/" in visitor.headers["Location"]
    for role in ("minister", "../../README", ""):
        assert client.get(address, {"role": role}).status_code == 404
