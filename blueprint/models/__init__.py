from .base import Content, Entry, Identified, Identity, Version, VersionQuerySet, texts
from .calendar import CalendarItem, CalendarItemEntry, CalendarItemVersion
from .direction import Direction, DirectionEntry, DirectionVersion
from .event import Event
from .office import Office, OfficeEntry, OfficeVersion
from .plan import Plan, PlanEntry, PlanVersion
from .publication import Checkpoint, Head, LedgerKey, PersonName, Publication
from .release import AcceptedGap, Contributor, PreReleaseAccess, Release, Rescheduling
from .report import Report, ReportState
from .source import Source, SourceEntry, SourceVersion
from .user import User

__all__ = [
    "AcceptedGap",
    "CalendarItem",
    "CalendarItemEntry",
    "CalendarItemVersion",
    "Checkpoint",
    "Content",
    "Contributor",
    "Direction",
    "DirectionEntry",
    "DirectionVersion",
    "Entry",
    "Event",
    "Head",
    "Identified",
    "Identity",
    "LedgerKey",
    "Office",
    "OfficeEntry",
    "OfficeVersion",
    "PersonName",
    "Plan",
    "PlanEntry",
    "PlanVersion",
    "PreReleaseAccess",
    "Publication",
    "Release",
    "Report",
    "ReportState",
    "Rescheduling",
    "Source",
    "SourceEntry",
    "SourceVersion",
    "User",
    "Version",
    "VersionQuerySet",
    "texts",
]
