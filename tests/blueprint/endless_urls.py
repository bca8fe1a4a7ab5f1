"""The site's map, and beside it a list that always has another page."""

from django.http import HttpResponse
from django.urls import path

from blueprint import urls
from blueprint.moment import public

handler404 = urls.handler404


@public
def endless(request):
    after = int(request.GET.get("page", "1")) + 1
    return HttpResponse(f'<main><a href="?page={after}">on</a></main>')


urlpatterns = [path("zz/", endless), *urls.urlpatterns]
