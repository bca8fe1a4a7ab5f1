"""What the committee found and asked for, for programs."""

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from blueprint.api.fields import Texts, Versioned
from blueprint.api.parameters import code_of
from blueprint.api.resource import Versions

from .models import ActionState, ActionVersion, Confidence, Finding

OF_COMMITTEE = (
    code_of("meeting", _("The code of a meeting.")),
    code_of("strategy", _("The code of a strategy.")),
)


class FindingSerializer(Versioned):
    meeting = serializers.CharField(source="meeting_id")
    strategy = serializers.CharField(source="strategy_id")
    confidence = serializers.ChoiceField(Confidence.values)
    text = Texts()
    spread = serializers.DictField(child=serializers.IntegerField())
    figures_as_at = serializers.IntegerField()
    computed = serializers.DictField(child=serializers.IntegerField())
    agreed_on = serializers.DateField()
    example = serializers.BooleanField()


class Findings(Versions):
    called = "findings"
    describes = _(
        "What the committee agreed of the strategies: its rating of delivery from 1 to 5, and why. Where "
        "example is true, the finding only shows how one would look."
    )
    serializer_class = FindingSerializer
    model, key = Finding, ("meeting", "strategy")
    order = ("-agreed_on", "strategy_id", "meeting_id")
    filters = OF_COMMITTEE
    example, example_stands = {"meeting": "1", "strategy": "1"}, False


class ActionSerializer(Versioned):
    action = serializers.CharField(source="action_id")
    meeting = serializers.CharField(source="meeting_id")
    strategy = serializers.CharField(source="strategy_id")
    office = serializers.CharField(source="office_id")
    text = Texts()
    due_on = serializers.DateField()
    state = serializers.ChoiceField(ActionState.values)
    example = serializers.BooleanField()


class Actions(Versions):
    called = "actions"
    describes = _("What the committee asked of offices, and by when.")
    serializer_class = ActionSerializer
    model, key, order = ActionVersion, ("action",), ("due_on", "action_id")
    filters = OF_COMMITTEE
    example, example_stands = {"action": "1-1"}, False
