from .base import Content, Entry, Identified, Identity, Version, VersionQuerySet, texts
from .calendar import CalendarItem, CalendarItemEntry, CalendarItemVersion
from .deputy import Deputy
from .direction import Direction, DirectionEntry, DirectionVersion
from .draft import KeptDraft
from .event import Event
from .job import Job
from .mail import HowOften, Mail, MailPreference, Notice, Subscription
from .office import Office, OfficeEntry, OfficeVersion
from .plan import Plan, PlanEntry, PlanVersion
from .publication import Checkpoint, Head, LedgerKey, PersonName, Publication
from .release import AcceptedGap, Contributor, PreReleaseAccess, Release, Rescheduling
from .remark import Remark
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
    "Deputy",
    "Direction",
    "DirectionEntry",
    "DirectionVersion",
    "Entry",
    "Event",
    "Head",
    "HowOften",
    "Identified",
    "Identity",
    "Job",
    "KeptDraft",
    "LedgerKey",
    "Mail",
    "MailPreference",
    "Notice",
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
    "Remark",
    "Report",
    "ReportState",
    "Rescheduling",
    "Source",
    "SourceEntry",
    "SourceVersion",
    "Subscription",
    "User",
    "Version",
    "VersionQuerySet",
    "texts",
]
