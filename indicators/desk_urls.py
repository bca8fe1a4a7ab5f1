from django.urls import path

from blueprint import draft_views

from .desk import (
    absence,
    entering,
    gathering,
    guides,
    log_views,
    mail,
    moments,
    people,
    pre_release,
    releases,
    remarks,
    reports,
    table,
    updates,
)
from .evidence.views import release_file
from .sheets import views as sheets

app_name = "desk"
urlpatterns = [
    path("", updates.updates, name="updates"),
    path("people/", people.people, name="people"),
    path("people/assign/", people.people_assign, name="people-assign"),
    path("people/remind/", people.people_remind, name="people-remind"),
    path("keep/", draft_views.keep, name="keep"),
    path("indicators/<slug:code>/enter/", entering.enter, name="enter"),
    path("indicators/<slug:code>/effect/", entering.effect, name="effect"),
    path("indicators/<slug:code>/enter/<slug:period>/take-out/", entering.take_out, name="take-out"),
    path("indicators/<slug:code>/table/", table.table, name="table"),
    path("guide/", guides.guide, name="guide"),
    path("guide.png", guides.guide_picture, name="guide-picture"),
    path("indicators/<slug:code>/log/", log_views.log, name="log"),
    path("indicators/<slug:code>/log.csv", log_views.log_file, name="log-file"),
    path("releases/<int:pk>/", releases.release, name="release"),
    path("releases/<int:pk>/evidence/<str:sha256>/", release_file, name="release-evidence"),
    path("releases/<int:pk>/preview/<slug:code>/", releases.preview, name="release-preview"),
    path("releases/<int:pk>/submit/", releases.release_submit, name="release-submit"),
    path("releases/<int:pk>/recall/", releases.release_recall, name="release-recall"),
    path("releases/<int:pk>/gather/", gathering.release_gather, name="release-gather"),
    path("releases/<int:pk>/split/", gathering.release_split, name="release-split"),
    path("releases/<int:pk>/remark/", remarks.release_remark, name="release-remark"),
    path(
        "releases/<int:pk>/remark/<int:remark>/settle/",
        remarks.release_remark_settle,
        name="release-remark-settle",
    ),
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
    path("sheets/", sheets.sheets, name="sheets"),
    path("sheets/workbook.xlsx", sheets.workbook_file, {"ending": "xlsx"}, name="workbook.xlsx"),
    path("sheets/workbook.csv", sheets.workbook_file, {"ending": "csv"}, name="workbook.csv"),
    path("sheets/<int:pk>/", sheets.sheet, name="sheet"),
    path("sheets/<int:pk>/read/", sheets.sheet_read, name="sheet-read"),
    path("sheets/<int:pk>/confirm/", sheets.sheet_confirm, name="sheet-confirm"),
    path("sheets/<int:pk>/annotated/", sheets.sheet_annotated, name="sheet-annotated"),
    path("mail/", mail.preferences, name="mail"),
    path("absence/", absence.absence, name="absence"),
    path("absence/<int:pk>/end/", absence.absence_end, name="absence-end"),
    path("reports/", reports.reports, name="reports"),
    path("reports/<str:reference>/", reports.report, name="report"),
    path("reports/<str:reference>/answer/", reports.report_answer, name="report-answer"),
    path("reports/<str:reference>/close/", reports.report_close, name="report-close"),
    path("releases/<int:pk>/access.csv", pre_release.release_access_file, name="release-access-file"),
]
