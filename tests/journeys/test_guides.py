"""The page each guide begins with, in three languages; with GUIDE_PICTURES=1 the guides' pictures are taken of them."""

import io
import os

import pytest
from django.conf import settings
from django.test import Client
from django.utils.translation import gettext, override
from PIL import Image
from playwright.sync_api import expect

from blueprint.models import User
from blueprint.permissions import Role
from indicators.assigning import Asked, assign
from indicators.desk.guides import GUIDES
from tests.factories import approved_release, change, submitted_release

# What a page looks like does not depend on the database.
pytestmark = [pytest.mark.only_on("sqlite"), pytest.mark.long]

LANGUAGES = ["en", "zh-hant", "zh-hans"]
WINDOW = {"width": 1280, "height": 800}
COLOURS = 24
PAPER = "room/meetings/5/strategies/3/"
EXPENDITURE = {
    "title_en": "R&D expenditure, 2025",
    "title_zh_hant": "研發總開支，2025年",
    "title_zh_hans": "研发总支出，2025年",
}
PERSONNEL = {
    "title_en": "R&D personnel, 2025",
    "title_zh_hant": "研發人員，2025年",
    "title_zh_hans": "研发人员，2025年",
}
# Role -> its page, and a heading that the picture must show. The release's number is filled in.
PAGES = {
    Role.OFFICIAL: ("/{language}/desk/", "My updates"),
    Role.APPROVER: ("/{language}/desk/releases/{release}/", "What changes"),
    Role.HEAD: ("/{language}/desk/people/", "Who has what"),
    Role.PUBLISHER: ("/{language}/desk/", "Approved and ready to publish"),
    Role.MEMBER: ("/{language}/" + PAPER + "#ratings", "Your rating"),
    Role.CHAIR: ("/{language}/" + PAPER + "#finding", "Record the finding"),
    Role.SECRETARY: ("/{language}/room/", "Papers for the next meeting"),
    Role.AUDITOR: ("/{language}/desk/", "Offices"),
    Role.ADMINISTRATOR: ("/admin/", "What can be looked after here"),
}


@pytest.fixture
def submitted(people):
    """The people under names that say what they are; a figure of the official's is approved, and one submitted."""
    for role, person in people.items():
        User.objects.filter(pk=person.pk).update(name=f"{role.label} (example)")
    official = people[Role.OFFICIAL]
    made = {"office": official.office, "created_by": official}
    given = [Asked(code, was=None, to=official.pk) for code in ("gerd-hkd", "rd-personnel")]
    assign(given, office=official.office_id, by=people[Role.HEAD])
    personnel = change("observation", indicator="rd-personnel", period="2025", value=48100)
    approved_release(entries=[personnel], **made, **PERSONNEL)
    expenditure = change("observation", indicator="gerd-hkd", period="2025", value=38400)
    return submitted_release(entries=[expenditure], **made, **EXPENDITURE)


def test_every_guide_begins_with_a_page_that_its_role_sees_in_each_language(
    people, submitted, open_page, live_server
):
    for role, (address, heading) in PAGES.items():
        page = open_page(viewport=WINDOW)
        for language in LANGUAGES:
            page.context.add_cookies(cookies_of(people[role], live_server.url, language))
            page.goto(address.format(language=language, release=submitted.pk))
            with override(language):
                named = page.get_by_role("heading", name=gettext(heading), exact=True)
            expect(named).to_be_in_viewport()
            if os.environ.get("GUIDE_PICTURES"):
                keep_picture(page.screenshot(), GUIDES / f"{role}.{language}.png")

    assert PAGES.keys() == set(Role)


def cookies_of(person, address, language):
    """Signed in; the administration, which has no language in its address, follows the cookie."""
    client = Client()
    client.force_login(person)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    kept = {settings.SESSION_COOKIE_NAME: session, settings.LANGUAGE_COOKIE_NAME: language}
    return [{"name": name, "value": value, "url": address} for name, value in kept.items()]


def keep_picture(taken, file):
    """In few colours: pages of words need no more, and the pictures live in the repository."""
    with Image.open(io.BytesIO(taken)) as picture:
        few = picture.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
        few.save(file, optimize=True)
