"""What every public noun is made of: an identity, versions of it, and entries that wait to become versions."""

from functools import cache

from django.db import connections, models
from django.db.models import Case, F, Q, Value, When, Window
from django.db.models.expressions import RawSQL
from django.db.models.functions import Rank
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _


def texts(label, *, blank=False, max_length=None, validators=()):
    """Three columns of one text, for English, Traditional and Simplified Chinese, in this order."""

    def column(language):
        name = format_lazy(_("{label} ({language})"), label=label, language=language)
        options = {"blank": True, "default": "", "verbose_name": name, "validators": list(validators)}
        if not blank and language == "en":
            options["help_text"] = _("Needed in at least one language.")
        made = (
            models.CharField(max_length=max_length, **options) if max_length else models.TextField(**options)
        )
        made.label, made.language = label, language.replace("-", "_")
        return made

    return column("en"), column("zh-hant"), column("zh-hans")


def said_in_some_language(name, *columns):
    """A constraint: at least one of the three columns of a text holds something."""
    said = Q()
    for column in columns:
        said |= ~Q(**{column: ""})
    return models.CheckConstraint(name=name, condition=said)


class Identity(models.Model):
    """A public thing by its code, which is never changed or given to another."""

    code = models.CharField(max_length=80, primary_key=True)

    class Meta:
        abstract = True

    def __str__(self):
        return self.code


class Content(models.Model):
    """What a version says and an entry proposes. ``key`` names the fields that say of which thing."""

    key: tuple[str, ...] = ()
    # The fields in which a later version says why it replaces the one before; of others its publication says it.
    own_reason: tuple[str, ...] = ()

    # Taken back from the public, for law, privacy or a breach of embargo. The versions before it stay.
    withdrawn = models.BooleanField(_("withdrawn"), default=False)

    class Meta:
        abstract = True

    @classmethod
    def unsaid(cls, content):
        """Which of them a later version of this content still leaves open."""
        return [name for name in cls.own_reason if content[name] in (None, "")]


class VersionQuerySet(models.QuerySet):
    def as_at(self, number, *, or_first=False):
        """Of each thing, what stood last by publication ``number``.

        With ``or_first`` a thing that was loaded, and had no version by then, shows its first one: figures bear
        the dates of their sources, and the names of what they measure came later, in the same load. What is
        published here later never reaches back: a past view does not change. Filters before this call must be
        on the key; filters after it see only what stood. What was withdrawn by then does not stand.
        """
        # Of a whole table it is the same SQL each time, and to have it spelled anew took half the time of a page.
        whole = not self.query.where and number <= LARGEST
        keys = (
            standing_sql(self.model, number, or_first, self.db) if whole else self.standing(number, or_first)
        )
        # The rows that stand are chosen in a subquery: a later filter on content must not reach into the
        # window, or it would bring back an older version that happens to match.
        stood = self.model._base_manager.filter(pk__in=keys)
        return stood.filter(withdrawn=False) if self.model.can_be_withdrawn() else stood

    def standing(self, number, or_first):
        """The primary keys of what stood, or was the first to stand."""
        rows, newest = self, [F("publication_id").desc()]
        if or_first:
            later = Case(When(publication__lte=number, then=Value(0)), default=Value(1))
            distance = Case(
                When(publication__lte=number, then=0 - F("publication_id")),
                default=F("publication_id") + 0,
                output_field=models.IntegerField(),
            )
            newest = [later.asc(), distance.asc()]
            rows = rows.filter(Q(publication__lte=number) | Q(publication__loaded=True))
        else:
            rows = rows.filter(publication__lte=number)
        ranked = rows.order_by().annotate(
            rank_in_history=Window(
                Rank(), partition_by=[F(f) for f in self.model.partition()], order_by=newest
            )
        )
        return ranked.filter(rank_in_history=1).values("pk")


# The largest whole number that both databases hold in such a column.
LARGEST = 2**31 - 1
# Stands for the number of a publication in SQL that is kept.
ANY_NUMBER = 1_234_567_890


def standing_sql(model, number, or_first, alias):
    sql, values = spelled(model, or_first, alias)
    return RawSQL(sql, [number if value == ANY_NUMBER else value for value in values])


@cache
def spelled(model, or_first, alias):
    query = VersionQuerySet(model).standing(ANY_NUMBER, or_first).query
    return query.get_compiler(connection=connections[alias]).as_sql()


class Version(models.Model):
    """A row of an append-only public table, owed to one publication."""

    publication = models.ForeignKey("blueprint.Publication", models.PROTECT, related_name="+")

    objects = VersionQuerySet.as_manager()

    class Meta:
        abstract = True

    @classmethod
    def partition(cls):
        return cls.key

    @classmethod
    def can_be_withdrawn(cls):
        """Figures are withdrawn by a kind of their own, and what is derived follows what it derives from."""
        return any(field.name == "withdrawn" for field in cls._meta.concrete_fields)

    @classmethod
    def once_a_publication(cls, *key):
        return models.UniqueConstraint(
            fields=[*key, "publication"], name="%(app_label)s_%(class)s_once_a_publication"
        )


class Entry(models.Model):
    """One change that waits in a release. Not public, and not under the public tables' rules."""

    release = models.ForeignKey("blueprint.Release", models.CASCADE, related_name="+")
    saved_by = models.ForeignKey("blueprint.User", models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        abstract = True


class Identified(models.ForeignKey):
    """A reference to an identity. An entry may name one that only its own release will create."""

    def __init__(self, to, on_delete=models.PROTECT, **kwargs):
        kwargs.setdefault("related_name", "+")
        super().__init__(to, on_delete, **kwargs)

    def contribute_to_class(self, cls, name, private_only=False, **kwargs):
        if issubclass(cls, Entry):
            self.db_constraint = False
        super().contribute_to_class(cls, name, private_only, **kwargs)
