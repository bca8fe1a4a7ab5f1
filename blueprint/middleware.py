"""What stands around every answer: headers, the language of sign-in, and refusals in plain words."""

from django.conf import settings
from django.core.exceptions import BadRequest
from django.utils.translation import get_language_from_path

from .errors import explain


class SecurityHeaders:
    """Headers that no other part sets, on every answer, errors and static files included."""

    HEADERS = {
        "Cross-Origin-Resource-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "X-Permitted-Cross-Domain-Policies": "none",
    }

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        response = self.get_response(request)
        for name, value in self.HEADERS.items():
            response.headers.setdefault(name, value)
        response.headers.setdefault("Cache-Control", "no-store")
        return response


class LanguageOfNext:
    """Pages of sign-in have no language in their address: they speak that of the page one came from."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        language = get_language_from_path(request.GET.get("next", "").split("?")[0])
        if language and request.path_info.startswith("/accounts/"):
            request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = language
        return self.get_response(request)


class PlainAnswers:
    """A request that cannot be met says why and what to do, with the right number."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        return self.get_response(request)

    def process_exception(self, request, exception):
        if isinstance(exception, BadRequest):
            return explain(request, 400, str(exception))
        return None
