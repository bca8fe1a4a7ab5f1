"""What a page is held against: the same bytes from a bare WSGI function, and from Django as it comes."""

import json
import os
from base64 import b64decode
from pathlib import Path

ANSWER = json.loads(Path(os.environ["BENCH_ANSWER"]).read_text())
HEADERS = [(name, value) for name, value in ANSWER["headers"]]
UNCHANGED = [
    (name, value) for name, value in HEADERS if name.lower() not in ("content-length", "content-type")
]
BODY = b64decode(ANSWER["body"])


def bare(environ, start_response):
    if environ.get("HTTP_IF_NONE_MATCH"):
        start_response("304 Not Modified", UNCHANGED)
        return []
    start_response("200 OK", HEADERS)
    return [BODY]


def plain():
    """A view with Django's default middleware that returns the bytes from a local cache."""
    import django
    from django.conf import settings
    from django.core.cache import cache
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpResponse
    from django.urls import re_path

    def view(request):
        return HttpResponse(cache.get("page"), headers=dict(HEADERS))

    settings.configure(
        SECRET_KEY="for this measure only",
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF=type("Urls", (), {"urlpatterns": [re_path("", view)]}),
        INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions"],
        # As startproject writes them.
        MIDDLEWARE=[
            "django.middleware.security.SecurityMiddleware",
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.common.CommonMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "django.middleware.clickjacking.XFrameOptionsMiddleware",
        ],
    )
    django.setup()
    cache.set("page", BODY, None)
    return WSGIHandler()
