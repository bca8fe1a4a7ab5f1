"""Where files are kept: as sent under a random name, and, once public, a copy under what is in it.

The address of a public file needs no table but the public ones, and no guess leads to a file that is not public: the
copy is made when it is published, and even then the address asks the public tables first.
"""

import hashlib
import os
import secrets
from collections.abc import Iterator

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, storages


class Damaged(Exception):
    """A file that should be there is not, or is not what it was."""

    def __init__(self, missing: bool):
        super().__init__("missing" if missing else "altered")
        self.missing = missing


class Folder(FileSystemStorage):
    """Files on a disk of ours, for nobody else to read, and on it for good before anything refers to them."""

    def __init__(self, **options):
        super().__init__(file_permissions_mode=0o600, directory_permissions_mode=0o700, **options)

    def _save(self, name, content):
        name = super()._save(name, content)
        for path in (self.path(name), os.path.dirname(self.path(name))):
            flush(path)
        return name


def flush(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def store():
    return storages["evidence"]


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def public_name(sha256: str) -> str:
    return f"public/{sha256[:2]}/{sha256}"


def save_privately(content: bytes) -> str:
    """Under a name from which nothing can be told; returns it."""
    name = secrets.token_hex(24)
    return store().save(f"private/{name[:2]}/{name}", ContentFile(content))


def save_publicly(content: bytes, sha256: str) -> None:
    """What is there already and is right stays. A copy that was cut off when a process died gives way."""
    name = public_name(sha256)
    try:
        read(name, sha256)
    except Damaged:
        store().delete(name)
        store().save(name, ContentFile(content))


def read(name: str, sha256: str) -> bytes:
    """A file whole, as it was when it was kept. Raises Damaged."""
    try:
        with store().open(name, "rb") as file:
            content = file.read()
    except OSError:
        raise Damaged(missing=True) from None
    if digest(content) != sha256:
        raise Damaged(missing=False)
    return content


def names_in(folder: str) -> Iterator[str]:
    """Of every file below a folder; nothing where there is no such folder yet."""
    try:
        folders, files = store().listdir(folder)
    except OSError:
        return
    yield from (f"{folder}/{name}" for name in files)
    for inner in folders:
        yield from names_in(f"{folder}/{inner}")
