"""Asking the API as a program would."""


def get(client, path, **asked):
    response = client.get(f"/api/v1/{path}", asked)
    assert response.status_code == 200, response.content
    return response.json()


def results(client, path, **asked):
    return get(client, path, **asked)["results"]


def all_of(client, path, **asked):
    """Every page of a list, one after another."""
    page = get(client, path, **{"limit": 200} | asked)
    found = page["results"]
    while page["next"]:
        page = client.get(page["next"]).json()
        found += page["results"]
    return found
