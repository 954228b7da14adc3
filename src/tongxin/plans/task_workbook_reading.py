"""What the rows of a workbook ask for: each is compared with the task as it is and as it was handed out."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import polars as pl
from django.utils import timezone, translation

from tongxin.codes.lists import fold
from tongxin.figures.known import known_indicators
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation
from tongxin.plans.access import tasks_visible_to
from tongxin.plans.models import Measure, Plan, Task
from tongxin.plans.target_actions import Target
from tongxin.plans.task_workbook_cells import Cells, Known, read_targets
from tongxin.plans.task_workbooks import (
    LANGUAGE,
    LAYOUT,
    READ,
    VERSION,
    cells_of,
    fold_cell,
    version_of,
    with_cells,
)
from tongxin.workbooks.findings import ERROR, FINDINGS, SCHEMA
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.readers import ROW, Sheet

Outcome = Literal["added", "changed", "unchanged", "rejected"]
FIGURE = {"indicator", "targets"}
LOOKED_AT = ("plan", "organisation", "state")
SHOWN = 200


@dataclass
class RowPlan:
    """What one row asks for, and what speaks against it."""

    row: int
    outcome: Outcome
    task: Task | None = None
    values: dict[str, Any] = field(default_factory=dict)
    figure: tuple[str, list[Target]] | None = None
    """The indicator and its targets, where they are to be set."""
    findings: list[dict[str, Any]] = field(default_factory=list)


class Examination:
    """A workbook beside the plan that it is sent for."""

    def __init__(self, plan: Plan, sheet: Sheet, *, reader: Principal) -> None:
        self.plan, self.sheet = plan, sheet
        self.layout = load_layout(LAYOUT)
        self.present = {key for key in READ if key in sheet.headers}
        mine = tasks_visible_to(reader).filter(measure__plan=plan).order_by().values("pk")
        self.tasks = {task.pk: task for task in with_cells(reader).filter(pk__in=mine)}
        self.known = _known(plan)
        self.titles: dict[tuple[int, str], int] = {
            (task.measure_id, fold(task.title)): task.pk
            for task in self.tasks.values()
            if task.state != Task.State.CANCELLED and task.parent_id is None
        }

    def plans(self) -> list[RowPlan]:
        """Return what each row asks for, in their order."""
        sent = list(self.sheet.frame.iter_rows(named=True))
        doubles = _doubles(sent)
        found = [self._row(each, doubles) for each in sent]
        return self._without_twins(found)

    def _row(self, sent: Mapping[str, Any], doubles: Mapping[str, list[int]]) -> RowPlan:
        key = fold_cell("key", sent["key"])
        if not key:
            return self._new(sent)
        task = self.tasks.get(int(key)) if key.isascii() and key.isdigit() and len(key) < 18 else None
        if task is None:
            return self._rejected(sent, None, ("task_unknown", "key", {}))
        if len(doubles[key]) > 1:
            rows = ", ".join(map(str, doubles[key][:10]))
            return self._rejected(sent, task, ("task_in_two_rows", "key", {"rows": rows}))
        return self._known_task(sent, task)

    def _known_task(self, sent: Mapping[str, Any], task: Task) -> RowPlan:
        now = cells_of(task)
        edited = [key for key in READ if key in self.present and differs(key, sent[key], now[key])]
        if not edited:
            return RowPlan(sent[ROW], "unchanged", task, findings=self._looked_at(sent, task))
        if fault := self._refused(sent, task, now):
            if fault[0] == "unchanged":
                return RowPlan(sent[ROW], "unchanged", task)
            return self._rejected(sent, task, fault)
        cells = Cells(dict(sent) | {key: now[key] for key in FIGURE - self.present}, self.known)
        cells.read(edited)
        values = _values_of(task) | {name: value for name, value in cells.values.items() if name in edited}
        figure = None
        if FIGURE & set(edited):
            figure = read_targets(cells)
        _check_together(cells, values, figure, task)
        return self._planned("changed", cells, task, values, figure)

    def _refused(
        self, sent: Mapping[str, Any], task: Task, now: Mapping[str, Any]
    ) -> tuple[str, str | None, dict[str, Any]] | None:
        """Return why a row that differs may not change its task; “unchanged” where only others changed it."""
        handed_out = VERSION.search(sent["version"] or "")
        if handed_out is None:
            return "version_missing", "version", {}
        if handed_out[1] != version_of(now):
            if self.present == set(READ) and version_of(sent) == handed_out[1]:
                return "unchanged", None, {}
            at = timezone.localtime(task.changed_at or task.made_at)
            return "changed_since", None, {"changed_at": f"{at:%Y-%m-%d %H:%M}"}
        if task.parent_id is not None:
            return "task_is_share", None, {}
        if not task.is_open:
            return "task_ended", None, {"state": str(task.get_state_display())}
        return None

    def _new(self, sent: Mapping[str, Any]) -> RowPlan:
        cells = Cells(sent, self.known)
        cells.read(READ)
        figure = read_targets(cells)
        _check_together(cells, cells.values, figure, None)
        measure = cells.values.get("measure")
        if isinstance(measure, Measure):
            known = self.titles.get((measure.pk, fold(cells.values["title"])))
            if known is not None:
                cells.refuse("task_there_already", "title", number=known)
        has_figure = bool(figure[0] or figure[1])
        return self._planned("added", cells, None, cells.values, figure if has_figure else None)

    def _without_twins(self, plans: list[RowPlan]) -> list[RowPlan]:
        """Keep out new tasks that stand in the file twice."""
        rows: dict[tuple[int, str], list[RowPlan]] = defaultdict(list)
        for each in plans:
            if each.outcome == "added":
                rows[each.values["measure"].pk, fold(each.values["title"])].append(each)
        for twins in rows.values():
            if len(twins) > 1:
                numbers = ", ".join(str(each.row) for each in twins[:10])
                for each in twins:
                    each.outcome = "rejected"
                    each.findings.append(
                        self._finding(each.row, {}, ("task_in_two_rows", "title", {"rows": numbers}))
                    )
        return plans

    def _planned(
        self,
        outcome: Outcome,
        cells: Cells,
        task: Task | None,
        values: dict[str, Any],
        figure: tuple[str, list[Target]] | None,
    ) -> RowPlan:
        row = cells.sent[ROW]
        findings = [self._finding(row, cells.sent, fault) for fault in cells.faults]  # type: ignore[arg-type]
        if task is not None:
            findings += self._looked_at(cells.sent, task)
        wrong = any(each["severity"] == ERROR for each in findings)
        return RowPlan(row, "rejected" if wrong else outcome, task, values, figure, findings)  # type: ignore[arg-type]

    def _rejected(
        self, sent: Mapping[str, Any], task: Task | None, fault: tuple[str, str | None, dict[str, Any]]
    ) -> RowPlan:
        return RowPlan(sent[ROW], "rejected", task, findings=[self._finding(sent[ROW], sent, fault)])

    def _looked_at(self, sent: Mapping[str, Any], task: Task) -> list[dict[str, Any]]:
        """Warn of cells that say something else in columns that are not read."""
        with translation.override(LANGUAGE):
            state = str(task.get_state_display())
        told = {"plan": self.plan.title, "organisation": task.organisation.name_zh, "state": state}
        return [
            self._finding(sent[ROW], sent, ("not_read", key, {}))
            for key in LOOKED_AT
            if fold_cell(key, sent.get(key)) not in {"", fold_cell(key, told[key])}
        ]

    def _finding(
        self, row: int, sent: Mapping[str, Any], fault: tuple[str, str | None, dict[str, Any]]
    ) -> dict[str, Any]:
        code, key, params = fault
        text = sent.get(key) if key else None
        found = text if text is None or len(text) <= SHOWN else f"{text[:SHOWN]}…"
        return {
            "row": row,
            "key": key,
            "column": self.layout.header(key) if key else None,
            "code": code,
            "severity": FINDINGS[code].severity,
            "found": found,
            "params": json.dumps(params, ensure_ascii=False) if params else None,
        }


def differs(key: str, sent: str | None, now: Any) -> bool:
    """Tell whether a cell says something else than the task."""
    return fold_cell(key, sent) != fold_cell(key, now)


def frame_of(findings: Sequence[Mapping[str, Any]]) -> pl.DataFrame:
    """Return findings as the workbooks package has them."""
    return pl.DataFrame(list(findings), schema=SCHEMA)


def _doubles(sent: Sequence[Mapping[str, Any]]) -> dict[str, list[int]]:
    rows: dict[str, list[int]] = defaultdict(list)
    for each in sent:
        rows[fold_cell("key", each["key"])].append(each[ROW])
    return rows


def _known(plan: Plan) -> Known:
    units = Organisation.objects.below(plan.organisation).filter(closed_on=None)
    return Known(
        {fold(each.title): each for each in plan.measures.all()},
        known_indicators(),
        {fold(name): name for name in units.exclude(level="enterprise").values_list("name_zh", flat=True)},
    )


def _values_of(task: Task) -> dict[str, Any]:
    """Return what a task says now, as the action takes it."""
    units = list(task.units.all())
    names = ("measure", "title", "kind", "starts_on", "due_on", "due_text", "deliverable", "target")
    return {name: getattr(task, name) for name in (*names, "goal", "goal_unit")} | {
        "lead": [unit.name for unit in units if unit.part == "lead"],
        "support": [unit.name for unit in units if unit.part == "support"],
    }


def _check_together(
    cells: Cells, values: Mapping[str, Any], figure: tuple[str, list[Target]] | None, task: Task | None
) -> None:
    starts_on, due_on = values.get("starts_on"), values.get("due_on")
    if starts_on and due_on and due_on < starts_on:
        cells.refuse("due_before_start", "due_on", starts_on=str(starts_on))
    indicator = figure[0] if figure is not None else (task.indicator if task else "")
    if indicator and values.get("goal") is not None:
        cells.refuse("goal_and_indicator", "goal")
    said_wrongly = any(key in FIGURE for _code, key, _params in cells.faults)
    if figure is not None and bool(figure[0]) != bool(figure[1]) and not said_wrongly:
        cells.refuse("required", "targets" if figure[0] else "indicator")
