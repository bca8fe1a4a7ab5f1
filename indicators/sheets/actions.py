"""What people do with sheets: bring one, have it read, and make a draft of it."""

import hashlib
import json
import uuid
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import get_language, ngettext, override
from django.utils.translation import gettext as _

from blueprint.actions import Refused
from blueprint.audit import record, record_refusal
from blueprint.clock import database_now
from blueprint.failpoints import failpoint
from blueprint.jobs import SILENCE, Progress, enqueue, job
from blueprint.mailing import tell
from blueprint.models import Notice, Release, User
from blueprint.moment import head_moment
from blueprint.nouns import Change, noun
from blueprint.wording import LANGUAGES, TAGS

from ..actions import save_figures
from ..models import Sheet
from . import keeping
from .checking import as_kept, check
from .limits import Unreadable
from .reading import Unclear, read
from .texts import encoding_of

# What is larger is read by the jobs process, and its page shows how far that is.
READ_AT_ONCE = 200_000
# Of what is kept of the findings; another code that reads otherwise counts it up.
FORM = 1


class AlreadyImported(Refused):
    def __init__(self, release: Release):
        self.release = release
        super().__init__(_("This file was imported before: release %(number)s.") % {"number": release.pk})


class Outdated(Refused):
    def __init__(self) -> None:
        super().__init__(
            _("Something changed since you opened this page. Look at what it says now, and confirm again.")
        )


# --- bringing --------------------------------------------------------------------------------------------


def bring_sheet(content: bytes, *, name: str, by: User) -> tuple[Sheet, bool]:
    """Keep a file that an office sent. The same content is the same sheet: then False, with the one there was."""
    number = hashlib.sha256(content).hexdigest()
    if there := sheet_of(by, number):
        return put_back(there, content), False
    stored = keeping.put(content)
    failpoint("sheet.stored")
    try:
        with transaction.atomic():
            sheet = Sheet.objects.create(
                office_id=by.office_id,
                name=name,
                sha256=number,
                size=len(content),
                stored=stored,
                brought_by=by,
                brought_at=database_now(),
            )
            record("bring_sheet", by=by, subject=name, sheet=sheet.pk, sha256=number)
    except IntegrityError:
        # Somebody of the office sent it at the same moment.
        keeping.remove(stored)
        there = sheet_of(by, number)
        if there is None:
            raise
        return there, False
    return sheet, True


def sheet_of(user: User, number: str) -> Sheet | None:
    return Sheet.objects.visible_to(user).select_related("release").filter(sha256=number).first()


def put_back(sheet: Sheet, content: bytes) -> Sheet:
    """A file whose original was removed long ago, and that is sent again."""
    if keeping.original(sheet) is None:
        sheet.stored, sheet.brought_at = keeping.put(content), database_now()
        sheet.save(update_fields=["stored", "brought_at"])
    return sheet


# --- reading ---------------------------------------------------------------------------------------------


def what_it_holds_for(sheet: Sheet) -> str:
    """What the findings depend on beside the file: when one of these is another, it is read again."""
    under_way = Release.objects.being_written().filter(office=sheet.office_id).order_by("pk")
    moment = head_moment()
    parts = [sorted(sheet.answers.items()), list(under_way.values_list("pk", flat=True)), FORM]
    digest = hashlib.sha256(json.dumps(parts, default=str).encode()).hexdigest()[:24]
    return f"{get_language()}:{moment.number}:{moment.today}:{digest}"


def is_read(sheet: Sheet) -> bool:
    return sheet.found is not None and sheet.found_for == what_it_holds_for(sheet)


def begin_reading(sheet: Sheet, *, by: User) -> None:
    """A small file at once; a large one by a job, whose progress its page shows."""
    if sheet.size <= READ_AT_ONCE:
        read_and_keep(sheet, lambda done, total: None)
        return
    with transaction.atomic():
        # Its page may be open twice: one job reads it, unless that has fallen silent.
        asked = Sheet.objects.select_for_update(of=("self",)).select_related("job").get(pk=sheet.pk)
        sheet.job = asked.job
        if asked.job and asked.job.is_open and not is_silent(asked.job):
            return
        sheet.job = enqueue(read_sheet, by=by, sheet=sheet.pk, language=get_language())
        sheet.save(update_fields=["job"])


def is_silent(row: Any) -> bool:
    return database_now() - (row.seen_at or row.created_at) > SILENCE


