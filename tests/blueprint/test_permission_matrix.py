"""Who may open which address: one table, held against every address there is.

A row gives the answers to GET and to POST, one for each person: a status, ``in`` for the way to sign-in, ``me``
for the way to one's own work; ``+`` says that the request moved a release or stored something.
"""

import datetime
import re
import uuid
from fnmatch import fnmatch
from hashlib import sha256
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse

from blueprint.accounts import home_of
from blueprint.actions import approval_digest, withdraw_release
from blueprint.clock import database_now
from blueprint.models import (
    Contributor,
    Deputy,
    Mail,
    PreReleaseAccess,
    Publication,
    Release,
    Remark,
    Report,
    User,
)
from blueprint.permissions import OFFICE_ROLES, Role
from blueprint.pre_release import grant_access
from blueprint.public_reads import is_public_address
from blueprint.publishing import in_languages
from blueprint.scheduling import propose_moment
from committee.models import Cycle, Rating
from indicators.evidence.keeping import keep_file
from indicators.models import Assignment
from indicators.sheets.actions import bring_sheet
from tests.factories import (
    OfficeFactory,
    ReleaseFactory,
    UserFactory,
    approved_release,
    change,
    enter,
    publish_changes,
    publish_one_of_each,
    published_release,
    submitted_release,
)

pytestmark = pytest.mark.django_db

# fmt: off
PERSONS = [
    "visitor", "official", "approver", "head", "publisher", "member", "chair", "secretary", "auditor",
    "administrator",
]
ALL, NOBODY = "200 " * 10, "405 " * 10
#         visitor official approver head publisher member chair secretary auditor administrator
SIGNED  = "in     200      200      200  200       200    200   200       200     200"
UNMADE  = "in     405      405      405  405       405    405   405       405     405"
UNMADE_BY_MEMBERS = "in 405 405 405 405 403 403 403 405 405"
STAFF   = "in     in       in       in   in        in     in    in        200     200"
ADMIN   = "in     in       in       in   in        in     in    in        403     200"
AUDITOR = "in     in       in       in   in        in     in    in        200     403"
CLOSED  = "in     in       in       in   in        in     in    in        403     403"
ABSENT  = "in     in       in       in   in        in     in    in        404     404"
WRONG   = "in     in       in       in   in        in     in    in        405     405"
FURTHER = "in     in       in       in   in        in     in    in        302     302"
PUBLIC = ALL, NOBODY

