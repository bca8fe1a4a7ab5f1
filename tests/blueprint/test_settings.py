import os
import stat
import subprocess
import sys

import pytest
from django.conf import settings

PRODUCTION = {
    "SITE_URL": "https://blueprint.example",
    "SECRET_KEY": "kept for this check only, and long enough to pass it",
    "DATABASE_URL": "postgres://blueprint:secret-word@127.0.0.1:5432/blueprint",
    "DEBUG": "0",
    "TRUSTED_PROXIES": "1",
    "EMAIL_URL": "smtp+tls://mailer:secret-word@mail.example:587",
}


@pytest.fixture
def start(tmp_path):
    """Run something in a process of its own that has this environment and no other."""

    def start(*command, **environment):
        clean = {"PATH": os.environ["PATH"], "VAR_DIR": str(tmp_path), **environment}
        return subprocess.run(
            [sys.executable, *command], cwd=settings.BASE_DIR, env=clean, capture_output=True, text=True
        )

    return start


def asked(*names):
    return "-c", f"from blueprint.settings import *; print({', '.join(names)})"


def test_production_settings_pass_djangos_own_checks(start):
    done = start("manage.py", "check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)

    assert (done.returncode, done.stdout) == (0, "System check identified no issues (0 silenced).\n"), (
        done.stderr
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "nonsense"),
        ("DATABASE_URL", "postgres://blueprint:secret-word@host:port/blueprint"),
        ("DATABASE_URL", "mysql://blueprint:secret-word@host/blueprint"),
        ("DATABASE_URL", "postgres://blueprint:secret-word@host"),
        ("DATABASE_URL", "://"),
        ("SITE_URL", "blueprint.example"),
        ("SITE_URL", "ftp://blueprint.example"),
        ("SITE_URL", "https://"),
        ("SITE_URL", "https://blueprint.example/below"),
        ("SITE_URL", "https://[nonsense"),
        ("SITE_URL", "https://blueprint.example:port"),
        ("CACHE_URL", "nonsense"),
        ("CACHE_URL", "http://cache.example"),
        ("CACHE_URL", "redis://:secret-word@cache.example:port"),
        ("LOG_PAGES", "maybe"),
        ("TRUSTED_PROXIES", "one"),
        ("EMAIL_URL", "nonsense"),
        ("EMAIL_URL", "smtp://mailer:secret-word@mail:port"),
        ("SESSION_IDLE_MINUTES", "half an hour"),
        ("DEBUG", "maybe"),
        ("SECRET_KEY", ""),
    ],
)
def test_bad_value_stops_the_start_with_its_name_and_without_its_secret(start, name, value):
    done = start("manage.py", "check", **PRODUCTION | {name: value})

    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert last.startswith(f"django.core.exceptions.ImproperlyConfigured: {name} ")
    assert "secret-word" not in done.stderr


def test_missing_secret_key_on_https_says_how_to_make_one(start, tmp_path):
    done = start("manage.py", "check", SITE_URL="https://blueprint.example")

    assert "SECRET_KEY is missing from the environment" in done.stderr
    assert "secrets.token_urlsafe(64)" in done.stderr
    assert not (tmp_path / "secret-key").exists()


def test_secret_key_of_a_machine_is_made_once_and_for_its_owner_only(start, tmp_path):
    first, second = (start(*asked("SECRET_KEY")).stdout.strip() for _ in range(2))

    assert first == second
    assert len(first) == 86
    assert stat.S_IMODE((tmp_path / "secret-key").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["secret-key"]


def test_without_an_environment_the_site_is_for_this_machine_alone(start):
    done = start(*asked("DEBUG", "DEMO", "SITE_URL", "ALLOWED_HOSTS", "ALLAUTH_TRUSTED_PROXY_COUNT"))

    assert done.stdout == "False False http://127.0.0.1:8000 ['127.0.0.1', 'localhost', '127.0.0.1'] 0\n", (
        done.stderr
    )


def test_proxys_word_on_https_counts_only_where_there_is_a_proxy(start):
    alone = start(*asked("SECURE_PROXY_SSL_HEADER"), **PRODUCTION | {"TRUSTED_PROXIES": "0"})
    behind = start(*asked("SECURE_PROXY_SSL_HEADER"), **PRODUCTION)

    assert alone.stdout == "None\n"
    assert behind.stdout == "('HTTP_X_FORWARDED_PROTO', 'https')\n"
