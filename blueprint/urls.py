"""The map of the site."""

from django.conf.urls.i18n import i18n_patterns
from django.contrib import admin
from django.urls import include, path

from indicators import comparing, method_views

from . import (
    accounts_urls,
    calendar_views,
    corrections,
    demo_mails,
    errors,
    late,
    ledger_views,
    publication_views,
    report_views,
    search,
    site_map,
    statements,
    subscription_views,
    views,
)
from .api import documentation as api_documentation

handler400 = errors.bad_request
handler403 = errors.permission_denied
handler404 = errors.page_not_found
handler500 = errors.server_error

urlpatterns = [
    path("", views.home, name="home"),
    path("accounts/", include("blueprint.accounts_urls")),
    path("admin/", include(accounts_urls.admin_urlpatterns)),
    path("admin/", admin.site.urls),
    path("data/", include("indicators.exchange.urls")),
    path("ledger/", include("blueprint.ledger_urls")),
    path("api/v1/", include("blueprint.api.urls")),
    path("demo/mails/", demo_mails.mails, name="demo-mails"),
    path("demo/mails/<str:name>/", demo_mails.mail, name="demo-mail"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
    path("sitemap.xml", site_map.site_map_file, name="sitemap.xml"),
    path("robots.txt", site_map.robots, name="robots.txt"),
    path(".well-known/security.txt", site_map.security, name="security.txt"),
    *i18n_patterns(
        path("", views.overview, name="overview"),
        path("directions/", views.directions, name="directions"),
        path("directions/<slug:code>/", views.direction, name="direction"),
        path("publications/", publication_views.publications, name="publications"),
        path("publications/feed/", publication_views.feed, name="feed"),
        path("publications/subscribe/", subscription_views.subscribe, name="subscribe"),
        path(
            "publications/subscribe/confirm/<str:token>/",
            subscription_views.subscription_confirm,
            name="subscription-confirm",
        ),
        path(
            "publications/subscribe/end/<str:token>/",
            subscription_views.subscription_end,
            name="subscription-end",
        ),
        path("publications/<int:number>/", publication_views.publication, name="publication"),
        path("calendar/", calendar_views.calendar, name="calendar"),
        path("calendar.ics", calendar_views.calendar_file, name="calendar.ics"),
        path("corrections/", corrections.corrections, name="corrections"),
        path("data/api/", api_documentation.page, name="api-documentation"),
        path("data/", views.data, name="data"),
        path("compare/", comparing.compare, name="compare"),
        path("search/", search.search, name="search"),
        path("method/", method_views.method, name="method"),
        path("late/", late.late, name="late"),
        path("verify/", ledger_views.verify, name="verify"),
        path("report/", report_views.report, name="report"),
        path("report/find/", report_views.report_find, name="report-find"),
        path("report/<str:reference>/", report_views.report_state, name="report-state"),
        path("sitemap/", site_map.site_map, name="sitemap"),
        path("notices/", statements.notices, name="notices"),
        path("privacy/", statements.privacy, name="privacy"),
        path("accessibility/", statements.accessibility, name="accessibility"),
        path("", include("strategies.urls")),
        path("indicators/", include("indicators.urls")),
        path("committee/", include("committee.urls")),
        path("desk/", include("indicators.desk_urls")),
        path("room/", include("committee.room_urls")),
    ),
]