# Name of an address -> answers to GET, answers to POST. In the admin the first pattern that fits counts.
TABLE = {
    "home": ("302 " * 10, NOBODY),
    "livez": PUBLIC,
    "readyz": PUBLIC,
    **{f"{table}.{form}": PUBLIC
       for table in ("observations", "targets", "assessments", "indicators")
       for form in ("csv", "json", "xlsx", "csv-metadata.json")},
    **{f"indicator.{form}": PUBLIC for form in ("csv", "json", "xlsx")},
    "sdmx/*": PUBLIC,
    "*.stratml.xml": PUBLIC,
    "catalog.jsonld": PUBLIC,
    "checksums.txt": PUBLIC,
    "overview": PUBLIC,
    "directions": PUBLIC,
    "direction": PUBLIC,
    "publications": PUBLIC,
    "publication": PUBLIC,
    "corrections": PUBLIC,
    "feed": PUBLIC,
    "calendar": PUBLIC,
    "calendar.ics": PUBLIC,
    "data": PUBLIC,
    "method": PUBLIC,
    "late": PUBLIC,
    "search": PUBLIC,
    "compare": PUBLIC,
    "verify": PUBLIC,
    "sitemap": PUBLIC,
    "sitemap.xml": PUBLIC,
    "robots.txt": PUBLIC,
    "security.txt": ("404 " * 10, NOBODY),  # nobody is named whom to tell
    "notices": PUBLIC,
    "privacy": PUBLIC,
    "accessibility": PUBLIC,
    # Open to everybody, signed in or not. What is posted here is empty: tests/blueprint/test_reports.py fills it in.
    "report": (ALL, ALL),
    "report-find": PUBLIC,
    "report-state": PUBLIC,
    # What is posted here is empty, or by a link that is none of ours: tests/blueprint/test_subscribing.py fills it in.
    "subscribe": (ALL, ALL),
    "subscription-confirm": ("410 " * 10, "410 " * 10),
    "subscription-end": (ALL, ALL),
    # Only where mails are kept instead of sent.
    "demo-mail*": ("in " + "404 " * 9, UNMADE),
    "api-documentation": PUBLIC,
    "evidence.file": ("404 " * 10, NOBODY),  # of a file that there is not
    "api:*": PUBLIC,
    "ledger:entries": PUBLIC,
    "ledger:checkpoint": ("404 " * 10, NOBODY),  # nothing is signed here: there is no key
    "ledger:checkpoints": PUBLIC,
    "ledger:proof": ("400 " * 10, NOBODY),
    "ledger:key": PUBLIC,
    "ledger:verify.py": PUBLIC,
    "strategies:strategies": PUBLIC,
    "strategies:strategy": PUBLIC,
    "strategies:initiatives": PUBLIC,
    "strategies:initiative": PUBLIC,
    "indicators:indicators": PUBLIC,
    "indicators:indicator": PUBLIC,
    "indicators:history": PUBLIC,
    "indicators:chart.svg": PUBLIC,
    "indicators:chart.vl.json": PUBLIC,
    "indicators:chart.png": PUBLIC,
    "indicators:embed": PUBLIC,
    "committee:committee": PUBLIC,
    "committee:meeting": PUBLIC,
    "committee:actions": PUBLIC,

    # Sign-in. What is posted here is empty: tests/blueprint/test_sign_in.py fills it in.
    "account_login": ("200 me me me me me me me me me", "200 me me me me me me me me me"),
    "account_logout": ("302 " + "200 " * 9, "302 " * 10),
    "account_change_password": (SIGNED, SIGNED),
    "account_reset_password": (ALL, ALL),
    "account_reset_password_done": PUBLIC,
    "account_reset_password_from_key": (ALL, ALL),
    "account_reset_password_from_key_done": PUBLIC,
    "admin[:_]login": ("in 403 403 403 403 403 403 403 302 me", NOBODY),
    "admin[:_]logout": ("302 " + "200 " * 9, "302 " * 10),
    "admin[:_]password_change": ("in " + "302 " * 9, UNMADE),

    # The desk: an object of one's own office.
    #                        visitor official approver head publisher member chair secretary auditor administrator
    "desk:updates":         ("in     200      200      200  200       403    403   403       200     403",
                             "in     405      405      405  405       403    403   403       405     403"),
    # What a person typed, for themselves: whoever they are. A form without a tag of theirs cannot be read.
    "desk:keep":            (SIGNED, "in     400      400      400  400       400    400   400       400     400"),
    # Who looks after all work is led to an office first.
    "desk:people":          ("in     403      403      200  me        403    403   403       me      403",
                             "in     405      405      405  405       403    403   403       405     403"),
    "desk:people-assign":   ("in     403      403      405  403       403    403   403       403     403",
                             "in     403      403      302+ 403       403    403   403       403     403"),
    "desk:people-remind":   ("in     403      403      405  403       403    403   403       403     403",
                             "in     403      403      302  403       403    403   403       403     403"),
    "desk:enter":           ("in     200      403      200  403       403    403   403       403     403",
                             "in     200      403      200  403       403    403   403       403     403"),
    "desk:effect":          ("in     405      403      405  403       403    403   403       403     403",
                             "in     200      403      200  403       403    403   403       403     403"),
    "desk:table":           ("in     200      403      200  403       403    403   403       403     403",
                             "in     400      403      400  403       403    403   403       403     403"),
    "desk:guide":           (SIGNED, UNMADE),
    "desk:guide-picture":   (SIGNED, UNMADE),
    "desk:take-out":        ("in     405      403      405  403       403    403   403       403     403",
                             "in     302+     403      302+ 403       403    403   403       403     403"),
    "desk:log":             ("in     200      200      200  200       403    403   403       200     403", UNMADE),
    "desk:log-file":        ("in     200      200      200  200       403    403   403       200     403", UNMADE),
    # Sheets: what is posted here is empty; tests/sheets/test_pages.py fills it in.
    "desk:workbook.*":      ("in     200      403      200  403       403    403   403       403     403",
                             "in     405      403      405  403       403    403   403       403     403"),
    "desk:sheets":          ("in     200      403      200  403       403    403   403       403     403",
                             "in     422      403      422  403       403    403   403       403     403"),
    "desk:sheet":           ("in     200      403      200  403       403    403   403       403     403",
                             "in     405      403      405  403       403    403   403       403     403"),
    "desk:sheet-annotated": ("in     302      403      302  403       403    403   403       403     403",
                             "in     405      403      405  403       403    403   403       403     403"),
    "desk:sheet-read":      ("in     405      403      405  403       403    403   403       403     403",
                             "in     302      403      302  403       403    403   403       403     403"),
    "desk:sheet-confirm":   ("in     405      403      405  403       403    403   403       403     403",
                             "in     302      403      302  403       403    403   403       403     403"),
    "desk:release":         ("in     200      200      200  200       404    404   404       200     404", UNMADE),
    "desk:release-preview": ("in     200      200      200  200       404    404   404       200     404", UNMADE),
    "desk:release-evidence": ("in    200      200      200  200       404    404   404       200     404", UNMADE),
    "desk:release-submit":    (UNMADE,
                             "in     302+     403      302+ 403       404    404   404       403     404"),
    "desk:release-withdraw":  (UNMADE,
                             "in     302+     403      302+ 403       404    404   404       403     404"),
    "desk:release-return":    (UNMADE,
                             "in     403      302+     302+ 403       404    404   404       403     404"),
    "desk:release-approve":   (UNMADE,
                             "in     403      302+     302+ 403       404    404   404       403     404"),
    # Nobody of the table had a hand in it, and recalling is for those who had.
    "desk:release-recall":    (UNMADE,
                             "in     403      403      403  403       404    404   404       403     404"),
    "desk:release-gather":    (UNMADE,
                             "in     302+     403      302+ 403       404    404   404       403     404"),
    "desk:release-split":     (UNMADE,
                             "in     302+     403      302+ 403       404    404   404       403     404"),
    "desk:release-remark":    (UNMADE,
                             "in     403      302+     302+ 403       404    404   404       403     404"),
    "desk:release-remark-settle": (UNMADE,
                             "in     403      302+     302+ 403       404    404   404       403     404"),
    "desk:absence":         ("in     200      200      200  200       403    403   403       403     403",
                             "in     200      200      200  200       403    403   403       403     403"),
    "desk:absence-end":       (UNMADE,
                             "in     404      404      302+ 404       403    403   403       403     403"),
    # What is approved is seen by those who had a hand in it and those who look after all work, until it is public.
    "desk:release-take-back": (UNMADE,
                             "in     404      404      404  403       404    404   404       403     404"),
    "desk:release-publish":   (UNMADE,
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-moment":  ("in     200      200      200  200       404    404   404       403     404",
                             "in     302+     302+     302+ 302+      404    404   404       403     404"),
    "desk:release-reschedule": ("in  404      404      404  200       404    404   404       403     404",
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-reschedule-agree": (UNMADE,
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-reschedule-decline": (UNMADE,
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-access":  ("in     403      200      200  200       404    404   404       403     404",
                             "in     403      302+     302+ 302+      404    404   404       403     404"),
    "desk:release-access-end": (UNMADE,
                             "in     403      302+     302+ 302+      404    404   404       403     404"),
    "desk:release-access-file": ("in 403      200      200  200       404    404   404       403     404", UNMADE),
    "desk:mail":            (SIGNED, SIGNED),
    "desk:reports":         ("in     200      200      200  200       403    403   403       200     200", UNMADE_BY_MEMBERS),
    "desk:report":          ("in     200      200      200  200       403    403   403       200     200", UNMADE_BY_MEMBERS),
    "desk:report-answer":   (UNMADE_BY_MEMBERS,
                             "in     302+     302+     302+ 302+      403    403   403       403     302+"),
    "desk:report-close":    (UNMADE_BY_MEMBERS,
                             "in     302+     302+     302+ 302+      403    403   403       403     302+"),

    # The committee's room.
    "room:papers":          ("in     403      403      403  403       200    200   200       200     403", UNMADE),
    "room:strategy":        ("in     403      403      403  403       200    200   200       200     403", UNMADE),
    "room:rate":            ("in " + "302 " * 9,
                             "in     403      403      403  403       302+   302+  403       403     403"),
    "room:finding":         ("in " + "302 " * 9,
                             "in     403      403      403  403       403    302+  403       403     403"),

    # Administration.
    "admin:index": (STAFF, STAFF),
    "admin:app_list": (STAFF, STAFF),
    "admin:jsi18n": (STAFF, WRONG),
    "admin:password_change_done": (STAFF, WRONG),
    "admin:autocomplete": (CLOSED, WRONG),
    "admin:view_on_site": (ABSENT, ABSENT),
    "admin:admin/(?P<url>*": (ABSENT, ABSENT),
    "admin:*<path:object_id>/": (FURTHER, FURTHER),
    "admin:a*_history": ("in in in in in in in in 302 me", "in in in in in in in in 302 me"),
    "admin:a*_*_*": (CLOSED, CLOSED),
    "admin:*_delete": (CLOSED, CLOSED),
    "admin:blueprint_user_history": (ABSENT, ABSENT),
    "admin:blueprint_user_changelist": (ADMIN, CLOSED),
    "admin:blueprint_user_new_password": (CLOSED, ADMIN + "+"),
    "admin:blueprint_user_*": (ADMIN, ADMIN),
    "admin:blueprint_event_history": (ABSENT, ABSENT),
    "admin:blueprint_event_add": (CLOSED, CLOSED),
    "admin:blueprint_event_*": (AUDITOR, CLOSED),
    "admin:blueprint_mail_add": (CLOSED, CLOSED),
    "admin:blueprint_mail_history": (ABSENT, ABSENT),
    "admin:blueprint_mail_change": (STAFF, CLOSED),
    "admin:*_changelist": (STAFF, CLOSED),
    "admin:indicators_evidence_add": (CLOSED, CLOSED),
    **{f"admin:{model}_{page}": answers
       for model in ("blueprint_publication", "blueprint_release", "indicators_observation",
                     "indicators_assessment", "committee_finding", "committee_actionversion")
       for page, answers in (("add", (CLOSED, CLOSED)), ("history", (ABSENT, ABSENT)), ("change", (STAFF, CLOSED)))},
    "admin:blueprint_release_change": ("in in in in in in in in 200 me", CLOSED),
    "admin:*_add": (ADMIN, ADMIN),
    "admin:*_change": (STAFF, ADMIN),
    "admin:*_history": (STAFF, STAFF),
}

