import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "blueprint.settings")
application = get_wsgi_application()

# What follows needs Django to be ready.
from django.conf import settings  # noqa: E402

from . import verifying  # noqa: E402
from .build import build  # noqa: E402
from .one_encoding import OneEncoding  # noqa: E402
from .pages import PageCache  # noqa: E402
from .public_reads import PublicReads  # noqa: E402
from .roles import check_at_start  # noqa: E402
from .shared_pages import SharedPages  # noqa: E402

check_at_start()
verifying.check_at_start()
application = PublicReads(OneEncoding(application))
# A developer wants to see the template that was just saved.
if not settings.DEBUG:
    shared = SharedPages(settings.CACHE_URL, settings.SECRET_KEY) if settings.CACHE_URL else None
    application = PageCache(application, build=build(), shared=shared)
