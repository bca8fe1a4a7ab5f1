"""Sign-in: accounts are given, never taken, and every sign-in and every refused one leaves an event."""

import logging
import time
from threading import Thread

from allauth.account.adapter import DefaultAccountAdapter, get_adapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.signals import password_changed, password_reset
from allauth.core.internal import ratelimit
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, ngettext_lazy, override
from django.utils.translation import gettext_lazy as _

from .audit import record, record_refusal
from .models import User
from .permissions import Permission

logger = logging.getLogger(__name__)


# A sentence of Django's own that its Simplified Chinese lacks: named here, our catalogues translate it.
TOO_SHORT = ngettext_lazy(
    "This password is too short. It must contain at least %d character.",
    "This password is too short. It must contain at least %d characters.",
)


class PasswordBackend(AuthenticationBackend):
    """Knows people by password. An account that may not sign in is answered as a wrong password is."""

    def authenticate(self, request, **credentials):
        user = super().authenticate(request, **credentials)
        # allauth keeps aside whoever gave the right password of a closed account, to tell them so.
        self.unstash_authenticated_user()
        return user

    def has_perm(self, user_obj, perm, obj=None):
        return False


class ClosedAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": _("No account has this e-mail address and this password together."),
        "enter_current_password": _("This is not your present password."),
        "too_many_login_attempts": _(
            "There were too many tries that failed, so no password is taken for the moment. "
            "Wait a few minutes and try again."
        ),
    }

    def is_open_for_signup(self, request):
        return False

    def is_ajax(self, request):
        """Pages only: what differs for programs would be a second door."""
        return False

    def is_safe_url(self, url):
        """Paths of this site alone: a link to sign in must not lead elsewhere afterwards."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_login_redirect_url(self, request):
        return home_of(request.user)

    def get_password_change_redirect_url(self, request):
        return home_of(request.user)

    def get_logout_redirect_url(self, request):
        return f"/{get_language()}/"

    # Limits: tight for an account from one address, slow for it from anywhere, so that five tries of a
    # stranger do not shut its owner out. The address a request names as its host plays no part.

    def _get_login_attempts_cache_key(self, request, **credentials):
        return f"{credentials.get('email', '').lower()} from {self.get_client_ip(request)}"

    def pre_authenticate(self, request, **credentials):
        try:
            super().pre_authenticate(request, **credentials)
            everywhere = ratelimit.consume(request, key=credentials.get("email", "").lower(), **EVERYWHERE)
            if not everywhere:
                raise self.validation_error("too_many_login_attempts")
        except ValidationError:
            refuse_sign_in(request, credentials, reason="limit")
            raise
        # Taken back together when the password is right.
        self._login_failed_rl_usage.usage.extend(everywhere.usage)

    # Mail

    def get_reset_password_from_key_url(self, key):
        """By the site's own address: what a request names as its host is anybody's word."""
        uidb36, _, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": uidb36, "key": token})
        return f"{settings.SITE_URL}{path}?language={self.request.LANGUAGE_CODE}"

    def send_mail(self, template_prefix, email, context):
        """Beside the answer, so that neither its time nor its failure tells who has an account."""
        Thread(target=deliver, args=(template_prefix, email, context), name="mail").start()

    def send_notification_mail(self, template_prefix, user, context=None, email=None):
        self.send_mail(template_prefix, user.email, {"user": user, "at": timezone.now()})


EVERYWHERE = {"app": "allauth.account", "action": "login_failed_everywhere"}


def deliver(template_prefix, email, context):
    known = context | {"site_url": settings.SITE_URL}
    try:
        with override(context["user"].language):
            subject = " ".join(render_to_string(f"{template_prefix}_subject.txt", known).split())
            body = render_to_string(f"{template_prefix}_message.txt", known)
            EmailMessage(subject, body, to=[email]).send()
    except Exception:
        logger.exception("A mail was not sent: %s", template_prefix)


def home_of(user):
    """Where a person's work is."""
    if user.may(Permission.OPEN_DESK):
        return reverse("desk:updates")
    if user.may(Permission.OPEN_ROOM):
        return reverse("room:papers")
    return reverse("admin:index")


# The audit trail


def listen():
    user_logged_in.connect(on_login, dispatch_uid="record_login")
    user_logged_out.connect(on_logout, dispatch_uid="record_logout")
    user_login_failed.connect(on_login_failed, dispatch_uid="record_login_failed")
    password_changed.connect(on_password_changed, dispatch_uid="record_password_changed")
    password_reset.connect(on_password_reset, dispatch_uid="record_password_reset")


def on_login(sender, request, user, **kwargs):
    request.session["signed_in_at"] = request.session["seen_at"] = time.time()
    record("sign_in", by=user, **address_of(request))


def on_logout(sender, request, user, **kwargs):
    if user is not None:
        record("sign_out", by=user, **address_of(request))


def on_login_failed(sender, credentials, request, **kwargs):
    refuse_sign_in(request, credentials)


def on_password_changed(sender, request, user, **kwargs):
    record("change_password", by=user, **address_of(request))


def on_password_reset(sender, request, user, **kwargs):
    """Whoever proved to read the account's mail need not wait for earlier tries to be forgotten."""
    adapter = get_adapter()
    adapter._delete_login_attempts_cached_email(request, email=user.email)
    ratelimit.clear(request, key=user.email.lower(), **EVERYWHERE)
    record("reset_password", by=user, **address_of(request))


def refuse_sign_in(request, credentials, **detail):
    """The address that was tried is kept only where it is an account's: people type passwords into wrong boxes."""
    email = credentials.get("email") or credentials.get("username") or ""
    user = User.objects.filter(email__iexact=email).first()
    record_refusal("sign_in", by=user, **address_of(request), **detail)


def address_of(request):
    try:
        return {"address": get_adapter().get_client_ip(request)} if request else {}
    except PermissionDenied:
        return {}
