from __future__ import annotations

from tongxin.plans.models.calendars import CalendarFeed
from tongxin.plans.models.documents import Clause, Document, Genre, Kind, TaskProposal
from tongxin.plans.models.plans import Measure, Plan, Task, TaskSource, TaskTarget, TaskUnit
from tongxin.plans.models.readings import DocumentReading
from tongxin.plans.models.reports import Evidence, Report
from tongxin.plans.models.task_imports import TaskImport

__all__ = [
    "CalendarFeed",
    "Clause",
    "Document",
    "DocumentReading",
    "Evidence",
    "Genre",
    "Kind",
    "Measure",
    "Plan",
    "Report",
    "Task",
    "TaskImport",
    "TaskProposal",
    "TaskSource",
    "TaskTarget",
    "TaskUnit",
]
