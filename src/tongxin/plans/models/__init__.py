from __future__ import annotations

from tongxin.plans.models.documents import Clause, Document, Genre, Kind, TaskProposal
from tongxin.plans.models.plans import Measure, Plan, Task, TaskSource, TaskUnit

__all__ = [
    "Clause",
    "Document",
    "Genre",
    "Kind",
    "Measure",
    "Plan",
    "Task",
    "TaskProposal",
    "TaskSource",
    "TaskUnit",
]
