"""The sentences of a mail to a person, for each kind of notice, in the language that is active."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from blueprint.models import Notice

Kind = Notice.Kind


def headings(kind: Kind, notices: list[Notice]) -> Iterator[tuple[str, list[Notice]]]:
    """(sentence, what stands below it). Some kinds tell two sorts of people two things."""
    for mark, said in DIVIDED.get(kind, {"": said_of(kind)}).items():
        told = [one for one in notices if mark_of(one) == mark]
        if told:
            yield said(len(told)), told


def mark_of(notice: Notice) -> str:
    return next((mark for mark in DIVIDED.get(Kind(notice.kind), {}) if mark and notice.detail.get(mark)), "")


def said_of(kind: Kind):
    return lambda count: sentence(kind, count)


def sentence(kind: Kind, count: int) -> str:
    return {
        Kind.DUE: ngettext(
            "This figure is due within a month:", "These figures are due within a month:", count
        ),
        Kind.REMINDER: ngettext(
            "This figure is due within a week and has not been submitted yet:",
            "These figures are due within a week and have not been submitted yet:",
            count,
        ),
        Kind.LATE: ngettext(
            "This figure is late. The public site says so too:",
            "These figures are late. The public site says so too:",
            count,
        ),
        Kind.ASKED: ngettext(
            "Your head of office asks for this figure:",
            "Your head of office asks for these figures:",
            count,
        ),
        Kind.SUBMITTED: ngettext(
            "This release waits for your approval:",
            "These releases wait for your approval, one at a time:",
            count,
        ),
        Kind.RETURNED: ngettext(
            "This release was returned. Why, stands on its page:",
            "These releases were returned. Why, stands on their pages:",
            count,
        ),
        Kind.APPROVED: ngettext("This release was approved:", "These releases were approved:", count),
        Kind.PUBLISHED: ngettext(
            "You had a hand in what is public now:",
            "You had a hand in these publications, which are public now:",
            count,
        ),
        Kind.REMARK: ngettext(
            "There are new remarks on this release:",
            "There are new remarks on these releases:",
            count,
        ),
        Kind.REASSIGNED: ngettext(
            "Who looks after this indicator has changed:",
            "Who looks after these indicators has changed:",
            count,
        ),
        Kind.DEPUTY: _("Who stands in for whom has changed in your office:"),
        Kind.SHEET: ngettext(
            "Your sheet has been read. What was found stands on its page:",
            "Your sheets have been read. What was found stands on their pages:",
            count,
        ),
    }[kind]


def to_publish(count: int) -> str:
    return ngettext(
        "This release is approved and can be published:",
        "These releases are approved and can be published:",
        count,
    )


def late_in_office(count: int) -> str:
    return ngettext(
        "This figure of your office is late. Its official has been told:",
        "These figures of your office are late. Their officials have been told:",
        count,
    )


# Of some kinds a mark in the detail says that the person is told for another reason than most.
DIVIDED = {
    Kind.LATE: {"": said_of(Kind.LATE), "copy": late_in_office},
    Kind.APPROVED: {"": said_of(Kind.APPROVED), "to_publish": to_publish},
}


def subjects(kind: Kind, count: int) -> str:
    """Short, for a list of mails."""
    return {
        Kind.DUE: ngettext("%(count)s figure is due soon", "%(count)s figures are due soon", count),
        Kind.REMINDER: ngettext(
            "%(count)s figure is due within a week", "%(count)s figures are due within a week", count
        ),
        Kind.LATE: ngettext("%(count)s figure is late", "%(count)s figures are late", count),
        Kind.ASKED: ngettext(
            "you are asked for %(count)s figure", "you are asked for %(count)s figures", count
        ),
        Kind.SUBMITTED: ngettext(
            "%(count)s release waits for your approval", "%(count)s releases wait for your approval", count
        ),
        Kind.RETURNED: ngettext("%(count)s release was returned", "%(count)s releases were returned", count),
        Kind.APPROVED: ngettext("%(count)s release was approved", "%(count)s releases were approved", count),
        Kind.PUBLISHED: ngettext(
            "%(count)s publication with your figures", "%(count)s publications with your figures", count
        ),
        Kind.REMARK: ngettext("remarks on %(count)s release", "remarks on %(count)s releases", count),
        Kind.REASSIGNED: ngettext(
            "%(count)s indicator changed hands", "%(count)s indicators changed hands", count
        ),
        Kind.DEPUTY: _("somebody stands in"),
        Kind.SHEET: ngettext(
            "%(count)s of your sheets has been read", "%(count)s of your sheets have been read", count
        ),
    }[kind] % {"count": count}
