"""Strategies and initiatives for programs."""

from collections import defaultdict
from operator import attrgetter

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from blueprint.api.fields import Said, Texts, Unofficial, Versioned
from blueprint.api.parameters import code_of, parameter
from blueprint.api.resource import Versions, with_publication
from blueprint.models import OfficeVersion

from .filters import InitiativeFilterSet
from .models import InitiativeState, InitiativeVersion, MilestoneState, MilestoneVersion, StrategyVersion


class StrategySerializer(Versioned):
    strategy = serializers.CharField(source="strategy_id")
    number = serializers.IntegerField()
    direction = serializers.CharField(source="direction_id")
    text = Texts()
    unofficial = Unofficial()
    sources = serializers.ListField(child=serializers.CharField())


class Strategies(Versions):
    called = "strategies"
    describes = _("The major strategies of the plan, each under a direction.")
    serializer_class = StrategySerializer
    model, key, order = StrategyVersion, ("strategy",), ("number",)
    filters = (code_of("direction", _("The code of a direction.")),)
    example, example_query = {"strategy": "1"}, "direction=1"


class MilestoneSerializer(Versioned):
    milestone = serializers.CharField(source="milestone_id")
    due = serializers.CharField()
    title = Texts()
    state = serializers.ChoiceField(MilestoneState.values)
    source_url = Said()


class InitiativeSerializer(Versioned):
    initiative = serializers.CharField(source="initiative_id")
    name = Texts()
    strategy = serializers.CharField(source="strategy_id")
    office = serializers.CharField(source="office_id")
    state = serializers.ChoiceField(InitiativeState.values)
    amount_hkd = Said()
    note = Texts()
    unofficial = Unofficial()
    sources = serializers.ListField(child=serializers.CharField())
    milestones = MilestoneSerializer(many=True)


class Initiatives(Versions):
    called = "initiatives"
    describes = _("Schemes, institutions and projects under the strategies, with their milestones.")
    serializer_class = InitiativeSerializer
    model, key, order = InitiativeVersion, ("initiative",), ("strategy_id", "name_en", "initiative_id")
    filters = (
        code_of("strategy", _("The code of a strategy.")),
        code_of("office", _("The code of an office.")),
        parameter("state", _("Where it stands."), one_of=InitiativeState.values, type="string"),
    )
    example, example_query = {"initiative": "raise-plus"}, "strategy=1"

    def chosen(self, rows):
        number = self.moment.number
        offices = OfficeVersion.objects.as_at(number, or_first=True)
        known = {office.office_id: office for office in offices if office.publication_id <= number}
        strategies = StrategyVersion.objects.as_at(number).order_by("number")
        return InitiativeFilterSet(self.asked, rows, strategies=strategies, offices=known).qs

    def finish(self, rows):
        """With their milestones in order of time: one query."""
        milestones = MilestoneVersion.objects.as_at(self.moment.number)
        milestones = milestones.filter(initiative__in=[row.initiative_id for row in rows])
        under = defaultdict(list)
        for milestone in sorted(with_publication(milestones), key=attrgetter("due_end", "milestone_id")):
            under[milestone.initiative_id].append(milestone)
        for row in rows:
            row.milestones = under[row.initiative_id]
        return list(rows)
