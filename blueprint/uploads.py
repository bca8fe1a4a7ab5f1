"""Bounds on what is sent: of a whole request before any of it is read, of each file while it comes in."""

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http.multipartparser import MultiPartParserError
from django.template.defaultfilters import filesizeformat
from django.utils.translation import gettext as _
from django.utils.translation import override

from .errors import explain, language_of
from .middleware import content_length, in_signed_in_area


class Bounded(FileUploadHandler):
    """Drops a file once it is larger than it may be, and notes its name for the form (``request.too_large``)."""

    def handle_raw_input(self, input_data, META, content_length, boundary, encoding=None):
        """Counts what comes: of a file that was cut off on its way the first half would pass for the whole."""
        self.said, self.came = content_length, 0
        stream = self.request._stream
        read = stream.read

        def counted(*args):
            piece = read(*args)
            self.came += len(piece)
            return piece

        stream.read = counted

    def upload_complete(self):
        if self.came < self.said:
            raise MultiPartParserError("The request ended before it was whole.")

    def new_file(self, *args, **kwargs):
        super().new_file(*args, **kwargs)
        self.counted = 0

    def receive_data_chunk(self, raw_data, start):
        self.counted += len(raw_data)
        if self.counted > settings.EVIDENCE_LARGEST:
            self.request.too_large = [*too_large(self.request), self.file_name]
            raise SkipFile
        return raw_data

    def file_complete(self, file_size):
        return None


def too_large(request):
    """Names of the files that were dropped."""
    return getattr(request, "too_large", [])


class BoundedRequests:
    """A body that says no length, or one beyond all bounds, is refused unread."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if request.method in ("GET", "HEAD", "OPTIONS"):
            return self.get_response(request)
        if "HTTP_TRANSFER_ENCODING" in request.META and not request.META.get("CONTENT_LENGTH"):
            return refuse(
                request, 400, lambda: _("Say how long the request is (Content-Length) and send it again.")
            )
        if content_length(request) > largest(request):
            return refuse(request, 413, lambda: too_large_words(request))
        return self.get_response(request)


def largest(request):
    """Files come to the signed-in areas alone; what is typed is never longer than this anywhere."""
    if request.META.get("CONTENT_TYPE", "").startswith("multipart/") and in_signed_in_area(request):
        return settings.UPLOAD_LARGEST
    return settings.DATA_UPLOAD_MAX_MEMORY_SIZE


def too_large_words(request):
    bound = filesizeformat(largest(request))
    return _(
        "All of it together may have %(bound)s at most. Go back, and send files one after another or smaller."
    ) % {"bound": bound}


def refuse(request, status, words):
    with override(language_of(request)):
        return explain(request, status, words())
