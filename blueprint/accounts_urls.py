"""Of allauth's addresses those that a closed site needs: sign in, sign out, and one's password."""

from allauth.account import views
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect
from django.urls import path, re_path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe


@login_not_required
def sign_out(request):
    response = views.logout(request)
    if request.method == "POST":
        response.headers["Clear-Site-Data"] = '"cache", "cookies", "storage"'
    return response


@login_not_required
@require_safe
def admin_login(request):
    """The admin has no door of its own: sign-in has its limits in one place."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))
    if not request.user.is_staff:
        raise PermissionDenied(_("Administration is open to administrators and auditors."))
    return redirect("admin:index")


@require_safe
def admin_password_change(request):
    return redirect("account_change_password")


urlpatterns = [
    path("login/", views.login, name="account_login"),
    path("logout/", sign_out, name="account_logout"),
    path("password/change/", views.password_change, name="account_change_password"),
    path("password/reset/", views.password_reset, name="account_reset_password"),
    path("password/reset/done/", views.password_reset_done, name="account_reset_password_done"),
    # The key holds a hyphen itself, so that path() would part it from the person at the wrong one.
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[0-9A-Za-z-]{1,100})/$",
        views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "password/reset/key/done/",
        views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

# Put before the admin's own addresses of these names.
admin_urlpatterns = [
    path("login/", admin_login, name="admin_login"),
    path("logout/", sign_out, name="admin_logout"),
    path("password_change/", admin_password_change, name="admin_password_change"),
]
