"""Descriptions for machines, inside pages."""

import json

from django import template
from django.utils.safestring import mark_safe

from ..exchange import catalogue
from ..exchange.about import Edition
from ..exchange.dictionary import OBSERVATIONS
from ..sentences import sentence

register = template.Library()
# Nothing in a text can end the element it stands in.
ESCAPES = {ord("<"): "\\u003c", ord(">"): "\\u003e", ord("&"): "\\u0026"}


@register.filter
def json_ld(described):
    """A block of data: a browser reads it for no script, and its policy for scripts does not touch it."""
    return mark_safe(json.dumps(described, ensure_ascii=False).translate(ESCAPES))


@register.simple_tag
def indicator_dataset(standing, name, table, moment):
    """An indicator's figures as a dataset, from what its page has read already."""
    edition = Edition(OBSERVATIONS, moment, code=standing.code)
    days = catalogue.span_of(line["period"] for line in table)
    return catalogue.described(name, sentence(standing), edition, days)
