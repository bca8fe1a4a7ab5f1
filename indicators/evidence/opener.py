"""The process that opens one file. No Django, so that it begins at once.

python -m indicators.evidence.opener < file    answers: what it is on the first line, then the file as it is kept
"""

import resource
import sys

from .content_types import NotAccepted, opened

SECONDS, MEMORY = 30, 1024 * 1024 * 1024
REFUSED, DONE = b"refused ", b"is "


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    out = sys.stdout.buffer
    try:
        found = opened(sys.stdin.buffer.read())
    except NotAccepted as refusal:
        out.write(REFUSED + refusal.fault.encode() + b"\n")
    else:
        out.write(DONE + found.media_type.encode() + b"\n" + found.content)


if __name__ == "__main__":
    main()
