from django.urls import path

from .desk import entering, moments, pre_release, releases, reports, updates

app_name = "desk"
urlpatterns = [
    path("", updates.updates, name="updates"),
    path("indicators/<slug:code>/enter/", entering.enter, name="enter"),
    path("indicators/<slug:code>/enter/<slug:period>/take-out/", entering.take_out, name="take-out"),
    path("releases/<int:pk>/", releases.release, name="release"),
    path("releases/<int:pk>/preview/<slug:code>/", releases.preview, name="release-preview"),
    path("releases/<int:pk>/submit/", releases.release_submit, name="release-submit"),
    path("releases/<int:pk>/return/", releases.release_return, name="release-return"),
    path("releases/<int:pk>/approve/", releases.release_approve, name="release-approve"),
    path("releases/<int:pk>/take-back/", releases.release_take_back, name="release-take-back"),
    path("releases/<int:pk>/withdraw/", releases.release_withdraw, name="release-withdraw"),
    path("releases/<int:pk>/publish/", releases.release_publish, name="release-publish"),
    path("releases/<int:pk>/moment/", moments.release_moment, name="release-moment"),
    path("releases/<int:pk>/reschedule/", moments.release_reschedule, name="release-reschedule"),
    path(
        "releases/<int:pk>/reschedule/agree/",
        moments.release_reschedule_agree,
        name="release-reschedule-agree",
    ),
    path(
        "releases/<int:pk>/reschedule/decline/",
        moments.release_reschedule_decline,
        name="release-reschedule-decline",
    ),
    path("releases/<int:pk>/access/", pre_release.release_access, name="release-access"),
    path(
        "releases/<int:pk>/access/<int:user>/end/", pre_release.release_access_end, name="release-access-end"
    ),
    path("reports/", reports.reports, name="reports"),
    path("reports/<str:reference>/", reports.report, name="report"),
    path("reports/<str:reference>/answer/", reports.report_answer, name="report-answer"),
    path("reports/<str:reference>/close/", reports.report_close, name="report-close"),
    path("releases/<int:pk>/access.csv", pre_release.release_access_file, name="release-access-file"),
]
