"""Asks a virus scanner, where the site has one."""

import shlex
import subprocess
from typing import NamedTuple

from django.conf import settings


class Infected(Exception):
    """The scanner found something. ``words`` are its own, for the record."""

    def __init__(self, words: str):
        super().__init__(words)
        self.words = words


class NotScanned(Exception):
    """There is a scanner and it gave no answer: then nothing is kept."""


class Verdict(NamedTuple):
    scanned: bool


def scan(content: bytes) -> Verdict:
    """By exit code: 0 clean, 1 infected, all else no answer. Without a command nothing is scanned, and the page says so."""
    if not settings.SCAN_COMMAND:
        return Verdict(scanned=False)
    try:
        ran = subprocess.run(
            shlex.split(settings.SCAN_COMMAND),
            input=content,
            capture_output=True,
            timeout=settings.SCAN_SECONDS,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired):
        raise NotScanned from None
    if ran.returncode == 1:
        raise Infected(ran.stdout.decode("utf-8", "replace").strip()[:300])
    if ran.returncode:
        raise NotScanned
    return Verdict(scanned=True)
