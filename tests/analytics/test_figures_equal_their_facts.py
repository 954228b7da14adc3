"""Every node's figure equals what its subtree's facts say, worked out in plain Python without shared code."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from tests.analytics.composed import NUMBERS, composed_figures
from tests.analytics.provinces import SUBJECTS
from tests.analytics.small_worlds import Row, World, age_on, band_of, small_worlds, two_cities

from tongxin.analytics import event_cells
from tongxin.analytics.answers import Lake
from tongxin.analytics.definitions import read_definitions
from tongxin.analytics.engine import Engine
from tongxin.analytics.figures import Inputs, compute_figures
from tongxin.codes.periods import Period

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

TEXT = """
code: heads
value: {count: workers, where: "worker.employed", at: period_end}
breakdowns: [sex, age_band, ownership]
periods: [month, quarter]
---
code: skilled
unit: percent
numerator:
  count: workers
  where: "worker.employed && worker.grade >= code('skill_grade', 'senior')"
  at: period_end
denominator: {count: workers, where: "worker.employed && worker.age >= 25", at: period_end}
breakdowns: [age_band]
---
code: wages
unit: yuan
value: {average: wage, of: workers, where: "worker.employed", at: period_end}
breakdowns: [sex]
---
code: median_wage
unit: yuan
value: {median: wage, of: workers, where: "worker.employed", at: period_end}
breakdowns: [sex, [age_band, sex]]
---
code: ninth_hours
value: {quantile: hours, p: 0.9, of: trainings, in: {last: 2, of: quarter}}
breakdowns: [kind, ownership]
periods: [month, quarter]
---
code: longest_hours
value: {maximum: hours, of: trainings, where: "worker.age < 25", in: {last: 2, of: quarter}}
---
code: lowest_wage
value: {minimum: wage, of: workers, at: period_end}
breakdowns: [sex]
---
code: reach
unit: per_hundred
numerator: {count_distinct: worker, of: trainings, where: "training.hours >= 8.0", in: {last: 2, of: quarter}}
denominator: {count: workers, where: "worker.employed", at: period_end}
breakdowns: [sex, age_band, ownership]
periods: [month, quarter]
---
code: events
value: {count: trainings, in: period}
breakdowns: [kind, ownership]
periods: [quarter, year]
---
code: hours
value: {sum: hours, of: trainings, where: "training.kind == code('training_kind', 'induction')", in: period}
breakdowns: [sex]
---
code: mean_hours
value: {average: hours, of: trainings, in: period}
---
code: providers
value: {count_distinct: organisation, of: trainings, where: "worker.age < 25", in: {last: 2, of: quarter}}
breakdowns: [ownership, sex]
"""
DEFINITIONS = read_definitions(TEXT, SUBJECTS)
PERIODS = [Period.parse(text) for text in ("2024", "2024Q2", "2024Q3", "2024-08", "2024-09")]

Answer = bool | None
Test = Callable[[Row, date], Answer]


def both(one: Answer, other: Answer) -> Answer:
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def at_least(value: int | None, least: int) -> Answer:
    return None if value is None else value >= least


def is_senior(row: Row, _: date) -> Answer:
    grade = row["worker.grade"]
    return both(row["worker.employed"], None if grade is None else grade == "senior")


def employed(row: Row, _: date) -> Answer:
    return row["worker.employed"]


def knows(test: Test, column: str) -> Test:
    def answer(row: Row, day: date) -> Answer:
        given = test(row, day)
        return None if given and row[column] is None else given

    return answer


def always(_: Row, __: date) -> Answer:
    return True


def of_kind(row: Row, _: date) -> Answer:
    return None if row["training.kind"] is None else row["training.kind"] == "induction"


def is_young(row: Row, _: date) -> Answer:
    age = age_on(row["worker.birth_date"], row["on"])
    return None if age is None else age < 25


def is_adult(row: Row, day: date) -> Answer:
    return both(row["worker.employed"], at_least(age_on(row["worker.birth_date"], day), 25))


def category_of(row: Row, breakdown: str | None, day: date) -> str | None:
    if breakdown is None:
        return None
    if breakdown == "age_band":
        return band_of(age_on(row["worker.birth_date"], row.get("on", day))) or "unknown"
    if "," in breakdown:
        return ",".join(str(category_of(row, each, day)) for each in breakdown.split(","))
    columns = {"sex": "worker.sex", "ownership": "organisation.ownership", "kind": "training.kind"}
    return row[columns[breakdown]] or "unknown"


def spells_on(world: World, day: date) -> list[Row]:
    return [
        row
        for row in world.workers
        if row["valid_from"] <= day and (row["valid_to"] is None or day < row["valid_to"])
    ]


def rows_in_time(world: World, subject: str, period: Period, months: int | None) -> list[Row]:
    if subject == "workers":
        return spells_on(world, period.last_day)
    end = period.last_day.year * 12 + period.last_day.month
    length = months or period.kind.months
    return [row for row in world.trainings if end - length < row["on"].year * 12 + row["on"].month <= end]


def value_of(every: list[Row], row: Row, column: str) -> int:
    """The largest value that the rows of an entity give, wherever they stand."""
    same = [other[column] for other in every if other["entity"] == row["entity"]]
    return max(value for value in same if value is not None)


def weight_of(world: World, subject: str, row: Row, column: str | None, day: date) -> int:
    if column is None:
        return 1
    if subject == "trainings":
        return value_of(world.trainings, row, column)
    return value_of(spells_on(world, day), row, column)


def values_of(
    world: World, subject: str, rows: list[Row], answers: list[Answer], column: str, day: date
) -> list[int]:
    """The values in order of the entities whose answer is yes, each once."""
    found = {
        row["entity"]: weight_of(world, subject, row, column, day)
        for row, answer in zip(rows, answers, strict=True)
        if answer
    }
    return sorted(found.values())


def quantile_of(values: list[int], p: Fraction) -> int:
    """Type 7 times the denominator of p: Excel's PERCENTILE.INC, numpy's and pandas' default."""
    if not values:
        return 0
    at = (len(values) - 1) * p
    below = int(at)
    above = min(below + 1, len(values) - 1)
    exact = (values[below] + (values[above] - values[below]) * (at - below)) * p.denominator
    assert exact.denominator == 1
    return int(exact)