# An object of another office: what is not public of it does not exist.
#                        visitor official approver head publisher member chair secretary auditor administrator
OTHER_OFFICE = {
    "desk:report":          ("in     404      404      404  200       403    403   403       200     200", UNMADE_BY_MEMBERS),
    "desk:report-*":        (UNMADE_BY_MEMBERS,
                             "in     404      404      404  302+      403    403   403       403     302+"),
    "desk:absence-end":       (UNMADE,
                             "in     404      404      404  404       403    403   403       403     403"),
    "desk:enter":           ("in     404      403      404  403       403    403   403       403     403",
                             "in     404      403      404  403       403    403   403       403     403"),
    "desk:effect":          ("in     405      403      405  403       403    403   403       403     403",
                             "in     404      403      404  403       403    403   403       403     403"),
    "desk:table":           ("in     404      403      404  403       403    403   403       403     403",
                             "in     404      403      404  403       403    403   403       403     403"),
    "desk:take-out":        ("in     405      403      405  403       403    403   403       403     403",
                             "in     404      403      404  403       403    403   403       403     403"),
    "desk:log":             ("in     404      404      404  200       403    403   403       200     403", UNMADE),
    "desk:log-file":        ("in     404      404      404  200       403    403   403       200     403", UNMADE),
    "desk:sheet":           ("in     404      403      404  403       403    403   403       403     403",
                             "in     405      403      405  403       403    403   403       403     403"),
    "desk:sheet-annotated": ("in     404      403      404  403       403    403   403       403     403",
                             "in     405      403      405  403       403    403   403       403     403"),
    "desk:sheet-*":         ("in     405      403      405  403       403    403   403       403     403",
                             "in     404      403      404  403       403    403   403       403     403"),
    "desk:release":         ("in     404      404      404  200       404    404   404       200     404", UNMADE),
    "desk:release-preview": ("in     404      404      404  200       404    404   404       200     404", UNMADE),
    "desk:release-evidence": ("in    404      404      404  200       404    404   404       200     404", UNMADE),
    "desk:release-publish":   (UNMADE,
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-moment":  ("in     404      404      404  200       404    404   404       403     404",
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-reschedule": ("in  404      404      404  200       404    404   404       403     404",
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-reschedule-*": (UNMADE,
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-access":  ("in     404      404      404  200       404    404   404       403     404",
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-access-end": (UNMADE,
                             "in     404      404      404  302+      404    404   404       403     404"),
    "desk:release-access-file": ("in 404      404      404  200       404    404   404       403     404", UNMADE),
    "desk:release-*":         (UNMADE,
                             "in     404      404      404  403       404    404   404       403     404"),
}
# fmt: on

