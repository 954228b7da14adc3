"""Whether the figure of a task has reached its target."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from django.utils.translation import gettext as _

from tongxin.analytics.attainment import attained_percent, has_moved, is_reached
from tongxin.analytics.definitions import Definition, Direction
from tongxin.analytics.figure_store import Figure, Status
from tongxin.codes.periods import Period
from tongxin.figures.places import passport_url
from tongxin.figures.queries import NoReleaseError, Release, read_release
from tongxin.figures.words import decimals_of, indicator_name, unit_text, value_text
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Task, TaskTarget
from tongxin.ui.formats import NOTHING, number

PLACES = 4
"""The decimals of a stored target."""


@dataclass(frozen=True)
class FigureTest:
    """The newest figure of a task against what it is to reach; none where there is no release."""

    task: Task
    unit: Organisation
    targets: tuple[TaskTarget, ...]
    definition: Definition | None = None
    figure: Figure | None = None

    @property
    def last(self) -> TaskTarget | None:
        """What is to be reached in the end."""
        return max(self.targets, key=lambda each: Period.parse(each.period), default=None)

    @property
    def baseline(self) -> Decimal | None:
        """Where the figure stood at the beginning, as far as anybody said."""
        ordered = sorted(self.targets, key=lambda each: Period.parse(each.period))
        return next((each.baseline for each in ordered if each.baseline is not None), None)

    @property
    def value(self) -> float | None:
        return self.figure.value if self.figure and self.figure.status is Status.OK else None

    @property
    def falls(self) -> bool:
        """Whether the number is to fall: as the definition says, else as the target lies to the baseline."""
        direction = self.definition.direction if self.definition else Direction.NEUTRAL
        if direction is Direction.NEUTRAL and self.last is not None and self.baseline is not None:
            return self.last.value < self.baseline
        return direction is Direction.LOWER_IS_BETTER

    @property
    def is_ranked(self) -> bool:
        """Whether the value is taken from an order, as a median is."""
        return self.definition is not None and self.definition.rank is not None

    @property
    def is_passed(self) -> bool:
        if self.value is None or self.last is None:
            return False
        return is_reached(self.value, self.last.value, lower_is_better=self.falls)

    @property
    def percent(self) -> Fraction | None:
        if self.value is None or self.last is None:
            return None
        return attained_percent(self.value, self.last.value, self.baseline, lower_is_better=self.falls)

    @property
    def is_moving(self) -> bool:
        """Whether the facts show anything: better than the baseline, or, without one, at the target."""
        if self.value is None:
            return False
        if self.baseline is None:
            return self.is_passed
        return has_moved(self.value, self.baseline, lower_is_better=self.falls)

    @property
    def name(self) -> str:
        return indicator_name(self.definition) if self.definition else self.task.indicator

    @property
    def url(self) -> str:
        return passport_url(self.figure, self.unit.code) if self.figure else ""

    @property
    def value_text(self) -> str:
        return value_text(self.figure, self.definition) if self.figure and self.definition else NOTHING

    def written(self, value: Decimal | None) -> str:
        """Write a value as figures of the indicator are written."""
        if value is None:
            return NOTHING
        if self.definition is None:
            return number(value)
        text = number(value, decimals_of(self.definition))
        return f"{text}%" if self.definition.unit.code == "percent" else text

    @property
    def unit_text(self) -> str:
        return unit_text(self.definition) if self.definition else ""

    def sentence(self) -> str:
        """Say what the figure is, what it should be and where."""
        last = self.last
        told = {
            "indicator": self.name,
            "unit": self.unit.name,
            "period": self.figure.period if self.figure else "",
            "value": self.value_text,
            "target": self.written(last.value) if last else NOTHING,
            "due": last.period if last else "",
        }
        if self.figure is None:
            message = _(
                "There is no figure yet for %(indicator)s of %(unit)s; %(target)s is wanted for %(due)s."
            )
        else:
            message = _(
                "%(indicator)s of %(unit)s is %(value)s in %(period)s; %(target)s is wanted for %(due)s."
            )
        return message % told


def figure_test(task: Task) -> FigureTest:
    """Return the test of one task that is bound to an indicator."""
    return figure_tests([task])[task.pk]


def figure_tests(tasks: Iterable[Task]) -> dict[int, FigureTest]:
    """Return the test of each task that is bound to an indicator, by its key; one reading an indicator."""
    asked = list(tasks)
    if not asked:
        return {}
    targets = defaultdict(list)
    for target in TaskTarget.objects.filter(task__in=asked):
        targets[target.task_id].append(target)
    bare = [FigureTest(task, task.organisation, tuple(targets[task.pk])) for task in asked]
    try:
        release = read_release()
    except NoReleaseError:
        return {each.task.pk: each for each in bare}
    grouped: defaultdict[tuple[str, Period], list[FigureTest]] = defaultdict(list)
    for each in bare:
        if each.last is not None and each.task.indicator in release.codes:
            grouped[each.task.indicator, _newest_period(release, each.last)].append(each)
    read = {
        test.task.pk: test
        for (code, period), group in grouped.items()
        for test in _read(release, code, period, group)
    }
    return {each.task.pk: read.get(each.task.pk, each) for each in bare}


def value_before(task: Task, period: Period) -> Decimal | None:
    """Return where the figure of a task stood when the task, or its plan, began; as far as it is known."""
    begins = task.starts_on or task.measure.plan.starts_on
    before = Period.containing(begins, period.kind).previous()
    try:
        release = read_release()
    except NoReleaseError:
        return None
    if task.indicator not in release.codes or before not in release.store.periods:
        return None
    unit = _counted(task, is_counted=release.store.exists(task.organisation_id, before))
    figure = release.store.read(task.indicator, [unit.pk], [before])[0]
    if figure.status is not Status.OK or figure.value is None:
        return None
    return Decimal(str(round(figure.value, PLACES)))


def _newest_period(release: Release, last: TaskTarget) -> Period:
    """Return the period of the last target, or the newest complete one while that is not over."""
    wanted = Period.parse(last.period)
    return min(wanted, release.default_period(wanted.kind))


def _read(release: Release, code: str, period: Period, tests: Sequence[FigureTest]) -> list[FigureTest]:
    store, definition = release.store, release.newest(code)
    if period not in store.periods:
        return []
    # A department has no figures: those of the division whose plan it works for count.
    units = [_counted(each.task, is_counted=store.exists(each.unit.pk, period)) for each in tests]
    figures = store.read(code, dict.fromkeys(unit.pk for unit in units), [period])
    by_unit = {figure.organisation: figure for figure in figures}
    return [
        FigureTest(each.task, unit, each.targets, definition, by_unit.get(unit.pk))
        for each, unit in zip(tests, units, strict=True)
    ]


def _counted(task: Task, *, is_counted: bool) -> Organisation:
    return task.organisation if is_counted else task.measure.plan.organisation
