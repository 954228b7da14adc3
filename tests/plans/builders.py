"""Documents, plans and tasks made for tests through the actions that users call."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.plans.texts import FIRST

from tongxin.audit.models import LogEntry
from tongxin.organisations.models import Organisation
from tongxin.plans.document_actions import receive_document
from tongxin.plans.models import Document, Measure, Plan, Task, TaskProposal
from tongxin.plans.task_actions import enter_task, make_plan

BEGIN, END = date(2026, 1, 1), date(2026, 12, 31)


def receive(unit: Organisation, text: str = FIRST, *, actor: Any = None, **values: Any) -> Document:
    told = {"name": "方案.txt", "genre": "policy", **values}
    return receive_document(unit, actor=actor, content=text.encode(), **told)


def begin(unit: Organisation, title: str = "2026年计划", *, actor: Any = None) -> Plan:
    return make_plan(unit, actor=actor, title=title, starts_on=BEGIN, ends_on=END)


def enter(plan: Plan, title: str = "走访企业", *, actor: Any = None, **values: Any) -> Task:
    told = {"measure": measure_of(plan), "lead": [], "support": [], **values}
    return enter_task(actor=actor, title=title, **told)


def measure_of(plan: Plan, dimension: str = "") -> Measure:
    return plan.measures.get(dimension=dimension)


def proposal_of(document: Document, words: str) -> TaskProposal:
    """Return the proposal in whose quote the words stand."""
    return TaskProposal.objects.exclude(state="replaced").get(
        clause__document=document, quote__contains=words
    )


def rows(action: str) -> list[LogEntry]:
    return list(LogEntry.objects.filter(action=action).order_by("pk"))
