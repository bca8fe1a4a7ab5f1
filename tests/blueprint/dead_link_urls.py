"""The site's map, and beside it a page that leads to one that does not exist."""

from django.http import HttpResponse
from django.urls import path

from blueprint import urls
from blueprint.moment import public

handler404 = urls.handler404


@public
def page(request):
    return HttpResponse('<main><a href="/en/nowhere/">on</a></main>')


urlpatterns = [path("en/page/", page), *urls.urlpatterns]
