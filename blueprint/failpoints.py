"""Named points at which a process dies when the environment says so, to prove that nothing is left half done."""

import os

ASKED = os.environ.get("FAILPOINT", "")


def failpoint(name: str) -> None:
    """As a kill would: no clean-up, no rollback by us. Does nothing unless FAILPOINT names this point."""
    if ASKED and name == ASKED:
        os._exit(137)
