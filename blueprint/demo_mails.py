"""The mails of a demonstration: kept in a folder instead of sent, and shown to whoever is signed in.

A link that sets a password opens an account, so it is shown to nobody but the person it was written to.
"""

import email
import email.policy
import re
import time
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.mail.backends.base import BaseEmailBackend
from django.http import Http404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from indicators.desk.access import desk_render

NAME = re.compile(r"[0-9]{16,25}-[0-9]{1,3}\Z")
PASSWORD_LINK = re.compile(r"\S*(/accounts/password/reset/key/)\S+")
SHOWN = 200


class KeepingBackend(BaseEmailBackend):
    """One file a mail, as a server would get it."""

    def send_messages(self, messages):
        folder().mkdir(mode=0o700, exist_ok=True)
        for number, message in enumerate(messages):
            path = folder() / f"{time.time_ns()}-{number}.eml"
            # Complete as soon as it has its name.
            path.with_suffix(".new").write_bytes(message.message().as_bytes())
            path.with_suffix(".new").rename(path)
        return len(messages)


def folder() -> Path:
    return settings.VAR_DIR / "mails"


@dataclass(frozen=True)
class Kept:
    name: str
    message: email.message.EmailMessage

    @property
    def subject(self):
        return str(self.message["Subject"] or "")

    @property
    def to(self):
        return str(self.message["To"] or "")

    @property
    def language(self):
        return str(self.message["Content-Language"] or "")

    @property
    def sent_at(self):
        return email.utils.parsedate_to_datetime(str(self.message["Date"]))

    @property
    def headers(self):
        return [(name, str(value)) for name, value in self.message.items() if name not in UNTOLD]

    def text_for(self, user) -> str:
        body = self.message.get_body(("plain",))
        said = body.get_content() if body else ""
        if user.email.lower() == self.to.lower():
            return said
        withheld = _("(shown to its addressee only)")
        return PASSWORD_LINK.sub(lambda found: f"…{found[1]}… {withheld}", said)


UNTOLD = ("MIME-Version", "Content-Transfer-Encoding", "Content-Type")


def read(path: Path) -> Kept:
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return Kept(path.stem, message)


def only_where_mails_are_kept():
    if not settings.KEEPS_MAILS:
        raise Http404


@require_safe
def mails(request):
    only_where_mails_are_kept()
    paths = sorted(folder().glob("*.eml"), reverse=True)[:SHOWN]
    return desk_render(request, "mail/demo_mails.html", {"mails": [read(path) for path in paths]})


@require_safe
def mail(request, name):
    only_where_mails_are_kept()
    path = folder() / f"{name}.eml"
    if not NAME.match(name) or not path.exists():
        raise Http404
    kept = read(path)
    return desk_render(request, "mail/demo_mail.html", {"mail": kept, "text": kept.text_for(request.user)})
