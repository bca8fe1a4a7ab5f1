"""The API does what its description says: requests are made from it, and answers of a real site held against it.

Every case that the description names belongs to the suite; `CHAOS=1` adds many that are made up.
"""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

LONG = os.environ.get("CHAOS") == "1"
ASKING = [
    "--checks=all", "--phases=examples,coverage,fuzzing", f"--max-examples={50 if LONG else 1}", "--seed=1", "--workers=2",
    "--warnings=off", "--no-color",
]  # fmt: skip


@pytest.mark.long
def test_I19_every_operation_answers_as_its_description_says(make_site, tmp_path):
    if LONG:
        signal.alarm(0)
    site = make_site("plan", API_REQUESTS_A_MINUTE="0")
    schemathesis = Path(sys.executable).with_name("schemathesis")
    address = f"http://127.0.0.1:{site.port}"

    asked = subprocess.run(
        [schemathesis, "run", f"{address}/api/v1/schema/", f"--url={address}", *ASKING],
        env=os.environ
        | {"SCHEMATHESIS_HOOKS": "tests.api.well_formed", "PYTHONPATH": str(settings.BASE_DIR)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )

    assert asked.returncode == 0, asked.stdout
    assert "No issues found" in asked.stdout
