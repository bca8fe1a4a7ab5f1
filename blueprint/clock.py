"""One clock for all processes: the database's. And one calendar: Hong Kong's."""

import datetime
from zoneinfo import ZoneInfo

from django.db import connection

HONG_KONG = ZoneInfo("Asia/Hong_Kong")
# What becomes public within this time of the moment it was planned for counts as on time.
ON_TIME = datetime.timedelta(seconds=60)


def database_now() -> datetime.datetime:
    """The database's clock, to the microsecond (SQLite: millisecond). Read once an action and handed down."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {clock_sql()}")
        return as_moment(cursor.fetchone()[0])


def clock_sql() -> str:
    """The clock as SQL. Not PostgreSQL's now(), which stands still from the transaction's start."""
    if connection.vendor == "postgresql":
        return "clock_timestamp()"
    return "strftime('%Y-%m-%d %H:%M:%f', 'now')"


def as_moment(value: datetime.datetime | str) -> datetime.datetime:
    if isinstance(value, str):
        value = datetime.datetime.fromisoformat(value)
    return value if value.tzinfo else value.replace(tzinfo=datetime.UTC)


def hong_kong_date(moment: datetime.datetime) -> datetime.date:
    return moment.astimezone(HONG_KONG).date()


def today() -> datetime.date:
    """The date in Hong Kong by this process's clock, for what is only shown."""
    return hong_kong_date(datetime.datetime.now(datetime.UTC))


def lateness(planned: datetime.datetime | None, happened: datetime.datetime) -> datetime.timedelta | None:
    """By how much something came after its planned moment; None if it was on time or had no moment."""
    if planned is None or happened - planned <= ON_TIME:
        return None
    return happened - planned
