"""Figures and periods on pages: everything passes through here, so that 2 and 2.0 never meet."""

from decimal import Decimal

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _

from blueprint.templatetags.ui import marked_up
from blueprint.wording import reader, wording_of

from .. import arithmetic, figures
from ..comments import between
from ..sentences import figure_sentence, sentence, target_text

register = template.Library()
register.filter("figure", figures.number)
register.filter("period", figures.period_label)
register.filter("sentence", sentence)
register.filter("figure_sentence", figure_sentence)
register.filter("steps", arithmetic.steps)
register.filter("caveats", arithmetic.caveats)
register.filter("changes_a_year", arithmetic.changes_a_year)
register.filter("two_places", arithmetic.decimal_text_padded)
register.simple_tag(arithmetic.ratio_text, name="ratio")


@register.simple_tag
def amount(value, unit=None, qualifier="exact"):
    """A figure with its unit and bound."""
    return figures.with_unit(value, unit, qualifier)


@register.simple_tag
def comment_on(row):
    """What was said with a figure, each answer marked up where it is not in the page's language."""
    return comment_marked_up(row.comment)


@register.simple_tag
def comment_marked_up(answers):
    said = ((marked_up(wording_of(texts)),) for texts in answers)
    return format_html_join(between(reader()), "{}", said)


@register.simple_tag
def large_amount(value, unit, qualifier="exact"):
    """The figure as the largest thing on its page: its digits large, the words around them small."""
    said = figures.with_unit(value, unit, qualifier)
    _before, digits, _after = figures.figure_in(value, unit)
    before, digits, after = said.partition(digits)
    if len(after) < 2 and not before:
        return said
    return format_html(
        "{}{}{}",
        format_html('<span class="affix">{}</span>', before) if before else "",
        digits,
        format_html('<span class="affix">{}</span>', after) if len(after) > 1 else after,
    )


@register.simple_tag
def target_amount(row, unit):
    return target_text(row.target_value, row.bound, unit)


@register.simple_tag
def gap(row, unit):
    """How far the latest figure is from the target."""
    return figures.difference(abs(row.target_value - row.latest_value), unit)


@register.simple_tag
def change(value, unit):
    """A signed difference with its unit."""
    return figures.difference(value, unit)


@register.simple_tag
def part_name(indicator, code):
    """What a category of an indicator's breakdown is called; its code where it has no name."""
    categories = indicator.disaggregation.get("categories", [])
    return next((wording_of(c.get("name", {})).text for c in categories if c["code"] == code), "") or code


@register.filter
def percent(share):
    """A share of one as a whole per cent, truncated."""
    return f"{figures.number(Decimal(int(share * 100)))}%" if share is not None else ""


@register.filter
def hkd(amount):
    """Hong Kong dollars in the reader's own large units: HK$1.5 billion, 15億港元."""
    if figures.reader() != "en":
        digits, size = figures.in_myriads(Decimal(amount))
        return f"{digits}{size}港元"
    size, name = (10**9, "billion") if amount >= 10**9 else (10**6, "million")
    return f"HK${figures.number(Decimal(amount) / size)} {name}"


@register.filter
def rule_words(rule):
    return arithmetic.RULES[rule]


@register.filter
def period_or_none(code):
    return figures.period_label(code) if code else ""


@register.simple_tag
def target_version(version, unit):
    """A version of a target in one line: at least 130 lines by 2027."""
    said = {
        "target": target_text(version.value, version.bound, unit),
        "period": figures.period_label(version.due),
    }
    return _("%(target)s by %(period)s") % said