def tally(
    world: World,
    subject: str,
    rows: list[Row],
    key: str,
    answers: list[Answer],
    column: str | None = None,
    day: date = date.max,
) -> tuple[int, int, int]:
    """Return the weighted sum of true keys, the keys that cannot be told, and all keys."""
    true, unsure, every, total = set(), set(), set(), 0
    for row, answer in zip(rows, answers, strict=True):
        name = row[key]
        if name is None:
            continue
        every.add(name)
        if answer is None:
            unsure.add(name)
        elif answer and name not in true:
            true.add(name)
            total += weight_of(world, subject, row, column, day)
    return total, len(unsure - true), len(every)


def expect(world: World, code: str, rows_of: Callable[[str, int | None], list[Row]], day: date) -> tuple:
    """Return numerator, denominator, undetermined and population of an indicator."""
    match code:
        case "heads":
            rows = rows_of("workers", None)
            n, u, p = tally(world, "workers", rows, "entity", [employed(row, day) for row in rows])
            return n, None, u, p
        case "skilled":
            rows = rows_of("workers", None)
            pairs = [(is_senior(row, day), is_adult(row, day)) for row in rows]
            one = [None if None in pair else pair[0] for pair in pairs]
            other = [None if None in pair else pair[1] for pair in pairs]
            n, u, p = tally(world, "workers", rows, "entity", one)
            return n, tally(world, "workers", rows, "entity", other)[0], u, p
        case "wages":
            rows = rows_of("workers", None)
            answers = [knows(employed, "worker.wage")(row, day) for row in rows]
            n, u, p = tally(world, "workers", rows, "entity", answers, "worker.wage", day)
            return n, tally(world, "workers", rows, "entity", answers)[0], u, p
        case "median_wage" | "lowest_wage":
            rows = rows_of("workers", None)
            test = employed if code == "median_wage" else always
            answers = [knows(test, "worker.wage")(row, day) for row in rows]
            n, u, p = tally(world, "workers", rows, "entity", answers)
            values = values_of(world, "workers", rows, answers, "worker.wage", day)
            return quantile_of(values, Fraction(1, 2) if code == "median_wage" else Fraction(0)), n, u, p
        case "ninth_hours" | "longest_hours":
            rows = rows_of("trainings", 6)
            test = always if code == "ninth_hours" else is_young
            answers = [knows(test, "training.hours")(row, day) for row in rows]
            n, u, p = tally(world, "trainings", rows, "entity", answers)
            values = values_of(world, "trainings", rows, answers, "training.hours", day)
            return quantile_of(values, Fraction(9, 10) if code == "ninth_hours" else Fraction(1)), n, u, p
        case "reach":
            events, heads = rows_of("trainings", 6), rows_of("workers", None)
            answers = [at_least(row["training.hours"], 480) for row in events]
            n, u, p = tally(world, "trainings", events, "worker", answers)
            d, v, q = tally(world, "workers", heads, "entity", [employed(row, day) for row in heads])
            return n, d, u + v, p + q
        case "providers":
            rows = rows_of("trainings", 6)
            n, u, p = tally(world, "trainings", rows, "organisation", [is_young(row, day) for row in rows])
            return n, None, u, p
        case "events":
            rows = rows_of("trainings", None)
            n, u, p = tally(world, "trainings", rows, "entity", [True] * len(rows))
            return n, None, u, p
        case _:
            rows = rows_of("trainings", None)
            test = of_kind if code == "hours" else always
            answers = [knows(test, "training.hours")(row, day) for row in rows]
            n, u, p = tally(world, "trainings", rows, "entity", answers, "training.hours")
            d = tally(world, "trainings", rows, "entity", answers)[0] if code == "mean_hours" else None
            return n, d, u, p


