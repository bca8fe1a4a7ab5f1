import pytest

from blueprint import verifying

pytestmark = pytest.mark.usefixtures("real_plan", "db")


def test_real_plan_agrees_with_its_ledger():
    assert [str(difference) for difference in verifying.differences(whole_history=True)] == []
