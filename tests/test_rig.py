import signal
import socket

import psycopg2
import pytest

from tests import rig
from tests.factories import change, publish_changes


def test_sites_have_databases_of_their_own(make_site):
    with_plan, empty = make_site("plan"), make_site()

    count = "from blueprint.models import Publication; print(Publication.objects.count() > 0)"
    assert (with_plan.run(count).stdout, empty.run(count).stdout) == ("True\n", "False\n")
    assert with_plan.get("/en/publications/1/").status == 200
    assert empty.get("/en/publications/1/").status == 404


def test_site_of_the_running_test_shows_what_the_test_publishes(transactional_db, make_site):
    publish_changes(change("observation"), title="Said by the test itself")

    assert "Said by the test itself" in make_site("test").get("/en/publications/").text


def test_people_sign_in_to_a_demo(make_site):
    site = make_site("demo", workers=2)

    assert site.sign_in("official").get("/en/desk/").status == 200
    assert site.get("/en/desk/").status == 302


def test_command_dies_at_its_failpoint(make_site):
    site = make_site(start=False)

    died = site.run(
        "from blueprint.failpoints import failpoint; failpoint('here')", check=False, FAILPOINT="here"
    )

    assert died.returncode == 137


def test_redis_stands_still_and_goes(redis):
    def ask():
        with socket.create_connection(("127.0.0.1", redis.port), timeout=0.2) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(100)

    assert ask() == b"+PONG\r\n"
    redis.signal(signal.SIGSTOP)
    with pytest.raises(TimeoutError):
        ask()
    redis.kill()
    with pytest.raises(ConnectionError):
        ask()


@pytest.mark.only_on("postgresql")
def test_proxy_keeps_the_answer_to_commit(make_site):
    site = make_site(start=False)
    proxy = rig.Proxy(rig.urlsplit(site.database_url).port)
    proxied = psycopg2.connect(proxy.before(site.database_url))
    proxied.cursor().execute("CREATE TABLE kept (id int)")
    proxy.swallow_commit = True

    with pytest.raises(psycopg2.OperationalError):
        proxied.commit()

    proxy.stop()
    direct = psycopg2.connect(site.database_url)
    direct.cursor().execute("SELECT * FROM kept")
    direct.close()
    assert proxy.swallowed == 1
