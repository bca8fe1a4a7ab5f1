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
from .summary import Summary
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
    "Summary",
    "Target",
    "TargetEntry",
    "TargetVersion",
    "Unit",
    "UnitEntry",
    "UnitVersion",
]
