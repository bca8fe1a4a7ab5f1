from .assessment import Assessment
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
from .observation import Evidence, EvidenceEntry, Observation, ObservationEntry
from .target import Baseline, BaselineEntry, Target, TargetEntry, TargetVersion

__all__ = [
    "Assessment",
    "Baseline",
    "BaselineEntry",
    "Evidence",
    "EvidenceEntry",
    "Indicator",
    "IndicatorEntry",
    "IndicatorVersion",
    "Observation",
    "ObservationEntry",
    "Stage",
    "StageEntry",
    "StageVersion",
    "Target",
    "TargetEntry",
    "TargetVersion",
    "Unit",
    "UnitEntry",
    "UnitVersion",
]
