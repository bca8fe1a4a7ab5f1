import datetime
import json
import os
import secrets
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from blueprint.clock import database_now, hong_kong_date
from blueprint.models import Office, Publication, User
from blueprint.permissions import OFFICE_ROLES, Role
from committee.actions import save_rating
from committee.models import Committee, Confidence, Cycle, MeetingVersion
from committee.papers import papers_of
from indicators.models import IndicatorVersion

PREFERRED_OFFICE = "ITC"
LAST = 2**31 - 1


@dataclass(frozen=True)
class Account:
    """A demonstration account. Its name says what it is, so that it can be taken for nobody's."""

    role: Role
    word: str
    name: str

    @property
    def email(self):
        return f"{self.word}@example.org"


ACCOUNTS = (
    Account(Role.OFFICIAL, "official.one", "Official One (demo)"),
    Account(Role.OFFICIAL, "official.two", "Official Two (demo)"),
    Account(Role.APPROVER, "approver", "Approver (demo)"),
    Account(Role.HEAD, "head", "Head of Office (demo)"),
    Account(Role.PUBLISHER, "publisher", "Publisher (demo)"),
    Account(Role.MEMBER, "member.one", "Member One (demo)"),
    Account(Role.MEMBER, "member.two", "Member Two (demo)"),
    Account(Role.MEMBER, "member.three", "Member Three (demo)"),
    Account(Role.CHAIR, "chair", "Chair (demo)"),
    Account(Role.SECRETARY, "secretary", "Secretary (demo)"),
    Account(Role.AUDITOR, "auditor", "Auditor (demo)"),
    Account(Role.ADMINISTRATOR, "administrator", "Administrator (demo)"),
)

# (member, which strategy in the order of the plan, rating, reason)
RATINGS = (
    ("member.one", 0, Confidence.PROBABLE, "Example: the latest figures move the right way, though slowly."),
    ("member.two", 0, Confidence.FEASIBLE, "Example: one target still has no figure to be judged by."),
    (
        "member.one",
        1,
        Confidence.FEASIBLE,
        "Example: the schemes have opened, and their results are not in yet.",
    ),
    (
        "member.two",
        1,
        Confidence.FEASIBLE,
        "Example: good steps, but nothing that shows their effect so far.",
    ),
    ("member.one", 2, Confidence.DOUBTFUL, "Example: the last figure is too old to say more."),
    ("member.two", 2, Confidence.PROBABLE, "Example: what is reported suggests that the target can be met."),
)


class Command(BaseCommand):
    help = "Makes demonstration accounts, with passwords in demo-accounts.json, and an example meeting to prepare."

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError("Demonstration accounts exist only where DEMO=1 is set, as `make run` does.")
        if not accounts_ready():
            self.make_accounts()
        if not Cycle.objects.filter(example=True).exists():
            self.make_cycle()

    def make_accounts(self):
        office = demo_office()
        if office is None:
            raise CommandError("There is no office yet. Load a plan first: load_blueprint fixtures/blueprint")
        passwords = [secrets.token_urlsafe(12) for _account in ACCOUNTS]
        # Hashing is slow on purpose and leaves the interpreter free meanwhile.
        with ThreadPoolExecutor() as pool:
            hashes = list(pool.map(make_password, passwords))
        with transaction.atomic():
            for account, password in zip(ACCOUNTS, hashes, strict=True):
                keep(account, password, office)
        write_passwords(list(zip(ACCOUNTS, passwords, strict=True)), office)
        self.stdout.write(
            f"{len(ACCOUNTS)} demonstration accounts: their passwords are in {passwords_path()}"
        )

    def make_cycle(self):
        committee, cut_off = Committee.objects.order_by("pk").first(), Publication.objects.head()
        if committee is None or cut_off is None:
            self.stdout.write("No example meeting: no committee has been published yet.")
            return
        with transaction.atomic():
            cycle = open_example(committee, cut_off)
            rate_example(cycle)
        self.stdout.write(f"An example meeting to prepare: number {cycle.number}, on {cycle.meets_on}")


def passwords_path():
    return settings.VAR_DIR / "demo-accounts.json"


def accounts_ready():
    """Whether every account stands and the file names them all; without the file their passwords are lost."""
    try:
        named = {line["email"] for line in json.loads(passwords_path().read_text())}
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return False
    emails = {account.email for account in ACCOUNTS}
    there = User.objects.filter(is_example=True, email__in=emails).count()
    return named == emails and there == len(emails)


def demo_office():
    """The preferred office, or in another plan the one that answers for most indicators."""
    if Office.objects.filter(pk=PREFERRED_OFFICE).exists():
        return PREFERRED_OFFICE
    counts = Counter(IndicatorVersion.objects.as_at(LAST).values_list("office", flat=True))
    busiest = [office for office, _count in counts.most_common(1)]
    return next(iter(busiest), None) or Office.objects.order_by("pk").values_list("pk", flat=True).first()


def keep(account, password, office):
    """Make the account, or give the one there is its new password and its role again."""
    user = User.objects.filter(email=account.email).first() or User(email=account.email, is_example=True)
    if not user.is_example:
        raise CommandError(f"{account.email} is the address of an account that is not a demonstration's.")
    user.name, user.role, user.password, user.is_active = account.name, account.role, password, True
    user.office_id = office if account.role in OFFICE_ROLES else None
    user.full_clean()
    user.save()


def write_passwords(made, office):
    """Readable by its owner alone from its first byte on, and never seen half-written."""
    lines = [
        {
            "role": str(account.role),
            "email": account.email,
            "password": password,
            "office": office if account.role in OFFICE_ROLES else None,
        }
        for account, password in made
    ]
    path = passwords_path()
    draft = path.with_suffix(".part")
    draft.unlink(missing_ok=True)
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        json.dump(lines, file, indent=1)
        file.write("\n")
    draft.replace(path)


def open_example(committee, cut_off):
    now = database_now()
    numbers = (
        MeetingVersion.objects.as_at(cut_off.number).filter(example=False).values_list("number", flat=True)
    )
    taken = Cycle.objects.values_list("number", flat=True)
    return Cycle.objects.create(
        number=max([*numbers, *taken], default=0) + 1,
        committee=committee,
        meets_on=hong_kong_date(now) + datetime.timedelta(days=91),
        cut_off=cut_off,
        opened_at=now,
        example=True,
    )


def rate_example(cycle):
    """Two members' ratings that say of themselves that they are examples, so that the room is not empty."""
    papers = papers_of(cycle)
    members = {user.email: user for user in User.objects.filter(is_example=True, role=Role.MEMBER)}
    for word, place, confidence, reason in RATINGS:
        member = members.get(f"{word}@example.org")
        if member and place < len(papers):
            save_rating(papers[place], by=member, confidence=confidence, reason=reason, version=0)
