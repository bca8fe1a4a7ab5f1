import pytest

from indicators.admin import is_breakdown

SECTORS = {"dimension": "sector", "name": {"en": "Sector"}}
BUSINESS = {"code": "business", "name": {"en": "Business"}}


@pytest.mark.parametrize(
    ("said", "accepted"),
    [
        (SECTORS | {"categories": [BUSINESS]}, True),
        (SECTORS | {"categories": [BUSINESS, BUSINESS]}, False),
        (SECTORS | {"categories": [BUSINESS | {"code": "total"}]}, False),
        (SECTORS | {"categories": [BUSINESS | {"code": "x" * 41}]}, False),
        (SECTORS | {"categories": [{"code": "business"}]}, False),
        ({"dimension": "sector", "categories": [BUSINESS]}, False),
    ],
)
def test_breakdown_is_one_that_pages_and_columns_can_hold(said, accepted):
    assert is_breakdown(said) is accepted
