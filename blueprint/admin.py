"""Administration: accounts; proposals to change what is published; and, to read only, what nobody may change here.

Nothing in the admin changes a public table. `PublicAdmin` turns its form into a release that another person
approves; `ReadOnlyAdmin` says that it only shows, and why.
"""

import secrets

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpResponseRedirect
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import capfirst
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from .actions import Refused, changes_of
from .audit import record
from .drafts import forget_all
from .language_forms import DRAFT, with_simplified_drafts
from .models import (
    CalendarItemVersion,
    DirectionVersion,
    Event,
    Identified,
    Mail,
    OfficeVersion,
    PlanVersion,
    Publication,
    Release,
    SourceVersion,
    User,
)
from .nouns import Change, noun_of, nouns
from .pre_release import record_view
from .proposal_forms import (
    LANGUAGE_CHOICES,
    IdentityChoice,
    NewForm,
    ProposalForm,
    Structure,
    WordList,
    known_sources,
)
from .proposing import LAST, propose_change, waiting_for
from .wording import moment_text, name_of

admin.site.site_header = gettext_lazy("Blueprint progress: administration")
admin.site.site_title = gettext_lazy("Administration")
admin.site.index_title = gettext_lazy("What can be looked after here")
admin.site.empty_value_display = gettext_lazy("not set")


class StatedAdmin(admin.ModelAdmin):
    """Says on each page what saving does. Nothing is ever deleted, and nothing is changed in bulk."""

    actions = None
    list_per_page = 50
    save_on_top = False
    change_form_template = "admin/stated_change_form.html"
    change_list_template = "admin/stated_change_list.html"
    no_deletion = gettext_lazy("Nothing is deleted here.")

    def statement(self, request):
        """What a person should know before they begin."""
        raise NotImplementedError

    def has_delete_permission(self, request, obj=None):
        return False

    def delete_view(self, request, object_id, extra_context=None):
        raise PermissionDenied(str(self.no_deletion))

    def changelist_view(self, request, extra_context=None):
        if request.method == "POST":
            raise PermissionDenied(_("A list is only read. Open one line of it to change that."))
        return super().changelist_view(
            request, {"statement": self.statement(request)} | (extra_context or {})
        )

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        extra = {"statement": self.statement(request), "show_save_and_add_another": False}
        extra |= {"show_save_and_continue": False, "show_history": self.has_history}
        return super().changeform_view(request, object_id, form_url, extra | (extra_context or {}))

    has_history = False

    def history_view(self, request, object_id, extra_context=None):
        raise Http404

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        if isinstance(db_field, models.URLField):
            kwargs.setdefault("assume_scheme", "https")
        return super().formfield_for_dbfield(db_field, request, **kwargs)

    # The audit trail records what is done; Django's own log, which can be edited, does not.
    def log_addition(self, request, obj, message):
        return None

    def log_change(self, request, obj, message):
        return None


LAST_FIELDS = ("unofficial", "sources", "withdrawn")

# --- proposals -------------------------------------------------------------------------------------------