# What the addresses are asked for


@pytest.fixture
def site():
    """A small site: office itc, where the people are, and office fstb, which is another's."""
    publish_one_of_each()
    publish_changes(
        change("indicator", indicator="I2"),
        change("indicator", indicator="I3"),
        change("indicator", indicator="other", office="fstb"),
        change("strategy", strategy="2", number=2),
    )
    site = SimpleNamespace(own=releases_of("itc", "I2"), other=releases_of("fstb", "other"))
    # A figure in a draft that can be taken out of it again.
    site.drafted = ReleaseFactory(
        office=OfficeFactory(code="itc"),
        entries=[change("observation"), change("observation", period="2023")],
    )
    site.sheets = {code: sheet_of(code) for code in ("itc", "fstb")}
    site.absences = {code: absence_in(code) for code in ("itc", "fstb")}
    site.cycle = Cycle.objects.create(
        number=5,
        committee_id="review",
        meets_on=datetime.date(2027, 1, 1),
        cut_off=Publication.objects.head(),
        opened_at=database_now(),
    )
    site.reports = {code: report_of(code) for code in ("itc", "fstb")}
    now = database_now()
    Mail.objects.create(
        key="one", to="a@example.org", language="en", subject="Due", created_at=now, next_at=now
    )
    site.people = {role: person(role) for role in Role.values}
    site.sessions = {role: session_of(user) for role, user in site.people.items()}
    return site


