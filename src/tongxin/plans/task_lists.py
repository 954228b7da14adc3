"""The tasks of a unit and of those below it, as a reader may see them: filtered, counted, in pages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, OrderBy, Prefetch, Q, QuerySet

from tongxin.organisations.access import (
    Action,
    Principal,
    grants_in_force,
    reach_of,
    reaches,
    roles_that_allow,
)
from tongxin.organisations.models import Organisation, RoleGrant
from tongxin.plans.access import reports_visible_to, tasks_visible_to
from tongxin.plans.models import Plan, Task, TaskSource, TaskUnit

OPEN = (Task.State.PLANNED, Task.State.ASSIGNED, Task.State.UNDER_WAY)
EVERY_STATE = "all"
SOON_DAYS = 30
FEW = 2_000
"""So many tasks are looked at one by one."""

DUE_FIRST = (F("due_on").asc(nulls_last=True), "pk")
SORTS: Mapping[str, Sequence[OrderBy | str]] = {
    "due": DUE_FIRST,
    "due_last": (F("due_on").desc(nulls_last=True), "-pk"),
    "moved": ("-moved_at", "-pk"),
    "title": ("title", "pk"),
    "unit": ("organisation__path", *DUE_FIRST),
}


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for; empty means whatever, and of states those that have not ended."""

    text: str = ""
    plan: Plan | None = None
    dimension: str = ""
    state: str = ""
    due: str = ""
    person: str = ""
    origin: str = ""
    sort: str = "due"

    @property
    def is_narrow(self) -> bool:
        """Whether more than a state is asked for."""
        return any((self.text, self.plan, self.dimension, self.due, self.person, self.origin))


def tasks_at(user: Principal, unit: Organisation) -> QuerySet[Task]:
    """Return the tasks that the reader may see of which the unit or one below answers for, leads or supports.

    A reader whose role reaches the whole of the unit sees every task that is answered for there: the rights
    are then looked at for those of other units alone, which are few, and not for each of a province's.
    """
    if not _reaches_all(user, unit):
        return _tasks_seen_at(user, unit)
    return _answered_for_at(user, unit).exclude(pk__in=_hidden_shares(user))


def _hidden_shares(user: Principal) -> QuerySet[Task, Any]:
    """Return the shares in drafts of units above the reader's: they are nobody's yet."""
    if user is None:
        return Task.objects.none().values("pk")
    drafts = Plan.objects.filter(state=Plan.State.DRAFT).exclude(
        reach_of(user, Action.SEE_PLANS, "organisation__")
    )
    shares = Task.objects.filter(parent__isnull=False, measure__plan__in=drafts.order_by())
    return shares.order_by().values("pk")


def _answered_for_at(user: Principal, unit: Organisation) -> QuerySet[Task]:
    elsewhere = Organisation.objects.exclude(pk__in=Organisation.objects.below(unit)).order_by()
    others = Task.objects.filter(organisation__in=elsewhere).order_by()
    keys = list(others.values_list("pk", flat=True)[: FEW + 1])
    if len(keys) > FEW:
        named = _named_at(unit).exclude(task__organisation__in=_below(unit))
        return Task.objects.filter(Q(organisation__in=_below(unit)) | Q(pk__in=_seen(user, named)))
    left_out = set(keys) - set(_seen(user, _named_at(unit).filter(task__in=keys)))
    return Task.objects.exclude(pk__in=left_out) if left_out else Task.objects.all()


def _reaches_all(user: Principal, unit: Organisation) -> bool:
    if user is None:
        return True
    held = grants_in_force(user).filter(
        role__in=roles_that_allow(Action.SEE_PLANS), reach=RoleGrant.Reach.SUBTREE
    )
    return any(reaches(grant, unit) for grant in held)


def _below(unit: Organisation) -> QuerySet[Organisation]:
    return Organisation.objects.below(unit).order_by()


def _named_at(unit: Organisation) -> QuerySet[TaskUnit]:
    return TaskUnit.objects.filter(organisation__in=_below(unit)).order_by()


def _seen(user: Principal, named: QuerySet[TaskUnit]) -> list[int]:
    """Return the tasks of those that name a unit, where the reader may see them."""
    keys = list(named.values_list("task", flat=True).distinct())
    found: list[int] = []
    for start in range(0, len(keys), FEW):
        seen = tasks_visible_to(user).filter(pk__in=keys[start : start + FEW])
        found += seen.order_by().values_list("pk", flat=True)
    return found