class PublicAdmin(StatedAdmin):
    """What stands now of a public noun. Its form proposes a change; the public tables stay as they are."""

    form = ProposalForm
    new_form = NewForm
    list_display = ("named", "since")
    has_history = True
    extras = ("why", "token", "stands")
    no_deletion = gettext_lazy("What was published is never deleted. Propose a change of it instead.")

    @property
    def noun(self):
        return noun_of(self.model)

    @property
    def key(self):
        return self.model.key[0]

    @property
    def own_identity(self):
        """Whether the key is a code of this noun's own; a baseline has that of its indicator."""
        return self.model._meta.get_field(self.key).related_model._meta.model_name == self.noun.name

    def statement(self, request):
        if not self.has_change_permission(request):
            return _(
                "You may read this. Changes are proposed by an administrator and approved by a publisher."
            )
        return _(
            "Saving changes nothing that the public sees. It makes a release with your change and its reason. "
            "It becomes public when another person has approved it and it has been published."
        )

    # Which rows

    def get_queryset(self, request):
        return self.model.objects.as_at(LAST).select_related("publication").defer("publication__leaf")

    def get_object(self, request, object_id, from_field=None):
        """The version that stands now, also by the address of an earlier one."""
        asked = self.model.objects.filter(pk=as_number(object_id)).first()
        if asked is None:
            return None
        return self.get_queryset(request).filter(**self.same_thing(asked)).first()

    def same_thing(self, row):
        """What tells its versions from those of other things."""
        return dict(zip(self.noun.key, self.noun.key_of(self.noun.content(row)), strict=True))

    def get_ordering(self, request):
        return (self.key,)

    def get_search_fields(self, request):
        texts = [f.name for f in self.noun.fields if isinstance(f, (models.CharField, models.TextField))]
        return [*(name for name in texts if name not in self.noun.names), f"{self.key}__code"]

    @admin.display(description=gettext_lazy("which"))
    def named(self, row):
        code, name = getattr(row, f"{self.key}_id"), name_of(row)
        return f"{code} · {name}" if name else code

    @admin.display(description=gettext_lazy("stands since"))
    def since(self, row):
        return since_text(row.publication)

    # Which fields

    def content_fields(self, request, obj):
        key = [] if self.own_identity or obj else [self.key]
        skipped = {self.key, *self.left_out}
        # What was never public cannot be taken back.
        skipped |= set() if obj else {"withdrawn"}
        names = [f.name for f in self.noun.fields if f.name not in skipped]
        # What a text rests on comes after the text, and to take it all back is the last thing.
        return key + sorted(names, key=lambda name: LAST_FIELDS.index(name) if name in LAST_FIELDS else -1)

    left_out = ()

    def get_fields(self, request, obj=None):
        fields = self.content_fields(request, obj)
        if obj:
            fields = [self.key, *fields]
        elif self.own_identity:
            fields = ["code", *fields]
        return [*fields, *self.extras] if self.proposes(request, obj) else fields

    def proposes(self, request, obj):
        return self.has_change_permission(request, obj) if obj else self.has_add_permission(request)

    def get_readonly_fields(self, request, obj=None):
        return (self.key,) if obj else ()

    def get_form(self, request, obj=None, change=False, **kwargs):
        if obj is None and self.own_identity:
            kwargs["form"] = self.new_form
        return super().get_form(request, obj, change=change, **kwargs)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if isinstance(db_field, Identified):
            noun = next(n for n in nouns() if n.name == db_field.related_model._meta.model_name)
            return IdentityChoice(noun, label=capfirst(db_field.verbose_name), required=not db_field.blank)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        made = self.own_formfield(db_field)
        return made or super().formfield_for_dbfield(db_field, request, **kwargs)

    def own_formfield(self, db_field):
        """A field for what Django would show as raw JSON; None for all others."""
        if not isinstance(db_field, models.JSONField):
            return None
        options = {"label": capfirst(db_field.verbose_name), "required": False}
        if db_field.name == "unofficial":
            return forms.MultipleChoiceField(
                choices=LANGUAGE_CHOICES, widget=forms.CheckboxSelectMultiple, **options
            )
        if db_field.name == "sources":
            return WordList(
                known=known_sources, help_text=_("Codes of sources, with spaces between them."), **options
            )
        return Structure(like=type(db_field.get_default()), **options)

    # What saving does

    def save_model(self, request, obj, form, change):
        if not change and self.own_identity:
            setattr(obj, f"{self.key}_id", form.cleaned_data["code"])
        self.complete(obj)
        proposed = Change(self.noun, self.noun.content(obj))
        token = form.cleaned_data["token"]
        try:
            obj.release = propose_change(
                proposed, by=request.user, reason=form.reason, token=token, accepting=form.accepting
            )
        except Refused as refusal:
            raise PermissionDenied(str(refusal)) from None

    def complete(self, obj):
        """Fill in what follows from the other fields."""

    def response_add(self, request, obj, post_url_continue=None):
        return self.proposed(request, obj.release)

    def response_change(self, request, obj):
        return self.proposed(request, obj.release)

    def proposed(self, request, release):
        said = _(
            "Proposed as release %(number)s. It becomes public when another person has approved it and it has been published."
        )
        text = said % {"number": release.pk}
        self.message_user(
            request, format_html('{} <a href="{}">{}</a>', text, release_address(release), _("Look at it"))
        )
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if DRAFT in request.POST:
            request.POST = with_simplified_drafts(request.POST)
        obj = self.get_object(request, unquote(object_id)) if object_id else None
        extra = {"proposes": self.proposes(request, obj)}
        if obj:
            waiting = waiting_for(self.noun, tuple(self.same_thing(obj).values())).filter(
                pk__in=Release.objects.visible_to(request.user)
            )
            extra["waiting"] = [(release, release_address(release)) for release in waiting]
        return super().changeform_view(request, object_id, form_url, extra | (extra_context or {}))

    def history_view(self, request, object_id, extra_context=None):
        """Every published version, newest first: the history that counts."""
        obj = self.get_object(request, unquote(object_id))
        if obj is None or not self.has_view_permission(request, obj):
            raise Http404
        rows = self.model.objects.filter(**self.same_thing(obj))
        rows = rows.select_related("publication").defer("publication__leaf").order_by("-publication_id")
        context = {
            **self.admin_site.each_context(request),
            "title": _("Published versions"),
            "object": obj,
            "opts": self.opts,
            "versions": [(row.publication, since_text(row.publication), name_of(row)) for row in rows],
        }
        return TemplateResponse(request, "admin/versions.html", context)


