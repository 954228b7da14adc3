"""Whom the measures of a plan have in fact reached, and what is done on paper alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from tongxin.analytics.figure_store import Status
from tongxin.figures.queries import NoReleaseError, Release, read_release
from tongxin.figures.selection import usual_kind
from tongxin.organisations.models import Level, Organisation
from tongxin.plans.figure_tests import FigureTest, figure_tests
from tongxin.plans.models import Measure, Plan, Report, Task

LEVELS = (Level.CITY, Level.COUNTY, Level.TOWN, Level.ENTERPRISE)


@dataclass(frozen=True)
class LevelReach:
    """How many units of a level there are, and are reached: by a share, by accepted work, in the facts."""

    level: str
    n_units: int
    n_handed: int
    n_worked: int
    n_facts: int | None
    """Units whose figures of the measure's indicators are above 0; None where it has none."""

    @property
    def name(self) -> str:
        return str(Level(self.level).label)


@dataclass(frozen=True)
class MeasureReach:
    """A measure, level by level below the unit of its plan."""

    measure: Measure
    levels: tuple[LevelReach, ...]
    indicators: tuple[str, ...]


@dataclass(frozen=True)
class _Unit:
    key: int
    path: str


def reach_of_plan(plan: Plan) -> list[MeasureReach]:
    """Return how far down each measure of a plan that has tasks has come.

    A unit is reached by its own share, or by one of a unit below it.
    """
    top = plan.organisation
    below = Organisation.objects.below(top).exclude(pk=top.pk).filter(closed_on=None)
    units: defaultdict[str, list[_Unit]] = defaultdict(list)
    for level, pk, path in below.filter(level__in=LEVELS).values_list("level", "pk", "path"):
        units[level].append(_Unit(pk, path or ""))
    measures = plan.measures.filter(tasks__isnull=False).distinct()
    return [_reach(measure, units, len(top.path or "")) for measure in measures]


def _reach(measure: Measure, units: dict[str, list[_Unit]], depth: int) -> MeasureReach:
    tasks = measure.tasks.exclude(state=Task.State.CANCELLED)
    handed = _with_those_above(tasks.values_list("organisation__path", flat=True), depth)
    accepted = Report.objects.filter(task__in=tasks, state=Report.State.ACCEPTED)
    worked = _with_those_above(accepted.values_list("task__organisation__path", flat=True), depth)
    indicators = tuple(sorted(set(tasks.exclude(indicator="").values_list("indicator", flat=True))))
    facts = {level: _in_facts(indicators, units.get(level, [])) for level in LEVELS}
    levels = tuple(
        LevelReach(
            level,
            len(units[level]),
            sum(each.path in handed for each in units[level]),
            sum(each.path in worked for each in units[level]),
            facts[level],
        )
        for level in LEVELS
        if units.get(level)
    )
    return MeasureReach(measure, levels, indicators)


def _with_those_above(paths: Collection[str | None], depth: int) -> set[str]:
    """Return paths with all that lead to them below a depth: who reaches a town has reached its county."""
    found: set[str] = set()
    for path in set(paths):
        steps = (path or "").rstrip("/")
        while len(steps) >= depth:
            found.add(f"{steps}/")
            steps = steps.rpartition("/")[0]
    return found


def _in_facts(indicators: Sequence[str], units: Sequence[_Unit]) -> int | None:
    """Return how many units have a figure above 0 in any of the indicators, in the newest complete period."""
    try:
        release = read_release()
    except NoReleaseError:
        return None
    known = [code for code in indicators if code in release.codes]
    if not known:
        return None
    reached: set[int] = set()
    for code in known:
        reached |= _above_nothing(release, code, [unit.key for unit in units if unit.key not in reached])
    return len(reached)


def _above_nothing(release: Release, code: str, keys: list[int]) -> set[int]:
    period = release.default_period(usual_kind(release.newest(code)))
    figures = release.store.read(code, keys, [period])
    return {each.organisation for each in figures if each.status is Status.OK and (each.value or 0) > 0}


@dataclass(frozen=True)
class OnPaper:
    """A task said to be done, or closed by a reason, whose figure has not moved."""

    task: Task
    test: FigureTest


def done_on_paper(tasks: QuerySet[Task]) -> list[OnPaper]:
    """Return those that are completed or that an accepted report calls done, whose figure has not moved."""
    said = Report.objects.filter(state=Report.State.ACCEPTED, is_final=True).values("task")
    asked = list(
        tasks.exclude(indicator="")
        .exclude(state=Task.State.CANCELLED)
        .filter(Q(state=Task.State.COMPLETED) | Q(pk__in=said))
        .order_by("measure__position", "pk")
    )
    tests = figure_tests(asked)
    return [OnPaper(task, tests[task.pk]) for task in asked if not tests[task.pk].is_moving]
