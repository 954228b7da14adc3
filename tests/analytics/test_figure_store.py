"""Values, statuses and facts of a small town, every expected number counted by hand from the rows below."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest
from tests.analytics.provinces import SUBJECTS, TRAININGS, WORKERS, schema_of

from tongxin.analytics.answers import Lake
from tongxin.analytics.definitions import Definition, Item, read_definitions
from tongxin.analytics.engine import Engine
from tongxin.analytics.facts import Question, read_facts
from tongxin.analytics.figure_store import FigureStore, Status
from tongxin.analytics.figures import FigureError, Inputs, compute_figures
from tongxin.analytics.reported import ReportedTables
from tongxin.analytics.trees import Hierarchy, Placement
from tongxin.codes.periods import Period

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

Q2, Q3 = Period.parse("2026Q2"), Period.parse("2026Q3")
OLD = date(2000, 1, 1)
# City 1 with counties 2 and 3; enterprises 21 and 22 in county 2, 31 in county 3, 22 founded on 1 July.
PLACES = [
    Placement(1, None, OLD, level="city"),
    Placement(2, 1, OLD, level="county"),
    Placement(3, 1, OLD, level="county"),
    Placement(21, 2, OLD, level="enterprise"),
    Placement(22, 2, date(2026, 7, 1), level="enterprise"),
    Placement(31, 3, OLD, level="enterprise"),
]
TEXT = """
code: heads
value: {count: workers, where: "worker.employed", at: period_end}
breakdowns: [sex]
---
code: skilled
unit: percent
numerator: {count: workers, where: "worker.grade >= code('skill_grade', 'senior')", at: period_end}
denominator: {count: workers, where: "worker.employed", at: period_end}
---
code: wages
unit: yuan
value: {average: wage, of: workers, where: "worker.employed", at: period_end}
---
code: hours
unit: hours
value: {sum: hours, of: trainings, in: period}
---
code: reach
unit: per_hundred
valid_from: 2026-07-01
numerator: {count_distinct: worker, of: trainings, in: {last: 4, of: quarter}}
denominator: {count: workers, at: period_end}
---
code: sales_per_head
unit: yuan
numerator: {reported: sales, in: period}
denominator: {reported: employ, in: period}
---
code: employ_average
value: {average: employ, of: reported, in: period}
---
code: sales_sum
value: {reported: sales, in: period}
---
code: trained
value: {count: workers, where: "worker.trainings.exists(t, t.hours >= 1.5)", at: period_end}
---
code: sales_per_worker
numerator: {reported: sales, in: period}
denominator: {count: workers, at: period_end}
"""
ITEMS = {"sales": Item("sales", "Sales", "", 100), "employ": Item("employ", "Employees", "")}
DEFINITIONS = {each.code: each for each in read_definitions(TEXT, SUBJECTS, ITEMS)}


def _spell(worker: int, organisation: int, sex: str | None, grade: str | None, wage: int | None) -> dict:
    return {
        "entity": worker,
        "worker": worker,
        "organisation": organisation,
        "valid_from": date(2025, 1, 1),
        "worker.sex": sex,
        "worker.employed": True,
        "worker.grade": grade,
        "worker.wage": wage,
    }


# Worker 100 works in both counties; the grade of 103 is missing.
SPELLS = [
    _spell(100, 21, "female", "senior", 600_000),
    _spell(100, 31, "female", "senior", 200_050),
    _spell(101, 21, "male", "none", 500_000),
    _spell(102, 31, "male", "technician", 700_000),
    _spell(103, 31, None, None, None),
]
EVENTS = [
    {"entity": 1, "worker": 100, "organisation": 21, "on": date(2026, 8, 1), "training.hours": 90},
    {"entity": 1, "worker": 100, "organisation": 31, "on": date(2026, 8, 1), "training.hours": 90},
    {"entity": 2, "worker": 101, "organisation": 21, "on": date(2026, 5, 1), "training.hours": 60},
]
REPORTS = [
    {"item": "sales", "organisation": 21, "period": "2026Q3", "value": 1_000_00},
    {"item": "employ", "organisation": 21, "period": "2026Q3", "value": 4},
    {"item": "sales", "organisation": 31, "period": "2026Q3", "value": 900_00},
]


@pytest.fixture(scope="module")
def engine() -> Engine:
    return Engine(threads=1)


@pytest.fixture(scope="module")
def inputs(engine: Engine) -> Inputs:
    tables = {
        "workers": engine.take(pa.Table.from_pylist(SPELLS, schema=schema_of(WORKERS))),
        "trainings": engine.take(pa.Table.from_pylist(EVENTS, schema=schema_of(TRAININGS))),
    }
    reports = pa.Table.from_pylist(REPORTS)
    asked = pa.schema([("organisation", pa.int64()), ("valid_from", pa.date32()), ("valid_to", pa.date32())])
    units = [{"organisation": n, "valid_from": OLD} for n in (21, 22, 31)]
    expected = pa.Table.from_pylist(units, schema=asked)
    reported = ReportedTables(engine.take(reports), engine.take(expected))
    return Inputs(Lake(tables), Hierarchy(PLACES), reported)


@pytest.fixture(scope="module")
def store(engine: Engine, inputs: Inputs, tmp_path_factory: pytest.TempPathFactory) -> FigureStore:
    target: Path = tmp_path_factory.mktemp("figures")
    compute_figures(engine, list(DEFINITIONS.values()), inputs, [Q2, Q3], target)
    return FigureStore(target, list(DEFINITIONS.values()))


def _one(store: FigureStore, code: str, organisation: int, period: Period = Q3):
    (figure,) = store.read(code, [organisation], [period])
    return figure


def test_a_person_with_two_jobs_counts_once_where_both_meet(store: FigureStore) -> None:
    assert [_one(store, "heads", node).value for node in (1, 2, 3, 21, 31)] == [4, 2, 3, 2, 3]


def test_who_cannot_be_told_is_in_neither_part_and_lowers_completeness(store: FigureStore) -> None:
    figure = _one(store, "skilled", 1)

    # Persons 100 and 102 of 100, 101, 102; of 103 the grade is missing.
    assert (figure.numerator, figure.denominator, figure.undetermined, figure.population) == (2, 3, 1, 4)
    assert figure.value == pytest.approx(200 / 3)
    assert figure.completeness == 0.75


def test_who_stands_twice_has_one_value_and_a_mean_is_divided_once(store: FigureStore) -> None:
    # Of one person 6,000.00 and 2,000.50 are given, and the largest is taken: (6,000 + 5,000 + 7,000) / 3
    assert _one(store, "wages", 1).value == 6000
    assert _one(store, "wages", 1).denominator == 3
    assert _one(store, "wages", 1).undetermined == 1


def test_an_event_carried_by_two_units_counts_once_above_them(store: FigureStore) -> None:
    assert [_one(store, "hours", node).value for node in (1, 2, 3)] == [1.5, 1.5, 1.5]
    assert _one(store, "hours", 1, Q2).value == 1.0


def test_a_condition_over_a_persons_facts_looks_at_those_up_to_the_day(store: FigureStore) -> None:
    # Person 100 has 1.5 hours, on 1 August; person 101 has one hour.
    assert [_one(store, "trained", 1, period).value for period in (Q2, Q3)] == [0, 1]


def test_nothing_counted_is_zero_and_nothing_to_divide_by_is_no_value(store: FigureStore) -> None:
    assert (_one(store, "heads", 22).value, _one(store, "heads", 22).status) == (0, Status.OK)
    assert (_one(store, "skilled", 22).value, _one(store, "skilled", 22).status) == (None, Status.NO_VALUE)


def test_a_unit_not_yet_founded_and_a_definition_not_yet_valid_do_not_apply(store: FigureStore) -> None:
    assert _one(store, "heads", 22, Q2).status is Status.NOT_APPLICABLE
    assert _one(store, "heads", 999).status is Status.NOT_APPLICABLE
    assert _one(store, "reach", 1, Q2).status is Status.NOT_APPLICABLE
    assert _one(store, "heads", 1, Period.parse("2026-09")).status is Status.NOT_APPLICABLE
    assert _one(store, "reach", 1).value == 50.0


def test_categories_of_a_breakdown_hold_the_unknown(store: FigureStore) -> None:
    figures = store.read("heads", [1, 2], [Q3], "sex")

    assert [(each.organisation, each.category, each.value) for each in figures] == [
        (1, "male", 2),
        (1, "female", 1),
        (1, "unknown", 1),
        (2, "male", 1),
        (2, "female", 1),
        (2, "unknown", 0),
    ]


def test_a_unit_that_reports_one_of_two_items_is_in_neither_part(store: FigureStore) -> None:
    figure = _one(store, "sales_per_head", 1)

    assert (figure.value, figure.reporting, figure.expected) == (250.0, 1, 3)
    assert figure.completeness == pytest.approx(1 / 3)


def test_where_nobody_reported_a_figure_is_missing(store: FigureStore) -> None:
    figure = _one(store, "sales_per_head", 3)

    assert (figure.value, figure.numerator, figure.completeness) == (None, None, 0)
    assert figure.status is Status.MISSING
    assert _one(store, "sales_sum", 1, Q2).status is Status.MISSING
    # Enterprise 22 was not there in the second quarter.
    assert _one(store, "sales_sum", 1, Q2).expected == 2


def test_sums_and_means_of_reports_are_over_those_that_reported(store: FigureStore) -> None:
    assert _one(store, "sales_sum", 1).value == 1900.0
    assert _one(store, "employ_average", 1).value == 4.0


def test_reports_can_be_divided_by_registered_facts(store: FigureStore) -> None:
    assert _one(store, "sales_per_worker", 1).value == 475.0


def test_descendants_are_those_of_the_period(store: FigureStore) -> None:
    assert store.descendants(1, "enterprise", Q2) == [21, 31]
    assert store.descendants(2, "enterprise", Q3) == [21, 22]
    assert store.periods == (Q2, Q3)
    assert store.exists(22, Q3)
    assert not store.exists(22, Q2)


def _ask(engine: Engine, inputs: Inputs, code: str, node: int, **more):
    definition: Definition = DEFINITIONS[code]
    page = {name: more.pop(name) for name in ("offset", "limit") if name in more}
    return read_facts(engine, Question(definition, node, Q3, **more), inputs, **page)


def test_the_facts_behind_a_figure_hold_as_many_keys_as_it_counts(engine: Engine, inputs: Inputs) -> None:
    facts = _ask(engine, inputs, "heads", 1)

    assert facts.total == 5
    assert set(facts.rows["entity"].to_pylist()) == {100, 101, 102, 103}
    assert facts.rows.column_names == [
        "entity",
        "worker",
        "organisation",
        "day",
        "worker.employed",
        "worker.sex",
    ]


def test_facts_leave_out_who_cannot_be_told(engine: Engine, inputs: Inputs) -> None:
    above, below = _ask(engine, inputs, "skilled", 3), _ask(engine, inputs, "skilled", 3, part="denominator")

    assert above.rows["worker"].to_pylist() == [100, 102]
    assert below.rows["worker"].to_pylist() == [100, 102]


def test_facts_of_a_window_are_those_in_it(engine: Engine, inputs: Inputs) -> None:
    assert _ask(engine, inputs, "reach", 1).rows["worker"].to_pylist() == [101, 100, 100]
    assert _ask(engine, inputs, "hours", 1).rows["training.hours"].to_pylist() == [90, 90]


def test_facts_of_a_category_and_by_page(engine: Engine, inputs: Inputs) -> None:
    males = _ask(engine, inputs, "heads", 1, breakdown="sex", category="male")
    second = _ask(engine, inputs, "heads", 1, offset=1, limit=1)

    assert males.rows["worker"].to_pylist() == [101, 102]
    assert (second.total, second.rows["entity"].to_pylist()) == (5, [101])


def test_facts_of_a_report_are_the_units(engine: Engine, inputs: Inputs) -> None:
    facts = _ask(engine, inputs, "sales_per_head", 1)

    assert facts.rows.to_pylist() == [
        {
            "entity": 21,
            "worker": None,
            "organisation": 21,
            "day": date(2026, 9, 30),
            "numerator": 100_000,
            "denominator": 4,
        }
    ]


def test_facts_that_a_definition_has_not_are_refused(engine: Engine, inputs: Inputs) -> None:
    with pytest.raises(FigureError, match="has no denominator"):
        _ask(engine, inputs, "heads", 1, part="denominator")
    with pytest.raises(FigureError, match="no breakdown 'grade'"):
        _ask(engine, inputs, "heads", 1, breakdown="grade", category="none")
    question = Question(DEFINITIONS["reach"], 1, Q2)
    with pytest.raises(FigureError, match="makes no figure for 2026Q2"):
        read_facts(engine, question, inputs)


def test_facts_of_an_unknown_organisation_are_none(engine: Engine, inputs: Inputs) -> None:
    assert _ask(engine, inputs, "heads", 999).total == 0


def test_a_subject_without_a_table_is_named(engine: Engine, tmp_path: Path) -> None:
    inputs = Inputs(Lake({}), Hierarchy(PLACES))

    with pytest.raises(FigureError, match="no table of the subject 'workers'"):
        compute_figures(engine, [DEFINITIONS["heads"]], inputs, [Q3], tmp_path)
    with pytest.raises(FigureError, match="takes reported values, and none are given"):
        compute_figures(engine, [DEFINITIONS["sales_sum"]], inputs, [Q3], tmp_path)