def as_number(text):
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def since_text(publication):
    number = _("publication %(number)s") % {"number": publication.number}
    return f"{number}, {publication.published_on:%Y-%m-%d}"


def release_address(release):
    return reverse("admin:blueprint_release_change", args=[release.pk])


# --- to read only ----------------------------------------------------------------------------------------


class ReadOnlyAdmin(StatedAdmin):
    """Shows what nobody may change here, says so and why."""

    reason = gettext_lazy("This was published and is kept as it is.")
    no_deletion = gettext_lazy("This is only read here. Nothing of it is changed or deleted.")

    def statement(self, request):
        return _("To read only.") + " " + str(self.reason)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        if request.method == "POST":
            raise PermissionDenied(str(self.no_deletion))
        return super().changeform_view(request, object_id, form_url, extra_context)


@admin.register(DirectionVersion, PlanVersion, OfficeVersion, SourceVersion, CalendarItemVersion)
class TextAdmin(PublicAdmin):
    pass


@admin.register(Publication)
class PublicationAdmin(ReadOnlyAdmin):
    reason = gettext_lazy(
        "A publication is never changed or removed. What it said wrong, a later one corrects."
    )
    list_display = ("number", "title", "kind", "published_on", "loaded")
    list_filter = ("kind", "loaded")
    search_fields = ("number", "title_en", "title_zh_hant", "title_zh_hans")
    ordering = ("-number",)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("leaf")

    @admin.display(description=gettext_lazy("title"))
    def title(self, row):
        return name_of(row)


@admin.register(Release)
class ReleaseAdmin(ReadOnlyAdmin):
    reason = gettext_lazy(
        "A release is worked on, approved and published on its own page, never in the administration."
    )
    list_display = ("pk", "title", "track", "office", "state", "created_by", "created_at")
    list_filter = ("state", "track")
    list_select_related = ("office", "created_by")
    search_fields = ("title_en", "title_zh_hant", "title_zh_hans")
    readonly_fields = ("page", "content")
    exclude = ("token",)

    def get_queryset(self, request):
        return super().get_queryset(request).filter(pk__in=Release.objects.visible_to(request.user))

    def change_view(self, request, object_id, form_url="", extra_context=None):
        release = self.get_object(request, unquote(object_id))
        if release is not None and self.has_view_permission(request, release):
            record_view(release, by=request.user, what="administration", language=get_language())
        return super().change_view(request, object_id, form_url, extra_context)

    @admin.display(description=gettext_lazy("title"))
    def title(self, row):
        return name_of(row)

    @admin.display(description=gettext_lazy("its own page"))
    def page(self, row):
        return format_html('<a href="{0}">{0}</a>', row.get_absolute_url())

    @admin.display(description=gettext_lazy("what it would say, or said, in public"))
    def content(self, row):
        return format_html_join(
            "", "<p><strong>{}</strong><br>{}</p>", [described(c) for c in changes_of(row)]
        )


def described(change):
    lines = [(name, value) for name, value in change.canonical().items() if name != "noun"]
    title = f"{change.noun.version._meta.verbose_name} {'/'.join(map(str, change.key))}"
    return title, format_html_join("", "{}: {}<br>", lines)


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    reason = gettext_lazy("The audit trail only grows.")
    list_display = ("moment", "actor", "verb", "outcome", "subject", "release")
    list_filter = ("refused", "verb")
    list_select_related = ("actor", "release")
    search_fields = ("subject", "actor__email", "actor__name", "verb")
    list_per_page = 100

    @admin.display(description=gettext_lazy("when"), ordering="at")
    def moment(self, row):
        return moment_text(row.at)

    @admin.display(description=gettext_lazy("outcome"), ordering="refused")
    def outcome(self, row):
        return _("refused") if row.refused else _("done")


# --- mail ------------------------------------------------------------------------------------------------


