"""The public's subscriptions: asked for, confirmed by the address itself, told of each publication once, ended by one click.

Of a subscriber the address, the language and the pace are kept, and through which publication it was told.
"""

import datetime
from collections.abc import Iterable
from operator import attrgetter

from django.conf import settings
from django.core import signing
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from indicators.letters import checkpoint_text, newest_checkpoint

from .clock import database_now
from .mailing import last_post, put_out
from .models import Checkpoint, Mail, Publication, Subscription
from .wording import words

CONFIRM, END = "subscription.confirm", "subscription.end"
GOOD_FOR = datetime.timedelta(hours=48)
# More letters of ours nobody gets who has not asked for them.
UNCONFIRMED_AT_MOST = 3
# More publications than that at one time stand in one mail.
SINGLY, LISTED, AT_ONCE = 5, 30, 200


# --- asking and confirming -------------------------------------------------------------------------------


@transaction.atomic
def ask_to_subscribe(address: str, *, language: str, pace: str) -> None:
    """The same whether the address is subscribed already or not: a letter goes to it, and only there is more said."""
    now = database_now()
    waiting = Subscription.objects.unconfirmed().filter(address__iexact=address, asked_at__gt=now - GOOD_FOR)
    if waiting.count() >= UNCONFIRMED_AT_MOST:
        return
    asked = Subscription.objects.create(address=address, language=language, pace=pace, asked_at=now)
    put_out([letter_to_confirm(asked)], now=now)


def signer(purpose: str) -> signing.TimestampSigner:
    return signing.TimestampSigner(salt=purpose)


def find(token: str, purpose: str) -> Subscription | None:
    """The subscription that a link of ours names, if the link is good and the subscription still there."""
    lasting = GOOD_FOR if purpose == CONFIRM else None
    try:
        number = signer(purpose).unsign(token, max_age=lasting)
    except signing.BadSignature:
        return None
    return Subscription.objects.filter(number=number).first()


def confirm(asked: Subscription) -> None:
    """What was subscribed before under the address gives way. From now on, not from the beginning."""
    same = Subscription.objects.filter(address__iexact=asked.address).exclude(pk=asked.pk)
    waiting = Subscription.objects.unconfirmed().filter(pk=asked.pk)
    try:
        with transaction.atomic():
            same.confirmed().delete()
            waiting.update(asked_at=None, told_through=through(now=None))
    except IntegrityError:
        # Another link to this address was confirmed at the same moment, and is as good.
        waiting.delete()


def end(subscription: Subscription) -> None:
    """With all that is known of it, mails that wait included."""
    Subscription.objects.filter(address__iexact=subscription.address).delete()


# --- each publication ------------------------------------------------------------------------------------


def write_to_subscribers(*, now: datetime.datetime) -> int:
    """A mail to each subscriber of what came since they were told last. The publications themselves are what is to
    be told of, so that publishing has nothing more to write, and nothing can be forgotten."""
    head = through(now=None)
    written = told(Subscription.Pace.EACH, head, now=now)
    return written + told(Subscription.Pace.DAILY, through(now=last_post(now)), now=now)


def through(*, now: datetime.datetime | None) -> int:
    """The number of the last publication by then."""
    rows = Publication.objects.order_by("-number")
    if now is not None:
        rows = rows.filter(recorded_at__lt=now)
    return rows.values_list("number", flat=True).first() or 0


def told(pace: str, number: int, *, now: datetime.datetime) -> int:
    behind = Subscription.objects.confirmed().filter(pace=pace, told_through__lt=number).order_by("pk")
    written = 0
    while part := list(behind[:AT_ONCE]):
        written += tell_some(part, number, now=now)
    return written


@transaction.atomic
def tell_some(part: list[Subscription], number: int, *, now: datetime.datetime) -> int:
    """Of two processes that do so at once each writes the same keys, and so one mail."""
    # Whoever ended the subscription meanwhile is not among them.
    rows = Subscription.objects.filter(pk__in=[one.pk for one in part], told_through__lt=number)
    found = list(rows.select_for_update().order_by("pk"))
    since = min((one.told_through for one in found), default=number)
    news = News(list(Publication.objects.filter(number__gt=since, number__lte=number).defer("leaf")))
    letters = [letter for one in found for letter in letters_to(one, news)]
    put_out(letters, now=now)
    Subscription.objects.filter(pk__in=[one.pk for one in found]).update(told_through=number)
    return len(letters)


class News:
    """Publications, read once for many subscribers, and the newest signature over them."""

    def __init__(self, publications: list[Publication]):
        self.publications = sorted(publications, key=attrgetter("number"))
        self.signed = newest_checkpoint(self.publications[-1].number) if publications else None


def letters_to(one: Subscription, news: News) -> Iterable[Mail]:
    publications = [each for each in news.publications if each.number > one.told_through]
    singly = one.pace == Subscription.Pace.EACH and len(publications) <= SINGLY
    parts = [[publication] for publication in publications] if singly else [publications]
    with override(one.language):
        return [letter_about(one, part, news.signed) for part in parts]


# --- letters ---------------------------------------------------------------------------------------------


def address_of(name: str, one: Subscription, purpose: str) -> str:
    return settings.SITE_URL + reverse(name, args=[signer(purpose).sign(one.number)])


def letter_to_confirm(asked: Subscription) -> Mail:
    with override(asked.language):
        parts = [
            _("Somebody, probably you, asked us to write to this address whenever something is published."),
            _("Open this page and press the button there, within 48 hours:")
            + "\n"
            + address_of("subscription-confirm", asked, CONFIRM),
            _("If it was not you, there is nothing to do: without the button nothing is kept."),
        ]
        return mail(asked, f"confirm:{asked.number}", _("Confirm your subscription"), parts)


def letter_about(one: Subscription, publications: list[Publication], signed: Checkpoint | None) -> Mail:
    last = publications[-1]
    if len(publications) == 1:
        subject = titled(last)
        link = reverse("publication", args=[last.number])
        parts = [titled(last) + "\n" + settings.SITE_URL + link]
    else:
        count = len(publications)
        subject = ngettext("%(count)s publication", "%(count)s publications", count) % {"count": count}
        listed = "\n".join(f"- {titled(each)}" for each in publications[-LISTED:])
        parts = [listed, _("All publications:") + "\n" + settings.SITE_URL + reverse("publications")]
    parts += checkpoint_text(signed)
    end_at = address_of("subscription-end", one, END)
    parts.append(_("To end these mails:") + "\n" + end_at)
    written = mail(one, f"publication:{last.number}:{one.number}", subject, parts)
    written.unsubscribe_url = end_at
    return written


def titled(publication: Publication) -> str:
    number = _("publication %(number)s") % {"number": publication.number}
    return number[:1].upper() + number[1:] + _(": ") + words(publication, "title")


def mail(one: Subscription, key: str, subject: str, parts: list[str]) -> Mail:
    foot = f"{_('Blueprint progress')}\n{settings.SITE_URL}/"
    # A title is one line, whatever was typed into it.
    said = " ".join(f"{_('Blueprint progress')}{_(': ')}{subject}".split())[:300]
    return Mail(
        key=key,
        subscription=one,
        to=one.address,
        language=one.language,
        subject=said,
        body="\n\n".join([*parts, foot]) + "\n",
    )
