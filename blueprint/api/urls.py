"""The addresses of the API: a list of each resource, and below it each single one."""

from django.urls import path

from committee.api import Actions, Findings
from indicators.api import Assessments, Indicators, Observations, Stages, Targets, Units
from strategies.api import Initiatives, Strategies

from .documentation import Root, Schema
from .plan import Changes, Directions, Offices, Publications, Sources

app_name = "api"
LIST, ONE = {"get": "list"}, {"get": "retrieve"}


def resource(view, key):
    name = view.called
    return [
        path(f"{name}/", view.as_view(LIST), name=name),
        path(f"{name}/{key}/", view.as_view(ONE), name=f"{name}-one"),
    ]


resources = [
    *resource(Directions, "<str:direction>"),
    *resource(Strategies, "<str:strategy>"),
    *resource(Indicators, "<str:indicator>"),
    *resource(Observations, "<str:indicator>/<str:breakdown>/<str:period>"),
    *resource(Targets, "<str:target>/<int:version>"),
    *resource(Assessments, "<str:indicator>"),
    *resource(Initiatives, "<str:initiative>"),
    *resource(Findings, "<str:meeting>/<str:strategy>"),
    *resource(Actions, "<str:action>"),
    *resource(Publications, "<int:publication>"),
    path("publications/<int:publication>/changes/", Changes.as_view(LIST), name="changes"),
    *resource(Offices, "<str:office>"),
    *resource(Stages, "<str:stage>"),
    *resource(Units, "<str:unit>"),
    *resource(Sources, "<str:source>"),
]

LISTS = tuple(pattern.name for pattern in resources if pattern.name == str(pattern.pattern).rstrip("/"))

urlpatterns = [
    path("", Root.as_view(ONE, lists=LISTS), name="root"),
    path("schema/", Schema.as_view(ONE), name="schema"),
    *resources,
]
