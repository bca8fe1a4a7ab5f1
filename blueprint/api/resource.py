"""What every resource of the API does alike: its moment, its parameters, its pages, its refusals."""

from django.core.exceptions import BadRequest
from django.http import Http404
from django.utils.translation import override
from rest_framework import exceptions
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from ..moment import Withdrawn, moment_of
from ..problems import METHODS, problem
from ..withdrawals import check_withdrawn
from .cursors import Place
from .parameters import AS_AT, CURSOR, LIMIT
from .schema import ResourceSchema
from .throttling import ByAddress


class OnlyJson(BaseContentNegotiation):
    """The page cache asks for everybody at once, so no answer can depend on what one reader accepts."""

    def select_parser(self, request, parsers):
        return None

    def select_renderer(self, request, renderers, format_suffix=None):
        return renderers[0], renderers[0].media_type


def refuse(fault, context):
    """A problem in words, or None for what is a fault of ours."""
    if isinstance(fault, BadRequest):
        return problem(400, str(fault))
    if isinstance(fault, Http404):
        return problem(404)
    if isinstance(fault, Withdrawn):
        return problem(410, gone(fault.version, context["request"].path))
    if isinstance(fault, exceptions.MethodNotAllowed):
        return problem(405, headers={"Allow": METHODS})
    if isinstance(fault, exceptions.Throttled):
        wait = int(fault.wait or 0) + 1
        detail = f"Please ask again in {wait} seconds. Whole tables are at /data/, and have no limit."
        return problem(429, detail, headers={"Retry-After": str(wait)})
    return None


def gone(version, path):
    publication = version.publication
    why = f": {publication.reason}" if publication.reason else "."
    until = f"{path}?as_at={publication.number - 1}"
    return f"Withdrawn by publication {publication.number}{why} Until then it stood at {until}"


class Resource(ViewSet):
    """One kind of public thing. A subclass says which rows there are, how one is found, and how it is written."""

    authentication_classes: list = []
    permission_classes: list = []
    renderer_classes = [JSONRenderer]
    content_negotiation_class = OnlyJson
    throttle_classes = [ByAddress]
    metadata_class = None
    http_method_names = ["get", "head", "options"]
    schema = ResourceSchema()

    # In the address, in the schema, and in what stands on the documentation page.
    called = ""
    describes = ""
    documented = True
    serializer_class: type
    filters: tuple = ()
    filters_one: tuple = ()
    # For the documentation: {"direction": "1"} in an address, and whether that answers on every site.
    example: dict = {}
    example_query = ""
    example_stands = True

    @classmethod
    def as_view(cls, actions=None, **initkwargs):
        view = super().as_view(actions, **initkwargs)
        # What the site's own middleware asks; there is nothing here to sign in for.
        view.login_required = False
        return view

    def rows(self):
        """Everything there is at the moment, as asked for, in its order: a queryset or a list."""
        raise NotImplementedError

    def finish(self, rows):
        """The rows of one page with what else is said of them."""
        return list(rows)

    def find(self, **key):
        """One, finished. Raises Http404, or Withdrawn."""
        raise NotImplementedError

    # Answers

    def dispatch(self, request, *args, **kwargs):
        # The same for everybody: the three languages stand side by side in what is said.
        with override("en"):
            response = super().dispatch(request, *args, **kwargs)
        if response.status_code == 200:
            response.headers.setdefault("Cache-Control", "public, max-age=0, must-revalidate")
        return response

    def initial(self, request, *args, **kwargs):
        super().initial(request, *args, **kwargs)
        asked = request.query_params
        check_parameters(asked, [parameter.name for parameter in self.parameters()])
        self.place = Place.read(request.path, asked, moment_of(request._request))
        self.asked, self.moment = asked, self.place.moment

    def parameters(self):
        """What the action at hand may be asked."""
        if self.action == "list":
            return [*self.filters, AS_AT, LIMIT, CURSOR]
        return [*self.filters_one, AS_AT]

    def get_exception_handler(self):
        return refuse

    def list(self, request, **key):
        page = self.place.page(self.rows(**key), self.finish)
        said = {
            "publication": self.moment.number,
            "as_at": self.moment.today.isoformat(),
            "next": page.next,
            "previous": page.previous,
            "results": self.written(page.rows, many=True),
        }
        return Response(said, headers={"Link": page.link} if page.link else {})

    def retrieve(self, request, **key):
        return Response(self.written(self.find(**key)))

    def options(self, request, *args, **kwargs):
        """Also what a browser asks before a request from another site."""
        allowed = {
            "Allow": METHODS,
            "Access-Control-Allow-Methods": METHODS,
            "Access-Control-Max-Age": "86400",
        }
        return Response(status=204, headers=allowed | {"Access-Control-Allow-Headers": "*"})

    def written(self, what, **options):
        return self.serializer_class(what, context={"moment": self.moment}, **options).data


def check_parameters(asked, known):
    """A misspelt or forgotten filter must not answer with everything."""
    unknown = sorted(set(asked) - set(known))
    if unknown:
        names = ", ".join(name[:40] for name in unknown[:5])
        raise BadRequest(f"Unknown here: {names}. Known: {', '.join(sorted(known))}.")
    repeated = sorted(name for name in asked if len(asked.getlist(name)) > 1)
    if repeated:
        raise BadRequest(f"Given more than once: {', '.join(repeated)}.")
    empty = sorted(name for name, value in asked.items() if not value)
    if empty:
        raise BadRequest(f"Given without a value: {', '.join(empty)}.")


class Versions(Resource):
    """A noun whose rows stand in one table of versions. ``key``: the fields by which one is found."""

    model: type
    key: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    # Whether a past view shows what was loaded later under a name: see ``VersionQuerySet.as_at``.
    or_first = False

    def rows(self):
        rows = with_publication(self.model.objects.as_at(self.moment.number, or_first=self.or_first))
        return self.chosen(rows).order_by(*self.order)

    def chosen(self, rows):
        given = {each.name: self.asked[each.name] for each in self.filters if self.asked.get(each.name)}
        for name, code in given.items():
            check_known(self.model._meta.get_field(name).related_model, name, code)
        return rows.filter(**given)

    def find(self, **key):
        rows = self.model.objects.filter(**key)
        version = with_publication(rows.as_at(self.moment.number, or_first=self.or_first)).first()
        if version is None:
            check_withdrawn(rows, self.moment)
            raise Http404
        [finished] = self.finish([version])
        return finished


def with_publication(rows):
    return rows.select_related("publication").defer("publication__leaf", "publication__tree_nodes")


def check_known(model, name, code):
    """Of a code that nothing bears, an empty list would say that there is nothing; it is misspelt."""
    if not model.objects.filter(pk=code).exists():
        raise BadRequest(f"{name}: there is nothing with the code {code[:80]}.")
