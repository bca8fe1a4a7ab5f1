"""The frame of the plan for programs: directions, offices, sources, publications and what they changed."""

import json

from django.conf import settings
from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from indicators.models import Baseline, Evidence, Indicator, IndicatorVersion, Observation, TargetVersion

from ..filters import PublicationFilterSet
from ..models import DirectionVersion, OfficeVersion, Publication, SourceVersion
from ..nouns import nouns
from .fields import PublishedAt, Said, Texts, Unofficial, Versioned
from .parameters import code_of, parameter
from .resource import Resource, Versions, check_known

# What is public of an indicator has one of these tables.
OF_INDICATORS = (IndicatorVersion, Observation, TargetVersion, Baseline, Evidence)


class DirectionSerializer(Versioned):
    direction = serializers.CharField(source="direction_id")
    number = serializers.IntegerField()
    text = Texts()
    unofficial = Unofficial()
    sources = serializers.ListField(child=serializers.CharField())


class Directions(Versions):
    called = "directions"
    describes = _("The broad directions of the plan.")
    serializer_class = DirectionSerializer
    model, key, order = DirectionVersion, ("direction",), ("number",)
    example = {"direction": "1"}


class OfficeSerializer(Versioned):
    office = serializers.CharField(source="office_id")
    name = Texts()
    role = Texts()
    succeeded_by = Said(source="succeeded_by_id")
    unofficial = Unofficial()
    sources = serializers.ListField(child=serializers.CharField())


class Offices(Versions):
    called = "offices"
    describes = _("Bureaux, departments and public bodies that answer for something in the plan.")
    serializer_class = OfficeSerializer
    model, key, order, or_first = OfficeVersion, ("office",), ("office_id",), True
    example = {"office": "ITC"}


class SourceSerializer(Versioned):
    source = serializers.CharField(source="source_id")
    title = serializers.CharField()
    url = Said()
    published = Said()


class Sources(Versions):
    called = "sources"
    describes = _("The documents and pages that figures and texts were taken from.")
    serializer_class = SourceSerializer
    model, key, order, or_first = SourceVersion, ("source",), ("source_id",), True
    example = {"source": "biohk"}


# Publications


class PublicationSerializer(serializers.Serializer):
    publication = serializers.IntegerField(source="number")
    kind = serializers.ChoiceField(Publication.Kind.values)
    title = Texts()
    notes = Texts()
    reason = Said()
    replaces = serializers.ListField(child=serializers.IntegerField())
    published_at = PublishedAt(source="*")
    precision = serializers.ChoiceField(Publication.Precision.values)
    recorded_at = serializers.DateTimeField(default_timezone=None)
    loaded = serializers.BooleanField()
    leaf_hash = serializers.CharField()
    changes = serializers.SerializerMethodField()

    def get_changes(self, row) -> str:
        return settings.SITE_URL + reverse("api:changes", args=[row.number])


class PublicationFilter(PublicationFilterSet):
    """As on the page, and by what was published of an indicator."""

    def __init__(self, data, queryset):
        super().__init__(data, queryset)
        self.indicator = data.get("indicator")
        if self.indicator:
            check_known(Indicator, "indicator", self.indicator)

    @property
    def rows(self):
        if not self.indicator:
            return self.qs
        touched = Q()
        for model in OF_INDICATORS:
            touched |= Q(number__in=model.objects.filter(indicator=self.indicator).values("publication"))
        return self.qs.filter(touched)


class Publications(Resource):
    called = "publications"
    describes = _("Everything that was made public, newest first: numbered without gaps, never changed.")
    serializer_class = PublicationSerializer
    filters = (
        parameter("kind", _("What was published."), one_of=Publication.Kind.values, type="string"),
        parameter("year", _("The year in which it was published."), type="string", pattern="^[0-9]{4}$"),
        parameter("q", _("Words in the title, in any language."), type="string", maxLength=100),
        code_of("indicator", _("The code of an indicator.")),
    )
    example, example_query = {"publication": 1}, "kind=figures"

    def rows(self):
        known = Publication.objects.by(self.moment.number).defer("leaf", "tree_nodes")
        return PublicationFilter(self.asked, known).rows

    def find(self, publication):
        found = Publication.objects.by(self.moment.number).defer("leaf", "tree_nodes")
        row = found.filter(number=publication).first()
        if row is None:
            raise Http404
        return row


class ChangeSerializer(serializers.Serializer):
    noun = serializers.ChoiceField([])
    content = serializers.DictField()

    def get_fields(self):
        return super().get_fields() | {"noun": serializers.ChoiceField([kind.name for kind in nouns()])}


class Changes(Resource):
    called = "changes"
    describes = _(
        "What a publication changed, in full, as its entry in the ledger has it: of each thing what stands "
        "from then on."
    )
    serializer_class = ChangeSerializer
    example = {"publication": 1}

    def rows(self, publication):
        found = Publication.objects.by(self.moment.number).filter(number=publication)
        leaf = found.values_list("leaf", flat=True).first()
        if leaf is None:
            raise Http404
        return json.loads(bytes(leaf))["changes"]

    def finish(self, rows):
        return [
            {"noun": row["noun"], "content": {n: v for n, v in row.items() if n != "noun"}} for row in rows
        ]
