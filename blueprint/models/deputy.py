import datetime

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ..clock import hong_kong_date
from ..permissions import lent

LONGEST = datetime.timedelta(days=90)


class DeputyQuerySet(models.QuerySet):
    def in_force(self):
        """Begun and not over, by the database's clock."""
        return self.filter(from_at__lte=Now(), until_at__gt=Now(), ended_at=None)

    def not_over(self):
        return self.filter(until_at__gt=Now(), ended_at=None)

    def people_acting_for(self, people, permission):
        """These people, and whoever may do this now in the place of one of them."""
        known = {person.pk: person for person in people}
        for row in self.in_force().filter(absent__in=known).select_related("absent", "deputy"):
            if permission in lent(row.absent, row.deputy):
                known.setdefault(row.deputy_id, row.deputy)
        return list(known.values())


class Deputy(models.Model):
    """A person who acts in another's place while that person is away. Begins and ends by the clock."""

    absent = models.ForeignKey(
        "blueprint.User", models.PROTECT, related_name="absences", verbose_name=_("who is away")
    )
    deputy = models.ForeignKey(
        "blueprint.User", models.PROTECT, related_name="deputyships", verbose_name=_("deputy")
    )
    from_at = models.DateTimeField(_("from"))
    until_at = models.DateTimeField(_("until"))
    reason = models.CharField(_("reason"), max_length=300)
    set_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    set_at = models.DateTimeField()
    ended_by = models.ForeignKey("blueprint.User", models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)

    objects = DeputyQuerySet.as_manager()

    class Meta:
        ordering = ["from_at", "id"]
        verbose_name = _("deputy")
        verbose_name_plural = _("deputies")
        constraints = [
            models.CheckConstraint(name="deputy_is_another_person", condition=~Q(deputy=F("absent"))),
            models.CheckConstraint(name="deputy_until_after_from", condition=Q(until_at__gt=F("from_at"))),
            models.CheckConstraint(
                name="deputy_ended_with_person_and_moment",
                condition=Q(ended_by=None, ended_at=None) | Q(ended_by__isnull=False, ended_at__isnull=False),
            ),
        ]

    def __str__(self):
        return f"{self.deputy_id} for {self.absent_id}"

    @property
    def first_day(self):
        return hong_kong_date(self.from_at)

    @property
    def last_day(self):
        return hong_kong_date(self.until_at - datetime.timedelta(microseconds=1))
