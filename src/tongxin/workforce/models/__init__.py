from __future__ import annotations

from tongxin.workforce.models.duplicates import DuplicatePair, WorkerMerge
from tongxin.workforce.models.enterprises import (
    Activity,
    Agreement,
    EnterpriseRecord,
    InsuranceCover,
    WorkersCongress,
)
from tongxin.workforce.models.people import (
    CorrectionProposal,
    Employment,
    EmploymentState,
    Worker,
)
from tongxin.workforce.models.records import (
    Appointment,
    Certificate,
    Competition,
    Honour,
    Innovation,
    Membership,
    Mentorship,
    Training,
    WorkerRecord,
)
from tongxin.workforce.models.rosters import (
    ColumnMapping,
    RosterChange,
    RosterFinding,
    RosterImport,
)

__all__ = [
    "Activity",
    "Agreement",
    "Appointment",
    "Certificate",
    "ColumnMapping",
    "Competition",
    "CorrectionProposal",
    "DuplicatePair",
    "Employment",
    "EmploymentState",
    "EnterpriseRecord",
    "Honour",
    "Innovation",
    "InsuranceCover",
    "Membership",
    "Mentorship",
    "RosterChange",
    "RosterFinding",
    "RosterImport",
    "Training",
    "Worker",
    "WorkerMerge",
    "WorkerRecord",
    "WorkersCongress",
]
