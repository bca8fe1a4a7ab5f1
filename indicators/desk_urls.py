from django.urls import path

from .desk import entering, releases, updates

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
]
