"""Rows of several small tables in one query: names and texts that a page needs beside what it is about."""

import json
from functools import cache
from typing import Any

from django.db import connections, models
from django.db.models import F, Func, QuerySet, Value
from django.db.models.expressions import RawSQL
from django.db.models.functions import Cast, JSONObject


class Document(JSONObject):
    """Without Django's question whether SQLite can: every release that Django supports does."""

    def as_sql(self, compiler, connection, **extra_context):
        return Func.as_sql(self, compiler, connection, **extra_context)


def read_together(**wanted: QuerySet) -> dict[str, list]:
    """{name: instances}, in no order. For tables without moments, whose rows have not more than fifty columns."""
    found: dict[str, list] = {name: [] for name in wanted}
    first, *others = [_as_documents(name, rows) for name, rows in wanted.items()]
    for name, document in first.union(*others, all=True):
        found[name].append(_instance(wanted[name], document))
    return found


def _as_documents(name: str, rows: QuerySet) -> QuerySet:
    document = RawSQL(*_document(rows.model, rows.db), output_field=models.JSONField())
    return rows.order_by().values_list(Value(name, models.TextField()), document)


@cache
def _document(model: type[models.Model], alias: str) -> tuple[str, tuple]:
    """The SQL of a row as a document: the same for each page, so that it is spelled once."""
    columns = {field.attname: _column(field) for field in model._meta.concrete_fields}
    query = model._base_manager.values_list(Document(**columns)).query
    compiler = query.get_compiler(connection=connections[alias])
    compiler.pre_sql_setup()
    ((_column_of, (sql, values), _alias),) = compiler.select
    return sql, tuple(values)


def _column(field: models.Field) -> Any:
    """A figure travels as text: as a JSON number it would become a float."""
    return (
        Cast(field.attname, models.TextField())
        if isinstance(field, models.DecimalField)
        else F(field.attname)
    )


def _instance(rows: QuerySet, document: dict[str, Any]) -> Any:
    fields = rows.model._meta.concrete_fields
    values = [_value(field, document[field.attname]) for field in fields]
    return rows.model.from_db(rows.db, [field.attname for field in fields], values)


def _value(field: models.Field, value: Any) -> Any:
    if isinstance(field, models.JSONField):
        # SQLite gives a document inside a document as text.
        return json.loads(value) if isinstance(value, str) else value
    value = field.target_field.to_python(value) if field.is_relation else field.to_python(value)
    convert = getattr(field, "from_db_value", None)
    return convert(value, None, None) if convert else value