def report_of(code):
    number = "BP-7K3M-92QK" if code == "itc" else "BP-7K3M-92RS"
    said = {
        "reference": number,
        "form": code,
        "created_at": database_now(),
        "publication_seen": 1,
        "wrong": "It is 4.",
    }
    return Report.objects.create(office=OfficeFactory(code=code), language="en", page="/en/", **said)


def person(role):
    return UserFactory(role=role, office=OfficeFactory(code="itc") if role in OFFICE_ROLES else None)


def session_of(user):
    client = Client()
    client.force_login(user)
    return client.cookies[settings.SESSION_COOKIE_NAME].value


def sheet_of(code):
    by = UserFactory(role=Role.OFFICIAL, office=OfficeFactory(code=code))
    return bring_sheet(b"indicator,period,value\nI1,2023,3\n", name="figures.csv", by=by)[0]


def absence_in(code):
    absent, deputy = (
        UserFactory(role=role, office=OfficeFactory(code=code)) for role in ("approver", "head")
    )
    now = database_now()
    days = {"from_at": now, "until_at": now + datetime.timedelta(days=9)}
    return Deputy.objects.create(
        absent=absent, deputy=deputy, reason="On leave", set_by=absent, set_at=now, **days
    )


def releases_of(code, indicator):
    """A release of an office in each state that somebody moves it from, none touched by the people of the table."""
    fields = {"office": OfficeFactory(code=code), "entries": [change("observation", indicator=indicator)]}
    return {
        "draft": ReleaseFactory(**fields),
        "submitted": submitted_release(**fields),
        "approved": approved_release(**fields),
        "scheduled": approved_release(due_in=86400, **fields),
        "proposed": with_proposal(approved_release(due_in=86400, **fields)),
        "listed": with_list(submitted_release(**fields)),
        "remarked": with_remark(submitted_release(**fields), indicator),
        "filed": with_file(ReleaseFactory(**fields), indicator),
        "both": ReleaseFactory(
            office=fields["office"], entries=[*fields["entries"], change("observation", indicator="I3")]
        ),
    }


