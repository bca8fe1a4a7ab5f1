"""Components of the pages: texts, dates, status marks, links that stay at their moment."""

from urllib.parse import urlencode

from django import template
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _

from .. import wording as w
from ..clock import today
from ..marks import SHAPES, STATES, STATUS_CLASSES, status_word
from ..nouns import noun
from ..timing import announced_from

register = template.Library()


@register.simple_tag
def text(version, name):
    """A text of a version, marked up where it is not in the page's language or not the government's wording."""
    return marked_up(w.wording(version, name)) if version is not None else ""


@register.simple_tag
def text_of(texts, version=None):
    return marked_up(w.wording_of(texts, version))


def marked_up(wording):
    return format_html("{}{}", said(wording), note_of(wording))


def said(wording):
    if wording.fallback:
        return format_html('<span lang="{}">{}</span>', wording.tag, wording.text)
    return format_html("{}", wording.text)


def note_of(wording):
    """The mark that leads to the foot of the page, where it is said whose words these are."""
    if not wording.ours:
        return ""
    # The word joiner keeps the mark on the line of the word it belongs to.
    return format_html(
        '\u2060<a class="ours" href="#our-wording" title="{}"><span aria-hidden="true">*</span>'
        '<span class="unseen">{}</span></a>',
        _("Not the government's own wording"),
        _("(not the government's own wording)"),
    )


@register.filter
def words(version, name):
    """The text with its language where that differs, and no mark: for what stands inside a link."""
    return said(w.wording(version, name)) if version is not None else ""


@register.filter
def quoted(text):
    """A text kept in one language only: what of it is not in the page's language is marked."""
    own = w.reader()
    return format_html_join(
        "",
        "{}",
        (
            (part if language == own else format_html('<span lang="{}">{}</span>', w.TAGS[language], part),)
            for language, part in w.told_in_parts(str(text))
        ),
    )


@register.filter
def plain(version, name):
    """The text alone, for titles and attributes."""
    return w.words(version, name)


@register.simple_tag
def ours(version, name):
    return note_of(w.wording(version, name)) if version is not None else ""


@register.simple_tag
def tally_bar(tally):
    """Each status's share of a bar a thousand wide."""
    total, x, parts = sum(count for _s, count in tally), 0, []
    for status, count in tally:
        width = count * 1000 / total
        parts.append((STATUS_CLASSES[status], f"{x:.1f}", f"{max(width - 3, 1):.1f}"))
        x += width
    return format_html_join("", '<rect class="{}" x="{}" width="{}" height="12"/>', parts)


@register.simple_tag
def mark(status, word=True):
    """A status as shape, word and colour. Without the word shown, it is still there to be read out."""
    return marked(status_word(status), STATUS_CLASSES[status], SHAPES[status], word=word)


@register.simple_tag
def state_mark(state):
    """What became of a milestone or an action, as shape, word and colour."""
    name, colour, shape = STATES[state]
    return marked(name, colour, SHAPES[shape])


@register.simple_tag
def state_class(state):
    return STATES[state][1]


@register.simple_tag
def state_shape(state):
    """The shape alone, around the origin, for a drawing that has its words beside it."""
    return format_html('<g transform="translate(-8 -8)">{}</g>', mark_safe(SHAPES[STATES[state][2]]))


def marked(name, colour, shape, *, word=True):
    label = name if word else format_html('<span class="unseen">{}</span>', name)
    return format_html(
        '<span class="mark {}"{}><svg viewBox="0 0 16 16" aria-hidden="true">{}</svg>{}</span>',
        colour,
        "" if word else format_html(' title="{}"', name),
        mark_safe(shape),
        label,
    )


@register.simple_tag
def between():
    """What stands between two sentences: Chinese puts nothing there."""
    return " " if w.reader() == "en" else ""


@register.filter
def status_name(status):
    return status_word(status)


@register.filter
def day(value, precision="day"):
    return w.day_text(value, precision) if value else ""


@register.filter
def at_minute(value):
    return w.moment_text(value) if value else ""


@register.filter
def clock(value):
    """The time of a moment, with the day unless that is today."""
    return w.clock_text(value) if value else ""


@register.filter
def published(publication):
    """When a publication was made, as precisely as is known."""
    if publication.precision == "moment":
        return w.moment_text(publication.published_at)
    return w.day_text(publication.published_on, publication.precision)


@register.filter
def at(url, moment):
    """A link that stays at the moment its page is read at."""
    if not moment or not moment.past:
        return url
    return f"{url}{'&' if '?' in url else '?'}as_at={moment.asked}"


@register.filter
def worded(wording):
    """A text that was already chosen, with its language where that is not the page's."""
    return said(wording)


@register.simple_tag(takes_context=True)
def address_with(context, as_at=None):
    """This page's address with its own parameters, at another moment or, without one, as it stands now."""
    request = context["request"]
    asked = request.GET.copy()
    asked.pop("as_at", None)
    if as_at:
        asked["as_at"] = as_at
    else:
        # A list may have fewer pages now.
        asked.pop("page", None)
    return f"{request.path}?{asked.urlencode()}" if asked else request.path


@register.simple_tag
def lasting(moment):
    """What ``as_at`` has to say so that the address shows for ever what it shows now; empty before any publication."""
    if moment.past and not (moment.by_date and moment.today >= today()):
        return moment.asked
    return moment.number or ""


@register.simple_tag(takes_context=True)
def report_address(context):
    """The form for errors, told which page it is called from and what had been published then."""
    seen = {"page": context["request"].get_full_path()}
    if moment := context.get("moment"):
        seen["publication"] = moment.number
    return f"{reverse('report')}?{urlencode(seen)}"


@register.simple_tag(takes_context=True)
def citation(context, title, as_at):
    """How to refer to this page as it is now, in the manner of the page's language."""
    moment = context["moment"]
    url = context["site_url"] + address_with(context, as_at=as_at)
    said = {
        "title": title,
        "site": _("Blueprint progress"),
        "number": moment.number,
        "day": w.day_text(moment.today),
        "url": format_html('<a href="{}">{}</a>', url, url),
    }
    return format_html(
        _("“%(title)s”, %(site)s, as at publication %(number)s, %(day)s. %(url)s")
        % {k: "{" + k + "}" for k in said},
        **said,
    )


@register.simple_tag
def announced_for(item):
    """The day for which a version of a calendar item announced it, and the time where it gave one."""
    return w.moment_text(announced_from(item)) if item.planned_time else w.day_text(item.planned_on)


@register.simple_tag(takes_context=True)
def kept_parameters(context):
    """The address's parameters but for the moment and the page of a list, for a form that asks for another moment."""
    asked = context["request"].GET
    pairs = [
        (name, value) for name in asked for value in asked.getlist(name) if name not in ("as_at", "page")
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.simple_tag(takes_context=True)
def in_language(context, code):
    """This page in another language, with its filters. Pages of sign-in take theirs as ``?language=``."""
    request = context["request"]
    parts = request.get_full_path().split("/", 2)
    if parts[1] in ("en", "zh-hant", "zh-hans"):
        return f"/{code}/{parts[2]}"
    if parts[1] in ("accounts", "demo"):
        asked = request.GET.copy()
        asked["language"] = code
        return f"{request.path}?{asked.urlencode()}"
    return f"/{code}/"


@register.simple_tag
def asset(name):
    return static(name)


@register.filter
def get(mapping, key):
    return mapping.get(key) if mapping else None


@register.filter
def noun_label(name):
    """A public noun's name in the plural, in the reader's language."""
    return noun(name).version._meta.verbose_name_plural
