"""What stands in a page's head for those who find it, share it or read it in another language."""

from html import unescape
from urllib.parse import urlencode

from django import template
from django.conf import settings
from django.utils.html import strip_tags

from ..pages import PARAMETERS

register = template.Library()

# Language as HTML writes it -> how Open Graph writes it.
LOCALES = {"en": "en_GB", "zh-Hant": "zh_HK", "zh-Hans": "zh_CN"}
# The order of a list is another look at the same page, and its first page is the list.
SAME_PAGE = ({"sort"}, {("page", "1")})


# A language as the ``lang`` of a page has it: Traditional Chinese is that of Hong Kong.
PAGE_LANGUAGES = {"en": "en", "zh-hant": "zh-Hant-HK", "zh-hans": "zh-Hans"}


@register.filter
def page_language(code):
    return PAGE_LANGUAGES.get(code, code)


@register.simple_block_tag(takes_context=True)
def captured(context, content, name):
    """Keep what a block says as plain text, to be said more than once."""
    context.dicts[0][name] = " ".join(unescape(strip_tags(content)).split())
    return ""


@register.simple_tag(takes_context=True)
def page_addresses(context):
    """The one address of a page, and of the same page in each language."""
    request = context["request"]
    rest = request.path.split("/", 2)[2]
    asked = query(request.GET)
    own = f"{settings.SITE_URL}{request.path}{asked}"
    languages = {tag: f"{settings.SITE_URL}/{tag.lower()}/{rest}{asked}" for tag in LOCALES}
    # The address without a language leads each reader to the overview in their own.
    chooser = languages["en"] if rest or asked else f"{settings.SITE_URL}/"
    here = request.path.split("/")[1]
    return {
        "canonical": own,
        "languages": [*languages.items(), ("x-default", chooser)],
        "locale": next((locale for tag, locale in LOCALES.items() if tag.lower() == here), LOCALES["en"]),
        "other_locales": [locale for tag, locale in LOCALES.items() if tag.lower() != here],
    }


def query(given) -> str:
    """The parameters that make it this page, in one order."""
    names, pairs = SAME_PAGE
    kept = [
        (name, value)
        for name in sorted(given)
        for value in given.getlist(name)
        if value and name in PARAMETERS - names and (name, value) not in pairs
    ]
    return f"?{urlencode(kept)}" if kept else ""
