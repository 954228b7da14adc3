"""Both engines on generated edge cases of one condition: asked each time a definition is saved."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import ibis
import pyarrow as pa

from tongxin.analytics.conditions.compiling import STORED_TYPES, compile_condition
from tongxin.analytics.conditions.edges import EdgeCases, generate_cases
from tongxin.analytics.conditions.expressions import Condition
from tongxin.analytics.conditions.interpreting import Row, interpret_condition
from tongxin.analytics.conditions.parameters import Parameters

DAY = "checked:at"
NUMBER = "checked:row"
ARROW_TYPES: Mapping[str, pa.DataType] = {
    "boolean": pa.bool_(),
    "integer": pa.int64(),
    "string": pa.string(),
    "date": pa.date32(),
}


@dataclass(frozen=True)
class Disagreement:
    """A row about which the two engines do not say the same."""

    row: Row
    at: date | None
    related: Mapping[str, tuple[Row, ...]]
    compiled: bool | None
    interpreted: bool | None


def check_agreement(
    condition: Condition, *, connection: ibis.BaseBackend, parameters: Parameters | None = None
) -> tuple[Disagreement, ...]:
    """Return the edge cases of a condition on which its two engines differ: none, or the condition is unsafe.

    Parameters
    ----------
    condition : Condition
        A checked condition.
    connection : ibis.BaseBackend
        Where the compiled reading runs; nothing is stored there.
    parameters : mapping of str to Parameter, optional
        The dated parameters that the condition names.

    Returns
    -------
    tuple of Disagreement
        The same for each call: the cases follow from the condition alone.
    """
    parameters = parameters or {}
    cases = generate_cases(condition, parameters)
    compiled = run_compiled(condition, cases, connection, parameters)
    found = []
    for number, (row, day) in enumerate(zip(cases.rows, cases.days, strict=True)):
        related = {
            name: tuple(fact for fact in facts if fact["worker"] == row["worker"])
            for name, facts in cases.related.items()
        }
        interpreted = interpret_condition(condition, row, at=day, related=related, parameters=parameters)
        if interpreted is not compiled[number]:
            found.append(Disagreement(row, day, related, compiled[number], interpreted))
    return tuple(found)


def run_compiled(
    condition: Condition, cases: EdgeCases, connection: ibis.BaseBackend, parameters: Parameters
) -> dict[int, bool | None]:
    """Return the compiled answer for each numbered case."""
    numbered = [
        {**row, DAY: day, NUMBER: number}
        for number, (row, day) in enumerate(zip(cases.rows, cases.days, strict=True))
    ]
    stored = {column: STORED_TYPES[kind] for column, kind in cases.columns.items()}
    rows = build_table(numbered, {"worker": "integer", DAY: "date", NUMBER: "integer"} | stored)
    related = {}
    for name, facts in cases.related.items():
        kinds = {column: STORED_TYPES[kind] for column, kind in cases.related_columns[name].items()}
        related[name] = build_table(list(facts), {"worker": "integer", "on": "date"} | kinds)
    answered = compile_condition(condition, rows, at=DAY, related=related, parameters=parameters)
    table = connection.to_pyarrow(answered.select(NUMBER, "answer"))
    answers: dict[int, bool | None] = dict(
        zip(table.column(NUMBER).to_pylist(), table.column("answer").to_pylist(), strict=True)
    )
    if sorted(answers) != list(range(len(numbered))) or table.num_rows != len(numbered):
        raise AssertionError(f"the compiled reading lost or multiplied rows: {condition.text}")
    return answers


def build_table(rows: list[Any], stored: Mapping[str, str]) -> ibis.Table:
    """Return rows as a table with exactly these columns."""
    schema = pa.schema([(name, ARROW_TYPES[kind]) for name, kind in stored.items()])
    return ibis.memtable(pa.Table.from_pylist(rows, schema=schema))
