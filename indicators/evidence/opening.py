"""Opens a file that somebody sent in a process of its own, with bounds on time and memory, so that a file that is
made to break what opens it breaks that process and nothing else."""

import subprocess
import sys

from django.conf import settings

from . import opener
from .content_types import ENDINGS, NotAccepted, Opened


def opened_apart(content: bytes) -> Opened:
    """As ``opened``, but for what would not end or would need more memory than there is."""
    try:
        ran = subprocess.run(
            [sys.executable, "-m", opener.__name__],
            input=content,
            capture_output=True,
            timeout=opener.SECONDS,
            cwd=settings.BASE_DIR,
            # Nothing of ours is handed to it: no key, no address of the database.
            env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise NotAccepted("large") from None
    said, _line, kept = ran.stdout.partition(b"\n")
    if said.startswith(opener.REFUSED):
        raise NotAccepted(said.removeprefix(opener.REFUSED).decode())
    media_type = said.removeprefix(opener.DONE).decode("ascii", "replace")
    if ran.returncode or not said.startswith(opener.DONE) or media_type not in ENDINGS:
        raise NotAccepted("broken")
    return Opened(media_type, kept)
