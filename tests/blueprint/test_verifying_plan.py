import io

import pytest
from django.core.management import call_command

from blueprint import verifying

pytestmark = pytest.mark.usefixtures("real_plan", "db")


def test_real_plan_agrees_with_its_ledger():
    assert [str(difference) for difference in verifying.differences(whole_history=True)] == []


def test_recomputing_the_real_plan_finds_no_difference():
    said = io.StringIO()

    call_command("recompute_assessments", stdout=said)

    assert said.getvalue() == (
        "Recomputed 68 assessments at 48 publications, by version 1 of the method: no difference.\n"
    )
