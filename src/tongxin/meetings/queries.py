"""Which tasks name a resolution or an instruction as their source, and which of these have none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from tongxin.meetings.models import Instruction, Resolution
from tongxin.plans.models import Task, TaskSource

Source = Resolution | Instruction
ENDED = (Task.State.COMPLETED, Task.State.CANCELLED)


def origin_of(source: Source) -> str:
    """Return what the sources of tasks call it."""
    is_resolution = isinstance(source, Resolution)
    return TaskSource.Origin.RESOLUTION if is_resolution else TaskSource.Origin.INSTRUCTION


def tasks_by_source(origin: str, keys: Iterable[int], tasks: QuerySet[Task]) -> dict[int, list[Task]]:
    """Return those of the tasks that name each of the sources, in the order in which they were made."""
    named = (
        TaskSource.objects.filter(origin=origin, identifier__in=list(keys), task__in=tasks.order_by())
        .select_related("task__measure__plan", "task__organisation")
        .order_by("task_id")
    )
    found: dict[int, list[Task]] = {}
    for source in named:
        found.setdefault(source.identifier or 0, []).append(source.task)
    return found


def _live(origin: str) -> QuerySet[TaskSource]:
    named = TaskSource.objects.filter(origin=origin, identifier=OuterRef("pk"))
    return named.exclude(task__state=Task.State.CANCELLED)


def resolutions_without_task() -> QuerySet[Resolution]:
    """Return the resolutions of which no task was made that is not cancelled."""
    return Resolution.objects.filter(~Exists(_live(TaskSource.Origin.RESOLUTION)))


def is_without_task() -> Q:
    """Return the condition on an instruction of having no task that is not cancelled."""
    return Q(~Exists(_live(TaskSource.Origin.INSTRUCTION)))


def is_past_reply(day: date) -> Q:
    """Return the condition on an instruction of being past its day with a task that is not done, or none."""
    live = _live(TaskSource.Origin.INSTRUCTION)
    is_open = Q(Exists(live.exclude(task__state=Task.State.COMPLETED)))
    return Q(reply_by__lt=day) & (is_open | is_without_task())


def refuse_with_tasks(source: Source) -> None:
    """Refuse to remove what a task names as its source."""
    named = TaskSource.objects.filter(origin=origin_of(source), identifier=source.pk).select_related("task")
    first = named.order_by("pk").first()
    if first is not None:
        message = _("The task “%(task)s” names this as its source, so it stays.")
        raise ValidationError(message % {"task": first.task})
