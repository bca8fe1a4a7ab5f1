"""What an indicator's figures can be at all: said with the plan, or proposed in the administration."""

from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from blueprint.permissions import Role
from indicators.models import IndicatorEntry, IndicatorVersion
from tests.blueprint.test_admin import address, opened, post_accepting
from tests.factories import UserFactory, publish_indicator


def test_lowest_above_the_highest_cannot_be_published(db):
    with pytest.raises(IntegrityError), transaction.atomic():
        publish_indicator(lowest=Decimal(2), highest=Decimal(1))


@pytest.mark.parametrize(("lowest", "highest"), [(None, None), (1, None), (None, 1), (1, 1)])
def test_either_limit_may_be_left_open(db, lowest, highest):
    publish_indicator(lowest=lowest, highest=highest)

    row = IndicatorVersion.objects.get()
    assert (row.lowest, row.highest, row.cumulative) == (lowest, highest, False)


def test_administration_proposes_the_limits_of_an_indicator(client, db):
    publish_indicator()
    version = IndicatorVersion.objects.get()
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    typed = opened(client, version) | {
        "lowest": "0",
        "highest": "100.5",
        "cumulative": "on",
        "why": "A share.",
    }

    post_accepting(client, address(IndicatorVersion, "change", version.pk), typed, follow=True)

    entry = IndicatorEntry.objects.get()
    assert (entry.lowest, entry.highest, entry.cumulative) == (0, Decimal("100.5"), True)


def test_administration_refuses_a_lowest_above_the_highest(client, db):
    publish_indicator()
    version = IndicatorVersion.objects.get()
    client.force_login(UserFactory(role=Role.ADMINISTRATOR))
    typed = opened(client, version) | {"lowest": "2", "highest": "1", "why": "A slip."}

    answer = post_accepting(client, address(IndicatorVersion, "change", version.pk), typed)

    assert "The lowest possible figure is above the highest." in answer.content.decode()
    assert not IndicatorEntry.objects.exists()
