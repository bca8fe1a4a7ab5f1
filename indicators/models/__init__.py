from .assessment import Assessment
from .assignment import Assignment
from .evidence import Evidence, EvidenceEntry, PrivateEvidence, StoredFile
from .indicator import (
    Indicator,
    IndicatorEntry,
    IndicatorVersion,
    Stage,
    StageEntry,
    StageVersion,
    Unit,
    UnitEntry,
    UnitVersion,
)
from .observation import Observation, ObservationEntry
from .sheet import Sheet
from .summary import Summary
from .target import Baseline, BaselineEntry, Target, TargetEntry, TargetVersion

__all__ = [
    "Assessment",
    "Assignment",
    "Baseline",
    "BaselineEntry",
    "Evidence",
    "EvidenceEntry",
    "Indicator",
    "IndicatorEntry",
    "IndicatorVersion",
    "Observation",
    "ObservationEntry",
    "PrivateEvidence",
    "Sheet",
    "Stage",
    "StageEntry",
    "StageVersion",
    "StoredFile",
    "Summary",
    "Target",
    "TargetEntry",
    "TargetVersion",
    "Unit",
    "UnitEntry",
    "UnitVersion",
]