@admin.register(Mail)
class MailAdmin(ReadOnlyAdmin):
    """What was sent, and what no server took. Not what stands in it: that is for its reader."""

    reason = gettext_lazy(
        "The outbox sends by itself. What was given up here was refused for good, or for three days."
    )
    list_display = ("moment", "to", "subject", "outcome", "attempts", "fault")
    list_filter = (("given_up_at", admin.EmptyFieldListFilter), ("sent_at", admin.EmptyFieldListFilter))
    search_fields = ("to", "subject", "fault")
    list_per_page = 100
    fields = (
        "to",
        "language",
        "subject",
        "created_at",
        "attempts",
        "next_at",
        "sent_at",
        "given_up_at",
        "fault",
    )

    def get_queryset(self, request):
        # A subscriber's address is nobody's business.
        return super().get_queryset(request).filter(subscription=None)

    @admin.display(description=gettext_lazy("when"), ordering="created_at")
    def moment(self, row):
        return moment_text(row.created_at)

    @admin.display(description=gettext_lazy("outcome"))
    def outcome(self, row):
        if row.sent_at:
            return _("sent")
        return _("given up") if row.given_up_at else _("waiting")


# --- accounts --------------------------------------------------------------------------------------------

KEPT = ("email", "name", "role", "office_id", "language", "is_active")


@admin.register(User)
class UserAdmin(StatedAdmin):
    """Accounts are given and closed here, never deleted: the audit trail names them."""

    list_display = ("email", "name", "role", "office", "is_active", "is_example", "last_login")
    list_filter = ("role", "is_active", "is_example")
    list_select_related = ("office",)
    search_fields = ("email", "name")
    ordering = ("email",)
    fields = ("email", "name", "role", "office", "language", "is_active", "is_example", "last_login")
    change_form_template = "admin/user_change_form.html"
    no_deletion = gettext_lazy("Accounts are never deleted. Take away the right to sign in instead.")

    def statement(self, request):
        if not self.has_change_permission(request):
            return _("You may read this. Accounts are looked after by an administrator.")
        return _("Accounts are never deleted: take away the right to sign in. Each change is recorded.")

    def get_fields(self, request, obj=None):
        return self.fields if obj else self.fields[:5]

    def get_readonly_fields(self, request, obj=None):
        own = ("role", "office", "is_active") if obj and obj.pk == request.user.pk else ()
        return ("is_example", "last_login", *own)

    def formfield_for_foreignkey(self, db_field, request, **kwargs):
        if db_field.name == "office":
            noun = noun_of(OfficeVersion)
            return IdentityChoice(
                noun, label=capfirst(db_field.verbose_name), required=False, empty_label=_("none")
            )
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    @transaction.atomic
    def save_model(self, request, obj, form, change):
        before = kept_of(User.objects.get(pk=obj.pk)) if change else {}
        if not change:
            obj.new_password = secrets.token_urlsafe(15)
            obj.set_password(obj.new_password)
        obj.save()
        if not obj.is_active:
            forget_all([obj])
        after = kept_of(obj)
        changed = [name for name in KEPT if before.get(name) != after[name]]
        if changed:
            said = {"after": {name: after[name] for name in changed}}
            said |= {"before": {name: before[name] for name in changed}} if change else {}
            record("change_user" if change else "add_user", by=request.user, subject=obj.email, **said)

    def response_add(self, request, obj, post_url_continue=None):
        return self.password_once(request, obj)

    def password_once(self, request, user):
        """Shown in this one answer, kept nowhere: neither in a cookie nor in the session."""
        context = {
            **self.admin_site.each_context(request),
            "title": _("A new password"),
            "account": user,
            "password": user.new_password,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/password_once.html", context)

    def response_change(self, request, obj):
        self.message_user(request, _("The account is saved."), messages.SUCCESS)
        return redirect("admin:blueprint_user_changelist")

    def get_urls(self):
        again = self.admin_site.admin_view(self.new_password)
        return [
            path("<path:object_id>/new-password/", again, name="blueprint_user_new_password"),
            *super().get_urls(),
        ]

    def new_password(self, request, object_id):
        user = self.get_object(request, unquote(object_id))
        if user is None:
            raise Http404
        if request.method != "POST" or not self.has_change_permission(request, user):
            raise PermissionDenied(
                _("A new password is set by an administrator, from the account's own page.")
            )
        user.new_password = secrets.token_urlsafe(15)
        with transaction.atomic():
            user.set_password(user.new_password)
            user.save(update_fields=["password"])
            record("set_password", by=request.user, subject=user.email)
        return self.password_once(request, user)


def kept_of(user):
    return {name: getattr(user, name) for name in KEPT}
