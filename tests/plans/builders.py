"""Documents, plans and tasks made for tests through the actions that users call."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from tests.cast import OPENED, Cast, make_user, raise_cast
from tests.plans.texts import FIRST
from tests.workforce.people import identity_number, register

from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry
from tongxin.figures.actions import publish_definitions
from tongxin.figures.compute import build_release
from tongxin.figures.items import publish_items, starter_items
from tongxin.figures.models import DataItem, ReportingUnit
from tongxin.figures.reporting import import_reported
from tongxin.organisations.models import Organisation, Role
from tongxin.organisations.role_actions import grant_role
from tongxin.plans.document_actions import receive_document
from tongxin.plans.evidence_actions import attach_file
from tongxin.plans.handing_actions import Share, hand_down
from tongxin.plans.models import Document, Measure, Plan, Report, Task, TaskProposal
from tongxin.plans.plan_actions import make_plan, publish_plan
from tongxin.plans.report_actions import accept_report, submit_report, write_report
from tongxin.plans.task_actions import enter_task, withdraw_task

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


def as_office(unit: Organisation, *, role: str = "office", reach: str = "subtree") -> User:
    """Return a new person with a role at a unit."""
    user = make_user(f"{role}_{User.objects.count()}_of_{unit.pk}")
    grant_role(user, actor=None, role=Role(role), organisation=unit, reach=reach, valid_from=OPENED)
    return user


def enter_in_force(unit: Organisation, title: str = "走访企业", **values: Any) -> Task:
    """Return a task of a new plan of a unit that is in force."""
    plan = begin(unit, f"计划{Plan.objects.count()}")
    task = enter(plan, title, **values)
    publish_plan(plan, actor=None)
    return renewed(task)


def renewed(task: Task) -> Task:
    """Return a task as it stands now, with nothing kept of what stands around it."""
    return Task.objects.get(pk=task.pk)


def share_out(task: Task, *units: Organisation, actor: Any = None, **values: Any) -> list[Task]:
    """Hand a task down to units with the same quota each."""
    return hand_down(task, [Share(unit, **values) for unit in units], actor=actor)


def submit(task: Task, *, actor: Any = None, text: str = "走访了。", **values: Any) -> Report:
    """Write a report on a task and submit it; a final one with a file as its proof."""
    report = write_report(task, actor=actor, text=text, **values)
    if report.is_final:
        attach_file(report, actor=actor, name="记录.txt", content=f"{report.pk}".encode())
    return submit_report(report, actor=actor)


def accept(task: Task, *, actor: Any = None, override: str = "", **values: Any) -> Report:
    """Report on a task and have it accepted."""
    return accept_report(submit(task, **values), actor=actor, override=override)


def complete(task: Task, **values: Any) -> Task:
    """Bring a task in force to its end, with a written reason where the numbers do not."""
    accept(task, is_final=True, override="已办结", **values)
    return renewed(task)


def bring_to(task: Task, state: str) -> Task:
    """Bring a planned task into a state the way that users do."""
    task = renewed(task)
    if state != Task.State.PLANNED and task.measure.plan.state == Plan.State.DRAFT:
        publish_plan(task.measure.plan, actor=None)
    if state == Task.State.UNDER_WAY:
        submit(task)
    elif state == Task.State.COMPLETED:
        complete(task)
    elif state == Task.State.CANCELLED:
        withdraw_task(task, actor=None, reason="重复")
    task = renewed(task)
    assert task.state == state
    return task


FIGURES = """
code: staff
name: {zh-hans: 从业人员数, en: Persons employed}
unit: persons
direction: higher_is_better
value: {sum: employ, of: reported, in: period}
periods: [quarter, year]
---
code: load
name: {zh-hans: 人均负担, en: Load per head}
unit: yuan
direction: lower_is_better
numerator: {sum: sales, of: reported, in: period}
denominator: {sum: employ, of: reported, in: period}
periods: [quarter]
---
code: wages
name: {zh-hans: 薪酬, en: Wages}
unit: yuan
direction: neutral
value: {sum: wage_bill, of: reported, in: period}
periods: [quarter, year]
---
code: heads
name: {zh-hans: 职工人数, en: Workers}
unit: persons
value: {count: workers, where: "worker.employed", at: period_end}
breakdowns: [sex]
"""
REPORTED_ROWS = [
    # unit, period, persons employed, sales, wages
    ("alpha", "2025", 50, 500, ""),
    ("alpha", "2026Q2", 40, 160, ""),
    ("alpha", "2026Q3", 60, 180, 900),
    ("beta", "2026Q2", 10, 90, ""),
    ("beta", "2026Q3", 20, 60, 300),
    ("gamma", "2026Q3", 0, 70, ""),
]
"""Facts end on 2026-09-30: the newest complete quarter is 2026Q3, the newest complete year 2025.

Xiaoshan (Alpha and Beta) has in 2026Q3 60 + 20 = 80 persons employed and a load of (180 + 60) / 80 = 3, in
2026Q2 50 and (160 + 90) / 50 = 5. Yuhang (Gamma alone) has 0 persons and a load without a value. Haishu has
nobody who reports. One worker is registered, a man at Alpha.
"""


def raise_figures(home: Path) -> Cast:
    """Raise the cast with figures that are added up by hand, as the current release of a home."""
    cast = raise_cast()
    register(cast.alpha, "李建国", identity_number("33010919900101123"))
    publish_items(starter_items())
    publish_definitions(FIGURES)
    for unit in (cast.alpha, cast.beta, cast.gamma):
        for item in DataItem.objects.filter(code__in=["employ", "sales", "wage_bill"]):
            ReportingUnit.objects.create(organisation=unit, item=item, valid_from=date(2024, 1, 1))
    lines = ["统一社会信用代码,期间,从业人员,营业收入,工资总额"]
    lines += [",".join([getattr(cast, row[0]).code, *map(str, row[1:])]) for row in REPORTED_ROWS]
    table = home / "reported.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    answer = import_reported(table, actor=None)
    assert not answer.errors
    build_release(actor=None)
    return cast
