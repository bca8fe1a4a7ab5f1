"""The folder an archive is written to: whole, or not at all."""

import fcntl
import hashlib
import os
import shutil
from pathlib import Path

from .site import ExportFailed

MANIFEST = "MANIFEST.sha256"


class Folder:
    """Files go to ``DIR.part``, which takes the place of ``DIR`` when all of them are there.

    with Folder(target) as folder:
        folder.write(name, content)
        folder.finish()
    """

    def __init__(self, target: Path):
        self.target = target.absolute()
        self.part = self.target.with_name(f"{self.target.name}.part")
        self.old = self.target.with_name(f"{self.target.name}.old")
        self.owners: dict[str, str] = {}

    def __enter__(self) -> "Folder":
        check_own(self.target)
        self.target.parent.mkdir(parents=True, exist_ok=True)
        if self.part.exists():
            self.clear_abandoned()
        self.part.mkdir()
        # The manifest comes first, as the sign whose folder this is, and is held while the export runs.
        self.lock = (self.part / MANIFEST).open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return self

    def __exit__(self, *fault) -> None:
        self.lock.close()
        if self.part.exists():
            shutil.rmtree(self.part)

    def clear_abandoned(self) -> None:
        """Remove what an export left that was killed; not what one is still writing, nor what is none of ours."""
        manifest = self.part / MANIFEST
        if not manifest.is_file():
            raise ExportFailed(f"{self.part} is in the way, and no export made it. Move it elsewhere.")
        with manifest.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise ExportFailed(f"Another export is writing to {self.part}.") from None
            shutil.rmtree(self.part)

    def write(self, name: str, content: bytes, *, of: str) -> None:
        """``of`` names the address the file is made of: two of them must not fall on one file."""
        # Some file systems know no capital letters.
        owner = self.owners.setdefault(name.casefold(), of)
        path = self.part / name
        if owner != of or not path.resolve().is_relative_to(self.part.resolve()):
            raise ExportFailed(f"{of} would fall on the file of {owner}: {name}")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as fault:
            raise ExportFailed(f"{of} could not be written to {path}: {fault.strerror}") from None

    def read(self, name: str) -> bytes:
        return (self.part / name).read_bytes()

    def finish(self) -> int:
        """Write the manifest, in the form of sha256sum, and put the whole archive in its place."""
        names = [name for name in files_in(self.part) if name != MANIFEST]
        for name in names:
            self.lock.write(f"{hashlib.sha256(self.read(name)).hexdigest()}  {name}\n")
        self.lock.flush()
        os.fsync(self.lock.fileno())
        check_own(self.target)
        if self.target.exists():
            self.target.rename(self.old)
        self.part.rename(self.target)
        if self.old.exists():
            shutil.rmtree(self.old)
        return len(names)


def files_in(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def check_own(target: Path) -> None:
    """An export takes the place of nothing but an empty folder or an earlier export."""
    if not target.exists() and not target.is_symlink():
        return
    if not target.is_dir() or target.is_symlink():
        raise ExportFailed(f"{target} is not a folder.")
    known = {MANIFEST}
    if (target / MANIFEST).is_file():
        lines = (target / MANIFEST).read_text(errors="replace").splitlines()
        known |= {line.partition("  ")[2] for line in lines}
    for name in files_in(target):
        if name not in known:
            raise ExportFailed(f"{target} holds {name}, which no export put there. Name another folder.")
