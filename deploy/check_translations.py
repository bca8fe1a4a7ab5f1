"""Is every text translated, by the rules of the glossary, and every translation still of a text in the sources?

Prints what is amiss and exits 1. Needs xgettext; without it only CI=true makes that an error.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from translation_faults import faults_of, read_glossary

ROOT = Path(__file__).resolve().parent.parent
LOCALE = Path("blueprint/locale")
NOT_SOURCES = shutil.ignore_patterns(".*", "var", "tests", "benchmarks", "__pycache__", "node_modules")


def main() -> int:
    files = sorted((ROOT / LOCALE).glob("*/LC_MESSAGES/django.po"))
    if not files:
        print("No translations yet.")
        return 0
    problems = [problem for file in files for problem in unfinished(file)]
    if shutil.which("xgettext"):
        problems += out_of_date(files)
    else:
        print("Not checked against the sources: no xgettext (package gettext).")
        if os.environ.get("CI") == "true":
            problems.append("With CI=true nothing may be left out.")
    print("\n".join(problems or [f"{len(files)} translations are complete."]))
    return bool(problems)


def unfinished(file: Path) -> list[str]:
    catalog, language = read(file), file.parent.parent.name
    faults = ["fuzzy as a whole: pybabel passes over it"] if catalog.fuzzy else []
    found = faults_of(catalog, language, read_glossary())
    faults += [f"{fault}: {message.id!r}" for fault, message in found]
    return [f"{language}: {fault}" for fault in faults]


def out_of_date(files: list[Path]) -> list[str]:
    """Collects the texts of a copy of the sources and compares."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "sources"
        shutil.copytree(ROOT, copy, ignore=NOT_SOURCES)
        languages = [f"--locale={file.parent.parent.name}" for file in files]
        subprocess.run(
            [sys.executable, "manage.py", "makemessages", "--verbosity=0", *languages],
            cwd=copy,
            env=os.environ | {"VAR_DIR": folder, "SECRET_KEY": "unused", "DATABASE_URL": "sqlite://:memory:"},
            check=True,
        )
        return [problem for file in files for problem in differences(file, copy / file.relative_to(ROOT))]


def differences(file: Path, fresh: Path) -> list[str]:
    name = file.relative_to(ROOT)
    have, need = ({(text.id, text.context) for text in texts(read(path))} for path in (file, fresh))
    return [
        *(f"{name}: not in the file yet: {text!r}" for text, _ in sorted(need - have, key=str)),
        *(f"{name}: no longer in the sources: {text!r}" for text, _ in sorted(have - need, key=str)),
    ]


def read(file: Path) -> Catalog:
    with file.open("rb") as lines:
        return read_po(lines)


def texts(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


if __name__ == "__main__":
    sys.exit(main())
