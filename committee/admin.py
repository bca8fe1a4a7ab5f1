"""The committee's public record: proposals to change it. What the committee found and asked: to read only."""

from django.contrib import admin
from django.db.models import OuterRef, Subquery
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy

from blueprint.admin import PublicAdmin, ReadOnlyAdmin
from blueprint.models import PersonName
from blueprint.proposal_forms import NewForm, Structure
from indicators.admin import is_texts

from .models import ActionVersion, CommitteeVersion, Finding, MeetingVersion, SeatVersion
from .views import with_names


@admin.register(CommitteeVersion)
class CommitteeAdmin(PublicAdmin):
    pass


class NewSeatForm(NewForm):
    pattern = r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*"


@admin.register(SeatVersion)
class SeatAdmin(PublicAdmin):
    """Holders are edited by their names. What is published holds a commitment in the place of each."""

    new_form = NewSeatForm
    list_display = ("named", "holder", "kind", "starts_on", "ends_on", "since")
    list_filter = ("kind",)

    def get_queryset(self, request):
        names = PersonName.objects.filter(commitment=OuterRef("holder_en")).values("name")[:1]
        return super().get_queryset(request).annotate(holder_name=Subquery(names))

    def get_object(self, request, object_id, from_field=None):
        seat = super().get_object(request, object_id, from_field)
        return seat and with_names([seat])[0]

    @admin.display(description=gettext_lazy("name"))
    def holder(self, row):
        return row.holder_name


def is_agenda(read):
    return all(is_texts(item) for item in read)


@admin.register(MeetingVersion)
class MeetingAdmin(PublicAdmin):
    def own_formfield(self, db_field):
        if db_field.name == "agenda":
            return Structure(
                like=list, check=is_agenda, label=capfirst(db_field.verbose_name), required=False
            )
        return super().own_formfield(db_field)


@admin.register(Finding)
class FindingAdmin(ReadOnlyAdmin):
    reason = gettext_lazy("Findings are recorded by the chair and approved by the secretary.")
    list_display = ("meeting", "strategy", "confidence", "agreed_on", "example", "publication")
    list_filter = ("example",)
    ordering = ("-id",)


@admin.register(ActionVersion)
class ActionAdmin(ReadOnlyAdmin):
    reason = gettext_lazy("Actions are asked by the committee in its findings.")
    list_display = ("action", "office", "due_on", "state", "example", "publication")
    list_filter = ("state", "example")
    ordering = ("-id",)
