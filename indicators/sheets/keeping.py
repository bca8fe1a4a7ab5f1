"""Where the originals of sheets are kept: private, under random names, and for ninety days."""

import datetime
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from django.conf import settings

from ..models import Sheet

KEPT_FOR = datetime.timedelta(days=90)
# A file of which no row tells was left by a process that died between the two.
LEFT_OVER_AFTER = datetime.timedelta(days=1)


def folder() -> Path:
    path = Path(settings.SHEETS_DIR)
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def put(content: bytes) -> str:
    """The random name under which the content now lies on the disk."""
    name = secrets.token_hex(24)
    descriptor = os.open(folder() / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    return name


def original(sheet: Sheet) -> bytes | None:
    """None once it was removed."""
    if not sheet.stored:
        return None
    with suppress(FileNotFoundError):
        return (folder() / sheet.stored).read_bytes()
    return None


def remove(name: str) -> None:
    if name:
        (folder() / name).unlink(missing_ok=True)


def remove_old(now: datetime.datetime) -> int:
    """Take away what has been kept long enough, and what nobody knows of. Says how many files went."""
    names = {*expired(now), *left_over(now)}
    for name in names:
        remove(name)
    return len(names)


def expired(now: datetime.datetime) -> Iterator[str]:
    old = Sheet.objects.filter(brought_at__lt=now - KEPT_FOR).exclude(stored="")
    names = list(old.values_list("stored", flat=True))
    old.update(stored="", found=None, found_for="")
    yield from names


def left_over(now: datetime.datetime) -> Iterator[str]:
    before = (now - LEFT_OVER_AFTER).timestamp()
    known = set(Sheet.objects.exclude(stored="").values_list("stored", flat=True))
    for path in folder().iterdir():
        if path.name not in known and path.stat().st_mtime < before:
            yield path.name
