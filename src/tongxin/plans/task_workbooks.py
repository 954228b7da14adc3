"""Tasks as rows of a workbook that can be sent back: the same columns for a plan and for a filtered list."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db.models import Prefetch, Q, QuerySet
from django.utils import timezone, translation

from tongxin.audit import log
from tongxin.codes.lists import get_list
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation
from tongxin.plans.access import documents_visible_to
from tongxin.plans.models import Task, TaskSource, TaskUnit
from tongxin.plans.task_lists import shown
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.templates import write_template
from tongxin.workforce.roster_reading import opened

LAYOUT = "tasks"
KINDS = "task_kind"
LANGUAGE = "zh-hans"
"""The workbook speaks the language of its headers, whoever takes it: it is the same on its way back."""
MOST_ROWS = 20_000
CHUNK = 1_000
MOST_IN_CELL = 32_000
EXACT_DIGITS = 15
"""A spreadsheet keeps this many digits of a number; a longer one is written as text."""
FLOAT_ERROR = Decimal("4E-15")
LARGEST = Decimal("1E14")
"""What a task's number has room for."""
READ = (
    "measure",
    "title",
    "kind",
    "lead",
    "support",
    "starts_on",
    "due_on",
    "due_text",
    "deliverable",
    "target",
    "goal",
    "goal_unit",
    "indicator",
    "targets",
)
"""The columns that say what a task says; all others are there to be looked at, or to find the task by."""
VERSION = re.compile(r"\b([0-9a-f]{12})\s*$")
_UNSEEN = re.compile(
    r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u200b\u2028\u2029\ufeff\ufffe\uffff]|_x[0-9A-Fa-f]{4}_"
)
_POINT_ZERO = re.compile(r"\.0+$")


def write_tasks(keys: Sequence[int], *, actor: Principal, unit: Organisation, title: str) -> bytes:
    """Return a workbook of tasks that the caller has found among those the reader may see."""
    layout = load_layout(LAYOUT)
    with opened(b"") as path, translation.override(LANGUAGE):
        write_template(
            path,
            layout,
            [each for tasks in _read(keys, actor) for each in map(shown_cells, tasks)],
            organisation_code=unit.code,
            organisation_name=unit.name_zh,
            title=title or layout.title,
        )
        body = path.read_bytes()
    log.record(
        actor=actor,
        action="task_workbooks.exported",
        target=unit,
        organisation_id=unit.pk,
        rows=len(keys),
    )
    return body


def _read(keys: Sequence[int], reader: Principal) -> Iterator[list[Task]]:
    """Yield tasks some at a time with all that a row says of them, in the order of their keys."""
    for start in range(0, len(keys), CHUNK):
        some = keys[start : start + CHUNK]
        found = {task.pk: task for task in with_cells(reader).filter(pk__in=some)}
        yield [found[key] for key in some if key in found]


def with_cells(reader: Principal) -> QuerySet[Task]:
    """Return tasks with what a row of the workbook says of them to a reader."""
    open_to = documents_visible_to(reader).order_by().values("pk")
    sources = TaskSource.objects.filter(Q(clause=None) | Q(clause__document__in=open_to))
    sources = sources.select_related("clause", "proposal").order_by("pk")
    return shown().prefetch_related("targets", Prefetch("sources", sources))


def cells_of(task: Task) -> dict[str, Any]:
    """Return what a task says, by the columns that are read: texts, days and numbers as cells hold them."""
    units = list(task.units.all())
    return {
        "measure": task.measure.title,
        "title": task.title,
        "kind": get_list(KINDS).entry(task.kind).zh,
        "lead": _names(units, TaskUnit.Part.LEAD),
        "support": _names(units, TaskUnit.Part.SUPPORT),
        "starts_on": task.starts_on,
        "due_on": task.due_on,
        "due_text": task.due_text,
        "deliverable": task.deliverable[:MOST_IN_CELL],
        "target": task.target,
        "goal": _number(task.goal),
        "goal_unit": task.goal_unit,
        "indicator": task.indicator,
        "targets": "\uff1b".join(
            _target(each.period, each.value, each.baseline) for each in task.targets.all()
        ),
    }


def _names(units: Iterable[TaskUnit], part: str) -> str:
    return "\u3001".join(unit.name for unit in units if unit.part == part)


def _target(period: str, value: Decimal, baseline: Decimal | None) -> str:
    base = "" if baseline is None else f" ({_plain(baseline)})"
    return f"{period}: {_plain(value)}{base}"


def _plain(number: Decimal) -> str:
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _number(number: Decimal | None) -> Any:
    if number is None:
        return None
    plain = _plain(number)
    return float(number) if len(plain.replace(".", "")) <= EXACT_DIGITS else plain


def shown_cells(task: Task) -> dict[str, Any]:
    """Return a whole row: what the task says, what it is found by, and what is there to be looked at."""
    said = cells_of(task)
    changed_at = timezone.localtime(task.changed_at or task.made_at)
    told = [words for source in task.sources.all() if (words := _words(source))]
    return said | {
        "key": str(task.pk),
        "version": f"{changed_at:%Y-%m-%d %H:%M:%S} {version_of(said)}",
        "plan": task.measure.plan.title,
        "organisation": task.organisation.name_zh,
        "state": str(task.get_state_display()),
        "sources": "\n".join(told)[:MOST_IN_CELL],
    }


def _words(source: TaskSource) -> str:
    if source.proposal is not None:
        return source.proposal.quote
    return source.clause.text if source.clause is not None else source.words


def version_of(cells: Mapping[str, Any]) -> str:
    """Return a sum over what a row says: another one means that somebody changed it."""
    text = "\x1f".join(fold_cell(key, cells.get(key)) for key in READ)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:12]


def fold_cell(key: str, value: Any) -> str:
    """Return what a cell says without what a spreadsheet changes on the way there and back.

    >>> fold_cell("goal", 120.0), fold_cell("goal", "120.00"), fold_cell("due_on", date(2026, 6, 30))
    ('120', '120', '2026-06-30')
    """
    if value is None:
        return ""
    if isinstance(value, date):
        return value.isoformat()
    text = " ".join(_UNSEEN.sub("", str(value)).split())
    if key == "goal":
        number = read_number(text)
        return text if number is None else _plain(number)
    return _POINT_ZERO.sub("", text) if key == "key" else text


def read_number(text: str) -> Decimal | None:
    """Return a number, with two decimals where a spreadsheet made 0.28 of them 0.279999999999999.

    >>> read_number("11929993.279999999"), read_number("20.505"), read_number("some")
    (Decimal('11929993.28'), Decimal('20.505'), None)
    """
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) >= LARGEST:
        return None
    rounded = number.quantize(Decimal("0.01"))
    return rounded if abs(number - rounded) <= abs(number) * FLOAT_ERROR else number
