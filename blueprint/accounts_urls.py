"""Of allauth's addresses those that a closed site needs: sign in, sign out, and one's password."""

from allauth.account import views
from django.contrib.auth.decorators import login_not_required
from django.urls import path

urlpatterns = [
    path("login/", login_not_required(views.login), name="account_login"),
    path("logout/", login_not_required(views.logout), name="account_logout"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", login_not_required(views.password_reset), name="account_reset_password"),
    path("password/reset/done/", login_not_required(views.password_reset_done), name="account_reset_password_done"),
    path(
        "password/reset/key/<str:uidb36>-<str:key>/",
        login_not_required(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        login_not_required(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
]