FILE = b"year,value\n2024,1.5\n"


def with_file(release, indicator):
    stored = keep_file(SimpleUploadedFile("table.csv", FILE), indicator=indicator, by=release.created_by)
    own = {name: getattr(stored, name) for name in ("sha256", "file_name", "media_type", "size")}
    enter(release, change("evidence", indicator=indicator, url=stored.address, **own))
    return release


def with_remark(release, indicator):
    release.remark = Remark.objects.create(
        release=release,
        indicator=indicator,
        period="2024",
        text="Why?",
        by=release.created_by,
        at=database_now(),
    ).pk
    return release


def with_proposal(release):
    to_at = release.publish_at + datetime.timedelta(days=1)
    propose_moment(release, by=UserFactory(role=Role.PUBLISHER), to_at=to_at, reason=BECAUSE)
    return release


def with_list(release):
    """Somebody on its list, and another person who could be."""
    listed, another = UserFactory(role=Role.MEMBER), UserFactory(role=Role.MEMBER)
    grant_access(release, by=UserFactory(role=Role.PUBLISHER), to=listed, reason="Will speak about it.")
    release.listed, release.another = listed.pk, another.pk
    return release


BECAUSE = {"en": "Because.", "zh_hant": "事出有因。", "zh_hans": "有原因。"}
STATE_FOR = {
    "desk:release-evidence": "filed",
    "desk:release-approve": "submitted",
    "desk:release-return": "submitted",
    "desk:release-recall": "submitted",
    "desk:release-split": "both",
    "desk:release-remark": "submitted",
    "desk:release-remark-settle": "remarked",
    "desk:release-publish": "approved",
    "desk:release-take-back": "approved",
    "desk:release-reschedule": "scheduled",
    "desk:release-reschedule-agree": "proposed",
    "desk:release-reschedule-decline": "proposed",
    "desk:release-access": "listed",
    "desk:release-access-end": "listed",
    "desk:release-access-file": "listed",
}


