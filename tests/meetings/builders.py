"""Meetings and instructions made for tests through the actions that users call."""

from __future__ import annotations

from datetime import date
from typing import Any

from tongxin.audit.models import LogEntry
from tongxin.meetings.instruction_actions import enter_instruction
from tongxin.meetings.meeting_actions import make_meeting, move_meeting
from tongxin.meetings.models import Instruction, Meeting, Resolution
from tongxin.meetings.part_actions import add_resolution
from tongxin.meetings.tasking_actions import make_task_of
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Plan, Task
from tongxin.plans.plan_actions import make_plan

DAY = date(2026, 3, 10)
ORDERED = "由城厢街道牵头，区总工会、区教育局配合，6月底前完成职工技能培训5000人次。"


def hold_a(unit: Organisation, title: str = "产改推进会", *, actor: Any = None, **values: Any) -> Meeting:
    """Return a draft."""
    return make_meeting(unit, actor=actor, **{"title": title, "held_on": DAY, **values})


def bring(meeting: Meeting, *states: str) -> Meeting:
    """Take a meeting through states."""
    for state in states:
        meeting = move_meeting(meeting, actor=None, state=state, reason="因故")
    return meeting


def resolve(meeting: Meeting, text: str = ORDERED, **values: Any) -> Resolution:
    return add_resolution(meeting, actor=None, text=text, **values)


def instruct(unit: Organisation, text: str = ORDERED, *, actor: Any = None, **values: Any) -> Instruction:
    told = {"given_by": "省协调小组组长", "given_on": DAY, **values}
    return enter_instruction(unit, actor=actor, text=text, **told)


def begin(unit: Organisation, title: str = "2026年计划") -> Plan:
    return make_plan(unit, actor=None, title=title, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))


def task_of(source: Resolution | Instruction, plan: Plan, title: str = "培训职工", **values: Any) -> Task:
    measure = plan.measures.get(dimension="competence")
    told = {"lead": ["城厢街道"], "support": [], "title": title, **values}
    return make_task_of(source, actor=None, measure=measure, **told)


def rows(action: str) -> list[LogEntry]:
    return list(LogEntry.objects.filter(action=action).order_by("pk"))