def expected_figures(world: World, as_of: date | None = None) -> dict[tuple, tuple]:
    found = {}
    for definition in DEFINITIONS:
        for period in PERIODS:
            if period.kind not in definition.periods:
                continue
            for node in {placement.node for placement in world.placements}:
                inside = world.subtree(node, as_of or period.last_day)
                for breakdown in (None, *(each.name for each in definition.breakdowns)):
                    found |= _of_place(world, definition.code, period, node, inside, breakdown)
    return found


def _of_place(
    world: World, code: str, period: Period, node: int, inside: set[int], breakdown: str | None
) -> dict[tuple, tuple]:
    day = period.last_day

    def rows_of(subject: str, months: int | None) -> list[Row]:
        rows = rows_in_time(world, subject, period, months)
        return [row for row in rows if row["organisation"] in inside]

    every = rows_of("workers", None) + rows_of("trainings", 12)
    known = {"sex", "age_band", "ownership", "age_band,sex"} if breakdown != "kind" else set()
    places = {None} if breakdown is None else set()
    if breakdown is not None:
        rows = every if breakdown in known else rows_of("trainings", 12)
        places = {category_of(row, breakdown, day) for row in rows}
    found = {}
    for category in places:

        def chosen(subject: str, months: int | None, category: str | None = category) -> list[Row]:
            return [row for row in rows_of(subject, months) if category_of(row, breakdown, day) == category]

        numbers = expect(world, code, chosen, day)
        if numbers[0] or numbers[1] or numbers[2]:
            found[code, str(period), node, breakdown, category] = tuple(each or 0 for each in numbers)
    return found


def computed_figures(world: World, as_of: date | None = None, *, is_native: bool) -> dict[tuple, tuple]:
    found = {}
    with tempfile.TemporaryDirectory() as folder, Engine(threads=1) as engine:
        # Loops read rows from where they stand, but for what only a statement can tell.
        take = engine.take_rows if is_native else engine.take
        tables = {name: take(table) for name, table in world.tables().items()}
        inputs = Inputs(Lake(tables), world.hierarchy)
        compute_figures(engine, DEFINITIONS, inputs, PERIODS, Path(folder), as_of=as_of, is_native=is_native)
        for definition in DEFINITIONS:
            shown = {None, *(breakdown.name for breakdown in definition.breakdowns)}
            for place, numbers in composed_figures(Path(folder), definition.code):
                if place[2] in shown and any(numbers[name] for name in NUMBERS[:3]):
                    found[definition.code, *place] = tuple(numbers[name] for name in NUMBERS)
    return found


_slow = settings(max_examples=18, deadline=None, suppress_health_check=list(HealthCheck), print_blob=True)
both_ways = pytest.mark.parametrize("is_native", [False, True], ids=["statements", "loops"])


@both_ways
@_slow
@given(world=small_worlds())
@example(world=two_cities())
def test_every_figure_equals_its_facts(world: World, is_native: bool) -> None:
    assert computed_figures(world, is_native=is_native) == expected_figures(world)


@both_ways
@settings(_slow, max_examples=4)
@given(world=small_worlds())
@example(world=two_cities())
def test_harmonised_figures_use_the_tree_of_the_chosen_day(world: World, is_native: bool) -> None:
    chosen = date(2024, 6, 1)

    assert computed_figures(world, chosen, is_native=is_native) == expected_figures(world, chosen)


def test_windows_that_no_mask_holds_together_are_counted_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    world = two_cities()
    monkeypatch.setattr(event_cells, "MASK_BITS", 1)

    assert computed_figures(world, is_native=False) == expected_figures(world)
