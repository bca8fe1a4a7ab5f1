"""What this installation would make of the same data: a digest, part of the key that pages are kept under."""

import hashlib
import platform
from collections.abc import Iterator
from pathlib import Path

import django
from django.conf import settings

FOLDERS = ("blueprint", "strategies", "indicators", "committee", "templates", "static")
KINDS = {".py", ".html", ".txt", ".xml", ".css", ".svg", ".js", ".json", ".mo"}


def build() -> str:
    """Code, templates, translations, static files as collected, libraries, and the settings that pages show."""
    digest = hashlib.sha256()
    for said in (
        django.__version__,
        platform.python_version(),
        settings.SITE_URL,
        settings.DEMO,
        settings.DEBUG,
        settings.CONTACT_EMAIL,
    ):
        digest.update(f"{said}\n".encode())
    for path in files():
        content = path.read_bytes()
        digest.update(f"{path.name} {len(content)}\n".encode() + content)
    return digest.hexdigest()[:16]


def files() -> Iterator[Path]:
    base = settings.BASE_DIR
    for folder in FOLDERS:
        yield from sorted(
            path for path in (base / folder).rglob("*") if path.suffix in KINDS and path.is_file()
        )
    for single in (base / "requirements.lock", settings.STATIC_ROOT / "staticfiles.json"):
        if single.exists():
            yield single
