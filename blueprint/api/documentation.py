"""What the API says of itself: where it begins, its description for programs, and a page for people made from that."""

from itertools import groupby
from operator import itemgetter

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.response import Response

from ..moment import public
from .parameters import AS_AT, CURSOR, LIMIT
from .resource import Resource
from .schema import REFUSALS, described

# Told once for all addresses.
COMMON = (AS_AT.name, LIMIT.name, CURSOR.name)


class RootSerializer(serializers.Serializer):
    publication = serializers.IntegerField()
    as_at = serializers.DateField()
    resources = serializers.DictField(child=serializers.URLField())
    schema = serializers.URLField()
    documentation = serializers.URLField()


class Root(Resource):
    called = "root"
    describes = _("Where everything is.")
    serializer_class = RootSerializer
    # Filled by the map of addresses, which knows them all.
    lists: tuple[str, ...] = ()

    def find(self):
        return {
            "publication": self.moment.number,
            "as_at": self.moment.today,
            "resources": {name: site("api:" + name) for name in self.lists},
            "schema": site("api:schema"),
            "documentation": site("api-documentation"),
        }


class Schema(Resource):
    called = "schema"
    documented = False

    def retrieve(self, request):
        return Response(described("en"))


def site(name):
    return settings.SITE_URL + reverse(name)


# For people


@public
def page(request):
    """Sentences come from the description itself, in the reader's language."""
    operations = [operation(path, item["get"]) for path, item in described()["paths"].items()]
    common = {each["name"]: each for one in operations for each in one["parameters"]}
    grouped = groupby(operations, itemgetter("resource"))
    return render(
        request,
        "blueprint/api.html",
        {
            "page": "data",
            "resources": [(name, list(together)) for name, together in grouped],
            "common": [common[name] for name in COMMON],
            "problems": list(REFUSALS.items()),
            "most": settings.API_REQUESTS_A_MINUTE,
        },
    )


def operation(path, said):
    asked = [told(each) for each in said["parameters"] if each["in"] == "query"]
    return {
        "path": path,
        "resource": said["tags"][0],
        "describes": said["description"],
        "example": said.get("x-example", ""),
        "parameters": asked,
        "own": [each for each in asked if each["name"] not in COMMON],
    }


def told(parameter):
    return {
        "name": parameter["name"],
        "describes": parameter.get("description", ""),
        "values": parameter["schema"].get("enum", []),
    }
