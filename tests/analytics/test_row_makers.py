"""Rows put together by loops are those put together by statements: pieces of spans, and events of a day."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongxin.analytics.engine import Engine
from tongxin.analytics.row_makers import RowMaker
from tongxin.analytics.row_plans import Held, Recipe

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")

DAY = pa.date32()
days = st.integers(0, 40).map(lambda n: date(2024, 1, 1) + timedelta(n))
GRADE = Held("grades", "person", "worker", {"worker.grade": "grade"}, {"worker.grade": "none"})
INDUSTRY = Held("units", "unit", "organisation", {"organisation.industry": "industry"})
PERSON = Held("people", "id", "worker", {"worker.sex": "sex", "worker.birth_date": "born"}, is_dated=False)
HELD = (GRADE, INDUSTRY, PERSON)


@st.composite
def histories(draw: st.DrawFn, values: list[str | None]) -> list[tuple]:
    """Draw spells of some keys that do not overlap, the last of a key perhaps without an end."""
    found = []
    # Keys far apart are found in another way than keys that are nearly dense.
    for key in draw(st.sets(st.sampled_from([1, 2, 3, 10_000_000]), max_size=3)):
        cuts = sorted(draw(st.sets(days, min_size=1, max_size=5)))
        for begin, end in zip(cuts, [*cuts[1:], None], strict=True):
            if draw(st.booleans()):
                found.append((key, begin, end, draw(st.sampled_from(values))))
    return draw(st.permutations(found))


def table_of(names: str, kinds: list[pa.DataType], rows: list[tuple]) -> pa.Table:
    columns = zip(*rows, strict=True) if rows else [[]] * len(kinds)
    arrays = (pa.array(list(column), kind) for column, kind in zip(columns, kinds, strict=True))
    return pa.table(dict(zip(names.split(), arrays, strict=True)))


def tables_of(engine: Engine, grades: list[tuple], units: list[tuple], people: list[tuple]) -> dict:
    spell = [pa.int64(), DAY, DAY, pa.string()]
    return {
        "grades": engine.take(table_of("person valid_from valid_to grade", spell, grades)),
        "units": engine.take(table_of("unit valid_from valid_to industry", spell, units)),
        "people": engine.take(table_of("id sex born", [pa.int64(), pa.string(), DAY], people)),
    }


worlds = st.tuples(
    histories(["junior", "senior", None]),
    histories(["13", "27"]),
    st.lists(
        st.tuples(st.integers(1, 4), st.sampled_from(["male", None]), days), unique_by=lambda row: row[0]
    ),
)
ends = st.one_of(st.none(), days)
keys = st.sampled_from([1, 2, 3, 4, 10_000_000])
jobs = st.lists(st.tuples(keys, st.one_of(st.none(), keys), days, ends, st.sampled_from(["a", "b", None])))
wanted = st.one_of(
    st.none(), st.sets(st.sampled_from(["worker.grade", "organisation.industry", "worker.sex", "job.form"]))
)


def both_ways(engine: Engine, recipe: Recipe, tables: dict, columns: set[str] | None) -> list[Counter]:
    found = []
    for is_native in (False, True):
        rows = engine.fetch(RowMaker(engine, tables, is_native=is_native).keep(recipe, columns))
        named = sorted(rows.column_names)
        found.append(Counter(tuple((name, row[name]) for name in named) for row in rows.to_pylist()))
    return found


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds, jobs, wanted)
def test_spans_are_cut_alike(world: tuple, facts: list[tuple], columns: set[str] | None) -> None:
    kinds = [pa.int64(), pa.int64(), pa.int64(), DAY, DAY, pa.string()]
    rows = [(n, worker, unit, *rest) for n, (worker, unit, *rest) in enumerate(facts)]
    with Engine(threads=1) as engine:
        table = engine.take(table_of("job worker organisation valid_from valid_to job.form", kinds, rows))
        recipe = Recipe(table.mutate(entity=table.job), HELD, span="job")
        by_statements, by_loops = both_ways(engine, recipe, tables_of(engine, *world), columns)

    assert by_loops == by_statements


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(worlds, jobs, wanted)
def test_events_are_given_the_same(world: tuple, facts: list[tuple], columns: set[str] | None) -> None:
    kinds = [pa.int64(), pa.int64(), pa.int64(), DAY, pa.string()]
    rows = [(n, worker, unit, on, form) for n, (worker, unit, on, _, form) in enumerate(facts)]
    with Engine(threads=1) as engine:
        table = engine.take(table_of("entity worker organisation on job.form", kinds, rows))
        recipe = Recipe(table, HELD)
        by_statements, by_loops = both_ways(engine, recipe, tables_of(engine, *world), columns)

    assert by_loops == by_statements


def test_a_grade_gained_inside_a_job_cuts_it_and_a_gap_is_no_grade() -> None:
    grades = [(1, date(2024, 1, 10), date(2024, 1, 20), "junior"), (1, date(2024, 1, 25), None, "senior")]
    facts = [(7, 1, 5, date(2024, 1, 1), None)]
    kinds = [pa.int64(), pa.int64(), pa.int64(), DAY, DAY]
    with Engine(threads=1) as engine:
        table = engine.take(table_of("job worker organisation valid_from valid_to", kinds, facts))
        recipe = Recipe(table.mutate(entity=table.job), [GRADE], span="job")
        tables = tables_of(engine, grades, [], [])
        found = engine.fetch(RowMaker(engine, tables, is_native=True).keep(recipe)).to_pylist()

    pieces = [
        (row["valid_from"].day, row["valid_to"] and row["valid_to"].day, row["worker.grade"]) for row in found
    ]
    assert pieces == [(1, 10, "none"), (10, 20, "junior"), (20, 25, "none"), (25, None, "senior")]