def _tasks_seen_at(user: Principal, unit: Organisation) -> QuerySet[Task]:
    """Return the same, with the rights looked at task by task."""
    named = Q(pk__in=_named_at(unit).values("task"))
    return tasks_visible_to(user).filter(Q(organisation__in=_below(unit)) | named)


def matching(tasks: QuerySet[Task], wanted: Wanted, user: Principal, today: date) -> QuerySet[Task]:
    """Keep the tasks that are asked for, in whatever state they are."""
    if text := wanted.text.strip():
        named = TaskUnit.objects.filter(name__icontains=text).values("task")
        tasks = tasks.filter(Q(title__icontains=text) | Q(pk__in=named))
    if wanted.plan is not None:
        tasks = tasks.filter(measure__plan=wanted.plan)
    if wanted.dimension:
        tasks = tasks.filter(measure__dimension=wanted.dimension)
    if wanted.origin:
        tasks = tasks.filter(pk__in=TaskSource.objects.filter(origin=wanted.origin).values("task"))
    if name := wanted.person.strip():
        tasks = tasks.filter(pk__in=_reported_by(name, user))
    return tasks.filter(_due(wanted.due, today)) if wanted.due else tasks


def _reported_by(name: str, user: Principal) -> QuerySet[Any, Any]:
    """Return the tasks on which somebody of that name wrote or sent a report that the reader may read."""
    by = Q(made_by__display_name__icontains=name) | Q(made_by__username=name)
    by |= Q(submitted_by__display_name__icontains=name) | Q(submitted_by__username=name)
    return reports_visible_to(user).filter(by).order_by().values("task")


def _due(due: str, today: date) -> Q:
    is_open = Q(state__in=OPEN)
    if due == "late":
        return is_open & Q(due_on__lt=today)
    if due == "soon":
        return is_open & Q(due_on__gte=today, due_on__lte=today + timedelta(days=SOON_DAYS))
    return Q(due_on=None)


def in_state(tasks: QuerySet[Task], state: str) -> QuerySet[Task]:
    """Keep the tasks in a state: with none named those that have not ended."""
    return tasks if state == EVERY_STATE else tasks.filter(state__in=states_of(state))


def count_states(tasks: QuerySet[Task]) -> dict[str, int]:
    """Return how many tasks are in each state."""
    found = dict(tasks.order_by().values_list("state").annotate(n=Count("pk")))
    return {state: found.get(state, 0) for state in Task.State.values}


def number_in(counts: Mapping[str, int], state: str) -> int:
    """Return how many tasks a list of a state has."""
    return sum(counts[each] for each in states_of(state))


class Found(Sequence[int]):
    """The keys of the tasks that are asked for, in order, and how many there are in each state.

    What is narrowed by no filter is counted and cut by the indexes of the table; else one pass finds both.
    """

    def __init__(self, tasks: QuerySet[Task], wanted: Wanted) -> None:
        self._ordered = tasks.order_by(*SORTS.get(wanted.sort, DUE_FIRST))
        self._state = wanted.state
        self._passed: list[tuple[int, str]] | None = None
        if wanted.is_narrow:
            self._passed = list(self._ordered.values_list("pk", "state"))
            counted = Counter(state for _pk, state in self._passed)
            self.counts = {state: counted[state] for state in Task.State.values}
        else:
            self.counts = count_states(tasks)

    def __len__(self) -> int:
        return number_in(self.counts, self._state)

    def __getitem__(self, place: Any) -> Any:
        return self._keys(self._state)[place]

    def first_of(self, state: str, most: int) -> list[int]:
        """Return the first keys of one state."""
        return list(self._keys(state)[:most])

    def _keys(self, state: str) -> Any:
        if self._passed is None:
            return in_state(self._ordered, state).values_list("pk", flat=True)
        wanted = states_of(state)
        return [pk for pk, found in self._passed if found in wanted]


def states_of(state: str) -> Collection[str]:
    """Return the states that are meant: all, one, or with none named those that have not ended."""
    if state == EVERY_STATE:
        return Task.State.values
    return (state,) if state else OPEN


def fetched(keys: Sequence[int]) -> list[Task]:
    """Return tasks with what a row shows, in the order of their keys."""
    found = {task.pk: task for task in shown().filter(pk__in=keys)}
    return [found[key] for key in keys if key in found]


def shown() -> QuerySet[Task]:
    """Return tasks with all that a row shows of them; whose they are is the caller's question."""
    units = TaskUnit.objects.order_by("part", "pk")
    return Task.objects.select_related(
        "measure__plan__organisation", "organisation", "parent__organisation"
    ).prefetch_related(Prefetch("units", units))