def arguments(name, site, other=False):
    """What stands in an address of this name."""
    if name.startswith("desk:release"):
        release = (site.other if other else site.own)[STATE_FOR.get(name, "draft")]
        listed = getattr(release, "listed", None)
        remark = getattr(release, "remark", None)
        return {
            "pk": release.pk,
            "code": "other" if other else "I2",
            "user": listed,
            "remark": remark,
            "sha256": sha256(FILE).hexdigest(),
        }
    if name == "desk:absence-end":
        return {"pk": site.absences["fstb" if other else "itc"].pk}
    if name.startswith("desk:sheet"):
        return {"pk": site.sheets["fstb" if other else "itc"].pk}
    if name == "evidence.file":
        return {"sha256": "0" * 64}
    if "report" in name:
        return {"reference": site.reports["fstb" if other else "itc"].reference}
    if name.startswith("room:"):
        return {"number": 5, "code": "1"}
    if name.startswith("api:"):
        return IN_THE_API
    if name.startswith("admin:"):
        return {
            "object_id": admin_object(name),
            "app_label": "blueprint",
            "url": "nowhere",
            "content_type_id": 1,
        }
    code = (
        "other"
        if other
        else {"strategies:initiative": "park"}.get(
            name, "I1" if "ndicator" in name or "desk" in name else "1"
        )
    )
    return {
        "code": code,
        "number": 1,
        "period": "2024",
        "uidb36": "1",
        "key": "x-y",
        "token": "x",
        "name": "x",
    }


IN_THE_API = {
    "direction": "1", "strategy": "1", "office": "itc", "stage": "second", "unit": "percent", "source": "yearbook",
    "indicator": "I1", "breakdown": "total", "period": "2024", "target": "I1-2032", "version": 1, "action": "1-1",
    "initiative": "park", "meeting": "1", "publication": 1,
}  # fmt: skip


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
        sent = {"version": release.version, "digest": approval_digest(release), "reason": "Because."}
        moment = {"day": "2040-10-30", "time": "16:30"} | in_languages("reason", BECAUSE)
        code = "other" if other else "I2"
        remark = {"remark-figure": f"{code}|2024", "remark-field": "value", "remark-text": "Why so much?"}
        arranging = {"indicator": code, "with": f"{site.drafted.pk}:{site.drafted.version}"}
        return sent | moment | remark | arranging | {"person": getattr(release, "another", "")}
    return {
        "desk:people-assign": {"was-I1": "", "to-I1": site.people["head"].pk},
        "desk:people-remind": {"person": "none"},
        "desk:absence-end": {"sure": "yes"},
        "desk:report-answer": {"answer": "It is mended."},
        "desk:report-close": {"reason": "Not about us."},
        "room:rate": {"confidence": 4, "reason": "Because.", "version": 0},
        "room:finding": {"confidence": 4, "version": 0, "token": uuid.uuid4()}
        | in_languages("text", BECAUSE),
        "desk:take-out": {"version": site.drafted.version},
        "admin:blueprint_user_new_password": {"sure": "yes"},
    }.get(name, {})


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


def row_of(name, table):
    return next((row for pattern, row in table.items() if fnmatch(name, pattern)), None)


# Asking


def answer(site, who, method, target, sent):
    """A cell of the table. Whatever the request changed is undone."""
    client = Client(raise_request_exception=False)
    if who in site.sessions:
        client.cookies[settings.SESSION_COOKIE_NAME] = site.sessions[who]
    with transaction.atomic():
        before = stored() if sent else None
        response = getattr(client, method)(target, sent)
        mark = "+" if sent and stored() != before else ""
        transaction.set_rollback(True)
    return named(response, site.people.get(who)) + mark


def stored():
    return [
        list(Release.objects.order_by("pk").values_list("pk", "state", "version")),
        *(
            model.objects.count()
            for model in (Publication, Contributor, Rating, PreReleaseAccess, Remark, Assignment)
        ),
        list(Remark.objects.order_by("pk").values_list("pk", "settled_by")),
        list(Deputy.objects.order_by("pk").values_list("pk", "ended_by")),
        list(User.objects.order_by("pk").values_list("pk", "password")),
        list(Report.objects.order_by("pk").values_list("pk", "state")),
    ]


def named(response, user):
    to = response.headers.get("Location", "")
    if response.status_code == 302 and "/login/?next=" in to:
        return "in"
    if response.status_code == 302 and user and to == home_of(user):
        return "me"
    return str(response.status_code)


