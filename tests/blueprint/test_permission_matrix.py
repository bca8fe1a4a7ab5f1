"""Who may open which address: one table, held against every address there is.

A row gives the answers to GET and to POST, one for each person: a status, ``in`` for the way to sign-in, ``me``
for the way to one's own work; ``+`` says that the request moved a release or stored something.
"""

import datetime
import re
from fnmatch import fnmatch
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from blueprint.accounts import home_of
from blueprint.actions import changes_of, digest_of
from blueprint.clock import database_now
from blueprint.models import Contributor, Publication, Release, User
from blueprint.permissions import OFFICE_ROLES, Role
from committee.models import Cycle, Rating
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    publish_changes,
    publish_one_of_each,
    submitted_release,
)

pytestmark = pytest.mark.django_db

PERSONS = ["visitor", *Role.values]
TABLE = {}

# What the addresses are asked for


@pytest.fixture
def site():
    """A small site: office itc, where the people are, and office fstb, which is another's."""
    publish_one_of_each()
    publish_changes(
        change("indicator", indicator="I2"),
        change("indicator", indicator="other", office="fstb"),
        change("strategy", strategy="2", number=2),
    )
    site = SimpleNamespace(own=releases_of("itc", "I2"), other=releases_of("fstb", "other"))
    site.cycle = Cycle.objects.create(
        number=5,
        committee_id="review",
        meets_on=datetime.date(2027, 1, 1),
        cut_off=Publication.objects.head(),
        opened_at=database_now(),
    )
    site.people = {role: person(role) for role in Role.values}
    site.sessions = {role: session_of(user) for role, user in site.people.items()}
    return site


def person(role):
    return UserFactory(role=role, office=OfficeFactory(code="itc") if role in OFFICE_ROLES else None)


def session_of(user):
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def releases_of(code, indicator):
    """A release of an office in each state that somebody moves it from, none touched by the people of the table."""
    fields = {"office": OfficeFactory(code=code), "entries": [change("observation", indicator=indicator)]}
    return {"draft": ReleaseFactory(**fields), "submitted": submitted_release(**fields), "approved": approved_release(**fields)}


STATE_FOR = {
    "desk:release-approve": "submitted",
    "desk:release-return": "submitted",
    "desk:release-publish": "approved",
    "desk:release-take-back": "approved",
}


def arguments(name, site, other=False):
    """What stands in an address of this name."""
    if name.startswith("desk:release"):
        release = (site.other if other else site.own)[STATE_FOR.get(name, "draft")]
        return {"pk": release.pk, "code": "other" if other else "I2"}
    if name.startswith("room:"):
        return {"number": 5, "code": "1"}
    if name.startswith("admin:"):
        return {"object_id": admin_object(name), "app_label": "blueprint", "url": "nowhere"}
    code = "other" if other else {"strategies:initiative": "park"}.get(name, "I1" if "ndicator" in name or "desk" in name else "1")
    return {"code": code, "number": 1, "period": "2024", "uidb36": "1", "key": "x-y"}


def admin_object(name):
    """Some row of the model whose page it is."""
    for model in apps.get_models():
        if re.search(rf"\b{model._meta.app_label}[_/]{model._meta.model_name}[_/]", name):
            return getattr(model._default_manager.order_by("pk").first(), "pk", 1)
    return 1


def form(name, site, other=False):
    """What is sent to an address, as the page before it would."""
    if name.startswith("desk:release"):
        release = (site.other if other else site.own)[STATE_FOR.get(name, "draft")]
        return {"version": release.version, "digest": digest_of(changes_of(release)), "reason": "Because."}
    return {"room:rate": {"confidence": 4, "reason": "Because.", "version": 0}}.get(name, {})


# Every address there is


def addresses(resolver=None, namespace="", route=""):
    """Name -> route. An address without a name goes by its route."""
    found = {}
    for pattern in (resolver or get_resolver()).url_patterns:
        own = route + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            inner = f"{pattern.namespace}:" if pattern.namespace else ""
            found |= addresses(pattern, namespace + inner, own)
        else:
            found.setdefault(namespace + (pattern.name or own), own)
    return found


def address(name, route, given):
    if name.endswith(route):
        filled = re.sub(r"<\w+:(\w+)>", lambda found: str(given[found[1]]), route)
        return "/" + re.sub(r"\(\?P<(\w+)>.*\)\$", lambda found: str(given[found[1]]), filled)
    wanted = set(re.findall(r"<(?:\w+:)?(\w+)>", route))
    return reverse(name, kwargs={key: value for key, value in given.items() if key in wanted})


def row_of(name):
    return next((row for pattern, row in TABLE.items() if fnmatch(name, pattern)), None)


# Asking


def answer(site, who, method, target, sent):
    """A cell of the table. Whatever the request changed is undone."""
    client = Client(raise_request_exception=False)
    if who in site.sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = site.sessions[who]
    with transaction.atomic():
        before = stored()
        response = getattr(client, method)(target, sent)
        mark = "+" if stored() != before else ""
        transaction.set_rollback(True)
    return named(response, site.people.get(who)) + mark


def stored():
    return [
        list(Release.objects.order_by("pk").values_list("pk", "state", "version")),
        *(model.objects.count() for model in (Publication, Contributor, Rating)),
        list(User.objects.order_by("pk").values_list("pk", "password")),
    ]


def named(response, user):
    to = response.headers.get("Location", "")
    if response.status_code == 302 and "/login/?next=" in to:
        return "in"
    if response.status_code == 302 and user and to == home_of(user):
        return "me"
    return str(response.status_code)


def answers(site, name, route, other=False):
    target = address(name, route, arguments(name, site, other))
    return tuple(
        [answer(site, who, method, target, sent) for who in PERSONS]
        for method, sent in (("get", {}), ("post", form(name, site, other)))
    )


def test_explore(site, capsys):
    import time
    out = []
    for name, route in addresses().items():
        t = time.time()
        got = answers(site, name, route)
        out.append(f"{name:60} | {' '.join(got[0])} | {' '.join(got[1])}   {time.time()-t:.2f}")
        if name.startswith("desk:") and "<" in route:
            got = answers(site, name, route, True)
            out.append(f"{name+' OTHER':60} | {' '.join(got[0])} | {' '.join(got[1])}")
    open("/tmp/doors-var/matrix.txt", "w").write("\n".join(out))
