from __future__ import annotations

from datetime import date

import ibis
import pyarrow as pa
import pytest

from tongxin.analytics.spells import History, attach, cut_spans, merge_overlapping

DAY = pa.date32()


@pytest.fixture
def engine():
    from tongxin.analytics.engine import Engine

    with Engine(threads=1) as engine:
        yield engine


def d(text: str) -> date:
    return date.fromisoformat(text)


def table(columns: dict[str, pa.DataType], *rows: tuple[object, ...]) -> pa.Table:
    names = list(columns)
    return pa.table(
        {name: pa.array([row[place] for row in rows], columns[name]) for place, name in enumerate(names)}
    )


HISTORY = {"person": pa.int64(), "valid_from": DAY, "valid_to": DAY, "rank": pa.int64()}
SPANS = {"job": pa.int64(), "person": pa.int64(), "valid_from": DAY, "valid_to": DAY}


def rows_of(engine, plan: ibis.Table, *columns: str) -> list[tuple[object, ...]]:
    found = engine.fetch(plan.select(*columns)).to_pylist()
    return sorted((tuple(row[name] for name in columns) for row in found), key=str)


def test_overlapping_spells_become_one_history_of_the_highest(engine):
    # A certificate of rank 4 since 2020, an appointment to 7 for 2022, one of rank 5 since July 2022.
    facts = engine.take(
        table(
            HISTORY,
            (1, d("2020-01-01"), None, 4),
            (1, d("2022-01-01"), d("2023-01-01"), 7),
            (1, d("2022-07-01"), None, 5),
        )
    )

    merged = merge_overlapping(facts, "person", "rank")

    assert rows_of(engine, merged, "valid_from", "valid_to", "rank") == [
        (d("2020-01-01"), d("2022-01-01"), 4),
        (d("2022-01-01"), d("2022-07-01"), 7),
        (d("2022-07-01"), d("2023-01-01"), 7),
        (d("2023-01-01"), None, 5),
    ]


def test_a_gap_between_spells_has_no_value(engine):
    facts = engine.take(
        table(HISTORY, (1, d("2020-01-01"), d("2021-01-01"), 4), (1, d("2022-01-01"), None, 5))
    )

    merged = merge_overlapping(facts, "person", "rank")

    assert (d("2021-01-01"), d("2022-01-01"), None) in rows_of(
        engine, merged, "valid_from", "valid_to", "rank"
    )


def test_a_span_is_cut_where_a_history_changes_inside_it_and_only_there(engine):
    spans = engine.take(
        table(
            SPANS,
            (10, 1, d("2021-03-01"), d("2024-01-01")),
            (11, 1, d("2024-02-01"), None),
            (12, 2, d("2021-01-01"), None),
        )
    )
    history = engine.take(
        table(
            HISTORY,
            (1, d("2020-01-01"), d("2022-01-01"), 2),
            (1, d("2022-01-01"), d("2024-01-01"), 4),
            (1, d("2024-01-01"), None, 5),
        )
    )

    pieces = cut_spans(spans, "job", [History(history, "person", "person", {"grade": "rank"})])

    assert rows_of(engine, pieces, "job", "valid_from", "valid_to", "grade") == [
        (10, d("2021-03-01"), d("2022-01-01"), 2),
        (10, d("2022-01-01"), d("2024-01-01"), 4),
        (11, d("2024-02-01"), None, 5),
        (12, d("2021-01-01"), None, None),
    ]


def test_two_histories_cut_together_and_no_row_is_doubled(engine):
    spans = engine.take(table(SPANS, (10, 1, d("2021-01-01"), None)))
    grades = engine.take(table(HISTORY, (1, d("2021-06-01"), None, 3)))
    members = engine.take(table(HISTORY, (1, d("2021-06-01"), d("2022-01-01"), 1)))

    pieces = cut_spans(
        spans,
        "job",
        [
            History(grades, "person", "person", {"grade": "rank"}),
            History(members, "person", "person", {"member": "rank"}),
        ],
    )

    assert rows_of(engine, pieces, "valid_from", "valid_to", "grade", "member") == [
        (d("2021-01-01"), d("2021-06-01"), None, None),
        (d("2021-06-01"), d("2022-01-01"), 3, 1),
        (d("2022-01-01"), None, 3, None),
    ]


def test_an_event_takes_what_held_on_its_day(engine):
    events = engine.take(
        table(
            {"id": pa.int64(), "person": pa.int64(), "on": DAY},
            (1, 1, d("2022-01-01")),
            (2, 1, d("2021-12-31")),
            (3, 9, d("2022-01-01")),
        )
    )
    history = engine.take(table(HISTORY, (1, d("2022-01-01"), None, 5)))

    attached = attach(events, "on", [History(history, "person", "person", {"grade": "rank"})])

    assert rows_of(engine, attached, "id", "grade") == [(1, 5), (2, None), (3, None)]
