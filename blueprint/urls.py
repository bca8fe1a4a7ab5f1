"""The map of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from indicators.exchange import views as files

from . import accounts_urls, calendar_views, corrections, errors, ledger_views, publication_views, views

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/", include("blueprint.accounts_urls")),
    path("admin/", include(accounts_urls.admin_urlpatterns)),
    path("admin/", admin.site.urls),
    path("data/observations.csv", files.observations, name="observations.csv"),
    path("data/targets.csv", files.targets, name="targets.csv"),
    path("data/assessments.csv", files.assessments, name="assessments.csv"),
    path("data/indicators.csv", files.indicators, name="indicators.csv"),
    path("data/indicators/<str:code>.csv", files.indicator, name="indicator.csv"),
    path("ledger/", include("blueprint.ledger_urls")),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    *i18n_patterns(
        path("", views.overview, name="overview"),
        path("directions/<slug:code>/", views.direction, name="direction"),
        path("publications/", publication_views.publications, name="publications"),
        path("publications/feed/", publication_views.feed, name="feed"),
        path("publications/<int:number>/", publication_views.publication, name="publication"),
        path("calendar/", calendar_views.calendar, name="calendar"),
        path("calendar.ics", calendar_views.calendar_file, name="calendar.ics"),
        path("corrections/", corrections.corrections, name="corrections"),
        path("data/", views.data, name="data"),
        path("verify/", ledger_views.verify, name="verify"),
        path("", include("strategies.urls")),
        path("indicators/", include("indicators.urls")),
        path("committee/", include("committee.urls")),
        path("desk/", include("indicators.desk_urls")),
        path("room/", include("committee.room_urls")),
    ),
]