@job
def read_sheet(progress: Progress, *, sheet: int, language: str) -> dict[str, int]:
    """Reads only, and keeps what it found in one statement: doing it again changes nothing."""
    row = Sheet.objects.select_related("brought_by").get(pk=sheet)
    with override(language):
        read_and_keep(row, lambda done, total: progress.report(done, of=total))
    with transaction.atomic():
        tell(Notice.Kind.SHEET, [row.brought_by], key=f"sheet:{row.pk}", sheet=row.pk, name=row.name)
    return {"rows": (row.found or {}).get("rows", 0)}


def read_and_keep(sheet: Sheet, report: Callable[[int, int], None]) -> None:
    sheet.found_for = what_it_holds_for(sheet)
    sheet.found = findings(sheet, report)
    failpoint("sheet.read")
    sheet.save(update_fields=["found", "found_for"])


def findings(sheet: Sheet, report: Callable[[int, int], None]) -> dict[str, Any]:
    content = keeping.original(sheet)
    if content is None:
        return {"refusal": _("The original was removed after 90 days. Send the file again.")}
    try:
        reading = read(content, sheet.answers)
    except Unclear as unclear:
        return {"unclear": unclear.asks}
    except Unreadable as fault:
        return {"refusal": str(fault), "named": bool(sheet.answers) or encoding_of(content) is None}
    comma = sheet.answers.get("comma", "")
    found = check(reading, office=sheet.office_id, moment=head_moment(), comma=comma, tell=report)
    return as_kept(found)


def answer(sheet: Sheet, answers: Mapping[str, str]) -> None:
    """What a person said of how the file is to be read; it is read anew for it."""
    sheet.answers = sheet.answers | {name: said for name, said in answers.items() if said}
    sheet.save(update_fields=["answers"])


# --- making a draft --------------------------------------------------------------------------------------


def import_sheet(
    sheet: Sheet, *, by: User, token: uuid.UUID, seen: str, sentences: Mapping[str, str]
) -> Release:
    """Make one draft of all that the sheet changes, or nothing. ``seen``: what the person looked at holds for this."""
    try:
        with transaction.atomic():
            return imported(sheet, by=by, token=token, seen=seen, sentences=sentences)
    except Refused as refusal:
        record_refusal("import_sheet", by=by, subject=sheet.name, sheet=sheet.pk, reason=str(refusal))
        raise


def imported(sheet: Sheet, *, by: User, token: uuid.UUID, seen: str, sentences: Mapping[str, str]) -> Release:
    # Of two who confirm at once the second waits here, and is then told of the first.
    held = Sheet.objects.select_for_update().get(pk=sheet.pk)
    if held.is_imported:
        raise AlreadyImported(held.release)
    if seen != held.found_for or not is_read(held):
        raise Outdated
    found = held.found
    changes = [change_of(kept["content"]) for kept in found["changes"]]
    release = save_figures(
        office=sheet.office_id,
        by=by,
        changes=changes,
        token=token,
        body=f"{sheet.sha256} {seen}",
        title=title_of(changes),
        warnings=answered(found["doubted"], sentences),
        source=sheet.name,
    )
    failpoint("sheet.saved")
    held.release = release
    held.save(update_fields=["release"])
    return release


def change_of(canonical: Mapping[str, Any]) -> Change:
    """A change as it was kept: texts and figures spelled out, empty fields left away."""
    kind = noun(canonical["noun"])
    fields = {field.attname: field for field in kind.fields}
    said = {name: fields[name].to_python(value) for name, value in canonical.items() if name in fields}
    return Change.of(kind.name, **said)


def answered(doubted: Sequence[Mapping[str, str]], sentences: Mapping[str, str]) -> list[dict[str, str]]:
    names = ("code", "heading", "warning", "indicator", "period")
    return [
        {name: one[name] for name in names} | {"sentence": sentences.get(one["code"], "")} for one in doubted
    ]


def title_of(changes: Sequence[Change]) -> dict[str, str]:
    figures, codes = len(changes), len({change.content["indicator_id"] for change in changes})
    titles = {}
    for language in LANGUAGES:
        with override(TAGS[language].lower()):
            what = ngettext("%(count)s figure", "%(count)s figures", figures) % {"count": f"{figures:,}"}
            said = ngettext(
                "From a sheet: %(figures)s of %(count)s indicator",
                "From a sheet: %(figures)s of %(count)s indicators",
                codes,
            )
            titles[language] = said % {"figures": what, "count": f"{codes:,}"}
    return titles
