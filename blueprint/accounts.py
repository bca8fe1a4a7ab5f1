"""Sign-in: accounts are given, never taken, and every sign-in and every refused one leaves an event."""

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.urls import reverse

from .permissions import Permission


class ClosedAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False

    def get_login_redirect_url(self, request):
        return home_of(request.user)


def home_of(user):
    """Where a person's work is."""
    if user.may(Permission.OPEN_DESK):
        return reverse("desk:updates")
    if user.may(Permission.OPEN_ROOM):
        return reverse("room:papers")
    return reverse("admin:index")


def listen():
    user_logged_in.connect(on_login, dispatch_uid="record_login")
    user_logged_out.connect(on_logout, dispatch_uid="record_logout")
    user_login_failed.connect(on_login_failed, dispatch_uid="record_login_failed")


def on_login(sender, user, **kwargs):
    from .audit import record

    record("sign_in", by=user)


def on_logout(sender, user, **kwargs):
    from .audit import record

    if user is not None:
        record("sign_out", by=user)


def on_login_failed(sender, credentials, **kwargs):
    """The address that was tried is kept only where it is an account's: people type passwords into wrong boxes."""
    from .audit import record_refusal
    from .models import User

    email = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=email).first()
    record_refusal("sign_in", by=user)
