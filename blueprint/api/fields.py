"""How the API writes what every resource has: figures as strings, texts in three languages, moments of publications."""

from django.utils.translation import override
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from indicators.exchange.files import published_at

from ..nouns import decimal_text
from ..wording import LANGUAGES, TAGS


@extend_schema_field({"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "example": "1.13"})
class Figure(serializers.Field):
    """A figure as a string, with the digits that were published and no others: no program may round it."""

    def to_representation(self, value):
        return decimal_text(value)


class Said(serializers.CharField):
    """A text or code that may be absent: null then, never an empty string."""

    def __init__(self, **options):
        super().__init__(**{"allow_null": True, **options})

    def to_representation(self, value):
        return super().to_representation(value) or None


class InThreeLanguages(serializers.Serializer):
    en = serializers.CharField(allow_null=True)
    zh_hant = serializers.CharField(allow_null=True)
    zh_hans = serializers.CharField(allow_null=True)


@extend_schema_field(InThreeLanguages)
class Texts(serializers.Field):
    """The three columns of a text: {"en", "zh_hant", "zh_hans"}, null where a language has none."""

    def __init__(self, column=None, *, source="*", **options):
        self.column = column
        super().__init__(source=source, **options)

    def to_representation(self, row):
        column = self.column or self.field_name
        return {language: getattr(row, f"{column}_{language}") or None for language in LANGUAGES}


@extend_schema_field(InThreeLanguages)
class TextsByLanguage(serializers.Field):
    """A text that is kept, or made, as {language: text}."""

    def to_representation(self, texts):
        return {language: texts.get(language) or None for language in LANGUAGES}


def in_each_language(say):
    """What ``say()`` says in each of the three."""
    said = {}
    for language, tag in TAGS.items():
        with override(tag.lower()):
            said[language] = say()
    return said


class Unofficial(serializers.ListField):
    """Which languages of its texts are not the Government's own wording."""

    def __init__(self, **options):
        super().__init__(child=serializers.ChoiceField(LANGUAGES), **options)


@extend_schema_field({"type": "string", "example": "2025-03-31"})
class PublishedAt(serializers.Field):
    """When a publication was made: the moment, or no more of the date than is known of a loaded fact."""

    def to_representation(self, publication):
        return published_at(publication)


class Versioned(serializers.Serializer):
    """What is owed to a publication."""

    publication = serializers.IntegerField(source="publication_id")
    published_at = PublishedAt(source="publication")
