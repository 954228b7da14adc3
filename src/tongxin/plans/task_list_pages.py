"""What the pages of all tasks show: rows of a table, columns of a board, bars on a line of months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.organisations.access import Action, Principal
from tongxin.organisations.answers import page_links
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.models import Organisation
from tongxin.plans.calendar_feeds import units_of
from tongxin.plans.models import Task, TaskUnit
from tongxin.plans.progress import progress_of
from tongxin.plans.task_list_forms import TaskListFilter
from tongxin.plans.task_lists import (
    Found,
    Wanted,
    fetched,
    matching,
    tasks_at,
)
from tongxin.plans.task_timeline import Bar, draw_line

PAGE = 50
VIEWS = ("board", "timeline")
BOARD_CARDS = 20
"""So many cards stand in a column of the board; the list has the others."""


@dataclass(frozen=True)
class Row:
    """A task as lists show it."""

    task: Task
    leads: Sequence[str]
    supports: Sequence[str]
    days_late: int
    percent: int | None

    @property
    def is_late(self) -> bool:
        return self.days_late > 0


@dataclass(frozen=True)
class Column:
    """The tasks of one state on the board, and how many more the list has."""

    state: str
    name: str
    rows: Sequence[Row]
    count: int
    url: str

    @property
    def n_more(self) -> int:
        return self.count - len(self.rows)


@dataclass(frozen=True)
class Drawn:
    """A row with its bar."""

    row: Row
    bar: Bar


def describe_list(user: Principal, unit: Organisation, form: TaskListFilter, asked: Any) -> dict[str, Any]:
    """Return what the page of a unit's tasks shows, in the form that the address names."""
    wanted, view = form.wanted, form.data.get("view", "")
    view = view if view in VIEWS else ""
    today = timezone.localdate()
    tasks = matching(tasks_at(user, unit), wanted, user, today)
    found = Found(tasks, wanted)
    query = {"at": unit.code, **{name: value for name, value in form.asked.items() if value}}

    def address(**changed: Any) -> str:
        return with_query(reverse("tasks"), **query | {"view": view} | changed)

    context = {
        "form": form,
        "counts": _counts(found, wanted, address),
        "views": [(name, text, address(view=name), name == view) for name, text in _views()],
        "view": view,
        "is_filtered": wanted.is_narrow or bool(wanted.state),
        "all_url": with_query(reverse("tasks"), at=unit.code, view=view),
        "workbook_url": with_query(reverse("task_workbook"), **query),
        "section": "tasks",
        "may_subscribe": isinstance(user, User) and bool(units_of(user)),
        **place_of(user, unit, lambda each: address(at=each.code), Action.SEE_PLANS),
    }
    if view == "board":
        return context | {"columns": _columns(found, today, address), "n_tasks": sum(found.counts.values())}
    page = Paginator(found, PAGE).get_page(asked)
    rows = rows_of(fetched(list(page.object_list)), today)
    context |= {"page": page, "n_tasks": len(found), **page_links(page, **query, view=view)}
    return context | (_timeline(rows, today) if view == "timeline" else {"rows": rows})


def _views() -> list[tuple[str, str]]:
    return [("", _("Table")), ("board", _("Board")), ("timeline", _("Timeline"))]


def _counts(found: Found, wanted: Wanted, address: Any) -> list[tuple[str, int, str, bool]]:
    """Return each state with its number and the address of its list."""
    return [
        (str(state.label), found.counts[state], address(state=state.value, view=""), wanted.state == state)
        for state in Task.State
    ]


def rows_of(tasks: Sequence[Task], today: date) -> list[Row]:
    """Return tasks as rows, with how far each is."""
    progress = progress_of(tasks)
    found = []
    for task in tasks:
        percent = progress[task.pk].percent
        late = (today - task.due_on).days if task.due_on and task.is_open else 0
        named = list(task.units.all())
        found.append(
            Row(
                task,
                [each.name for each in named if each.part == TaskUnit.Part.LEAD],
                [each.name for each in named if each.part == TaskUnit.Part.SUPPORT],
                max(late, 0),
                None if percent is None else int(percent),
            )
        )
    return found


def _columns(found: Found, today: date, address: Any) -> list[Column]:
    keys = {state: found.first_of(state, BOARD_CARDS) for state in Task.State.values}
    tasks = fetched([key for some in keys.values() for key in some])
    rows = {row.task.pk: row for row in rows_of(tasks, today)}
    return [
        Column(
            state,
            str(state.label),
            [rows[key] for key in keys[state] if key in rows],
            found.counts[state],
            address(state=state.value, view=""),
        )
        for state in Task.State
    ]


def _timeline(rows: Sequence[Row], today: date) -> dict[str, Any]:
    dated = [(row, row.task.starts_on, row.task.due_on) for row in rows if row.task.due_on is not None]
    line = draw_line([(starts_on, due_on) for _row, starts_on, due_on in dated if due_on], today)
    drawn = [Drawn(row, line.bar(starts_on, due, row.percent)) for row, starts_on, due in dated if due]
    return {
        "line": line,
        "drawn": drawn,
        "undated": [row for row in rows if row.task.due_on is None],
    }


def tasks_asked_for(user: Principal, unit: Organisation, form: TaskListFilter) -> list[int]:
    """Return the keys of the tasks of the filtered list, for a file."""
    wanted = form.wanted
    return list(Found(matching(tasks_at(user, unit), wanted, user, timezone.localdate()), wanted)[:])
