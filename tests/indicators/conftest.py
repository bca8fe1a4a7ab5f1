import pytest

from tests.factories import UserFactory


@pytest.fixture
def sign_in(client, db):
    def sign_in(role, **fields):
        person = UserFactory(role=role, **fields)
        client.force_login(person)
        return person

    return sign_in