def asked_of(target):
    """Whom an address is asked for. A public one cannot read who asks (a read of sessions or people raises there, see
    tests/blueprint/test_public_reads.py), so the visitor and one other person, in turn, speak for all.
    """
    if not is_public_address(target):
        return PERSONS
    return ["visitor", PERSONS[1 + sum(target.encode()) % (len(PERSONS) - 1)]]


def answers(site, name, route, other=False):
    """(method, person) -> what is answered."""
    target = address(name, route, arguments(name, site, other))
    return {
        (method, who): answer(site, who, method, target, sent)
        for method, sent in (("get", {}), ("post", form(name, site, other)))
        for who in asked_of(target)
    }


def differences(site, name, route, row, other=False):
    """(name, method, person, expected, answered) for each cell that is not as the table says."""
    said = {
        (method, who): expected
        for method, cells in zip(("get", "post"), row, strict=True)
        for who, expected in zip(PERSONS, cells.split(), strict=True)
    }
    return [
        (name, method, who, said[method, who], given)
        for (method, who), given in answers(site, name, route, other).items()
        if said[method, who] != given
    ]


# The table holds


def test_W04_every_role_has_a_column():
    assert PERSONS[1:] == Role.values


@pytest.mark.parametrize("name", addresses())
def test_W04_every_address_has_a_row(name):
    assert row_of(name, TABLE), (
        f"The address {name!r} is not in TABLE of {__name__}: add a row that says what each person is answered "
        "to GET and to POST (PUBLIC if it is for everybody and changes nothing)."
    )


PARTS = ["public", "desk", "room", "admin:strategies", "admin:indicators", "admin:committee", "admin"]


@pytest.mark.parametrize("part", PARTS)
def test_W04_every_address_answers_each_role_as_the_table_says(site, part):
    named = {name: route for name, route in addresses().items() if part_of(name) == part}

    wrong = [
        difference
        for name, route in named.items()
        for difference in differences(site, name, route, row_of(name, TABLE) or PUBLIC)
    ]

    assert wrong == []


def part_of(name):
    """Parts are asked apart, so that several processes can share the work."""
    fitting = [part for part in PARTS if name.startswith((f"{part}:", f"{part}_"))]
    return max(fitting, key=len, default="public")


def test_W04_objects_of_another_office_do_not_exist(site):
    named = {name: route for name, route in addresses().items() if row_of(name, OTHER_OFFICE)}

    wrong = [
        difference
        for name, route in named.items()
        for difference in differences(site, name, route, row_of(name, OTHER_OFFICE), other=True)
    ]

    assert wrong == []
    assert {name for name in addresses() if name.startswith("desk:") and "<" in addresses()[name]} == set(
        named
    )


@pytest.mark.parametrize("state", ["draft", "submitted", "approved", "published", "withdrawn"])
def test_W04_release_of_another_office_answers_as_one_that_never_was(client, state):
    release = release_in(state, office=OfficeFactory(code="fstb"))
    nowhere = release.pk + 1000

    for role in ("official", "approver", "head", "member", "chair", "secretary", "administrator"):
        client.force_login(person(role))
        for name in ("release", "release-submit", "release-approve", "release-publish", "release-return"):
            method = client.get if name == "release" else client.post
            there = method(
                reverse(f"desk:{name}", args=[release.pk]), {"version": release.version, "reason": "x"}
            )
            gone = method(reverse(f"desk:{name}", args=[nowhere]), {"version": 1, "reason": "x"})

            assert there.status_code == gone.status_code == 404
            assert there.content == gone.content
            assert there.headers == gone.headers


def release_in(state, **fields):
    make = {"draft": ReleaseFactory, "submitted": submitted_release, "approved": approved_release}
    if state == "withdrawn":
        release = ReleaseFactory(**fields)
        withdraw_release(release, by=release.created_by)
        return release
    return make.get(state, published_release)(**fields)
