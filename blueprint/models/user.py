from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from ..permissions import EVER_DEPUTIES, LENDABLE, OFFICE_ROLES, Permission, Role, RoleBackend, lent, may
from .office import Office


class UserManager(BaseUserManager):
    def create_user(self, email, password=None, **fields):
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.full_clean(exclude=["password"])
        user.save()
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(email, password, **{"role": Role.ADMINISTRATOR, **fields})


class User(AbstractBaseUser):
    """A person with an account: one role, and for work of an office that office."""

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=20, choices=Role)
    office = models.ForeignKey(
        Office, models.PROTECT, null=True, blank=True, related_name="users", verbose_name=_("office")
    )
    language = models.CharField(
        _("language"),
        max_length=8,
        choices=[("en", "English"), ("zh-hant", "繁體中文"), ("zh-hans", "简体中文")],
        default="en",
    )
    is_active = models.BooleanField(_("may sign in"), default=True)
    is_example = models.BooleanField(_("demonstration account"), default=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        ordering = ["email"]
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.UniqueConstraint(Lower("email"), name="user_email_once_in_any_case"),
            models.CheckConstraint(
                name="user_office_with_office_roles",
                condition=models.Q(role__in=OFFICE_ROLES, office__isnull=False)
                | (~models.Q(role__in=OFFICE_ROLES) & models.Q(office=None)),
                violation_error_message=_(
                    "Officials, approvers and heads need an office; nobody else has one."
                ),
            ),
        ]

    def __str__(self):
        return self.name

    @classmethod
    def normalize_username(cls, username):
        """Sign-in looks for e-mail addresses in small letters."""
        return super().normalize_username(username).lower()

    @property
    def is_staff(self):
        return self.is_active and may(self.role, Permission.OPEN_ADMIN)

    @property
    def is_superuser(self):
        return False

    def has_perm(self, perm, obj=None):
        # Not by way of the other backends: they look for Django's groups, which are not in use here.
        return self.is_active and RoleBackend().has_perm(self, perm, obj)

    def has_module_perms(self, app_label):
        return self.is_staff

    def may(self, permission):
        return self.is_active and (may(self.role, permission) or bool(self.lenders(permission)))

    def lenders(self, permission):
        """Those who are away, and in whose place alone this person may do something now."""
        if may(self.role, permission) or permission not in LENDABLE:
            return []
        return [absent for absent in self.absent_colleagues if permission in lent(absent, self)]

    @cached_property
    def absent_colleagues(self):
        """Whose deputy the person is at this moment. Each request loads its person anew, so it holds for one request."""
        if self.pk is None or self.role not in EVER_DEPUTIES:
            return []
        return [row.absent for row in self.deputyships.in_force().select_related("absent")]
