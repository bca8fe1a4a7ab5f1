"""The description of the API by OpenAPI 3.1, made from its resources."""

import functools
import json
from urllib.parse import quote

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.urls import include, path
from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, inline_serializer
from rest_framework import serializers

from ..problems import DOCUMENTED_AT, MEDIA_TYPE, TITLES
from .parameters import CODE


class Problem(serializers.Serializer):
    """RFC 9457."""

    type = serializers.URLField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(required=False)


# Status -> what it says of every resource.
REFUSALS = {
    400: _("A parameter is unknown, given twice, or has a value that cannot be read."),
    404: _("There is nothing at this address, or was not by then."),
    410: _("It was taken back; the answer says by which publication, and why."),
    429: _("Too many requests of one address within a minute. Retry-After says how many seconds to wait."),
    500: _("Something broke on our side."),
    503: _("The database does not answer. Retry-After says when to try again."),
}
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description="Of these bytes. Send it back as If-None-Match to be told 304 if nothing has changed.",
)
LINK = OpenApiParameter(
    "Link",
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description="The pages before and after this one (RFC 8288).",
)


class ResourceSchema(AutoSchema):
    """How a Resource describes itself."""

    def is_excluded(self):
        return not self.view.documented

    def get_operation_id(self):
        return f"{self.view.called}_{'list' if self.view.action == 'list' else 'read'}"

    def get_extensions(self):
        """An address that answers on the site as it was first loaded, if there is one."""
        if self.view.action != "list" and not self.view.example_stands:
            return {}
        address = self.path
        for name, value in self.view.example.items():
            address = address.replace(f"{{{name}}}", quote(str(value)))
        query = self.view.example_query if self.view.action == "list" else ""
        return {"x-example": f"{address}?{query}" if query else address}

    def get_tags(self):
        return [self.view.called]

    def get_description(self):
        return str(self.view.describes)

    def get_summary(self):
        return self.view.called

    def get_auth(self):
        return []

    def get_override_parameters(self):
        in_path = [
            OpenApiParameter(
                name,
                type={"type": "integer"} if isinstance(value, int) else CODE,
                location=OpenApiParameter.PATH,
                examples=[OpenApiExample(name, value=value)],
            )
            for name, value in self.view.example.items()
            if f"{{{name}}}" in self.path
        ]
        return [*in_path, *self.view.parameters(), ETAG, *([LINK] if self.view.action == "list" else [])]

    def _is_list_view(self, serializer=None):
        # A list is an object that holds a page of its rows.
        return False

    def get_response_serializers(self):
        answer = self.view.serializer_class
        if self.view.action == "list":
            answer = page_of(answer)
        refused = {
            (status, MEDIA_TYPE): OpenApiResponse(
                Problem, description=str(said), examples=[example_of(status)]
            )
            for status, said in REFUSALS.items()
        }
        return {(200, "application/json"): OpenApiResponse(answer, description="As asked for."), **refused}

    def get_request_serializer(self):
        return None


def example_of(status):
    said = {"type": DOCUMENTED_AT.format(status=status), "title": TITLES[status], "status": status}
    return OpenApiExample(f"Problem{status}", value=said, media_type=MEDIA_TYPE)


def page_of(serializer):
    name = serializer.__name__.removesuffix("Serializer")
    return inline_serializer(
        f"PageOf{name}",
        {
            "publication": serializers.IntegerField(help_text="Up to this publication."),
            "as_at": serializers.DateField(help_text="Judged on this day in Hong Kong."),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "results": serializer(many=True),
        },
    )


def described(language: str | None = None) -> dict:
    """The whole description, its sentences in a language."""
    return _described(language or get_language() or "en")


@functools.lru_cache(len(settings.LANGUAGES))
def _described(language: str) -> dict:
    with override(language):
        patterns = [path("api/v1/", include("blueprint.api.urls"))]
        made = SchemaGenerator(patterns=patterns).get_schema(request=None, public=True)
        # Once through JSON: what is said in a language is said now.
        return json.loads(json.dumps(made, cls=DjangoJSONEncoder), object_hook=without_marks)


def without_marks(part: dict) -> dict:
    """The describer's own notes stay with it."""
    part.pop("x-spec-enum-id", None)
    return part
