"""Rows of a subject with the answers of all parts that look at them, and with their categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import ibis
import ibis.expr.types as ir

from tongxin.analytics.ages import add_ages, derived_from
from tongxin.analytics.conditions.compiling import compile_condition
from tongxin.analytics.conditions.expressions import (
    Condition,
    fields_used,
    needs_date,
    related_fields_used,
    related_used,
)
from tongxin.analytics.conditions.parameters import Parameters
from tongxin.analytics.definitions import Definition
from tongxin.analytics.measures import Part
from tongxin.analytics.tallies import Family, State, Tally

UNKNOWN = "unknown"
"""The category of a row whose field is missing."""


@dataclass(frozen=True)
class Lake:
    """The tables that figures are made of: one a subject, and the dated parameters of conditions.

    `let_go` is told the name of each table that is not read again. `is_native` says whether compiled loops
    are to add them up, where that is decided already; `sizes` how many facts rows are made of, where known.
    """

    tables: Mapping[str, ir.Table]
    parameters: Parameters = field(default_factory=dict)
    let_go: Callable[[str], None] = lambda _name: None
    is_native: bool | None = None
    sizes: Mapping[str, int] = field(default_factory=dict)


def columns_needed(part: Part) -> list[str]:
    """Return the stored columns that a part reads, in order, each once."""
    named = [f"{variable}.{name}" for each in part.where for variable, name in fields_used(each)]
    named += [column for column in (part.weight, part.needs) if column]
    return list(dict.fromkeys(derived_from(column) for column in named))


def narrow(family: Family, table: ir.Table, days: list[str]) -> ir.Table:
    """Return the rows with only those columns that the family reads."""
    wanted = ["entity", "worker", "organisation", *days]
    for _, part in family.parts.values():
        wanted += columns_needed(part)
    for tally in family.tallies.values():
        wanted += [tally.weight] if tally.weight else []
    wanted += [derived_from(column) for columns in family.breakdowns.values() for column in columns]
    # The body of `exists` may read any field of the row, so such a family keeps them all.
    if any(related_fields_used(each) for _, part in family.parts.values() for each in part.where):
        return table
    return table.select(*dict.fromkeys(wanted))


def columns_read(subject: str, definitions: Sequence[Definition]) -> set[str] | None:
    """Return the stored fields of a subject that definitions read.

    None where a condition ranges over related rows, or over these: what it reads is not known here.
    """
    parts = [part for each in definitions for part in each.parts if part and not part.is_reported]
    ranges = {
        name
        for part in parts
        for condition in part.where
        if related_used(condition)
        for name in (part.subject, *related_used(condition))
    }
    if subject in ranges:
        return None
    read: set[str] = set()
    for definition in definitions:
        own = {part.subject for part in definition.parts if part}
        for part in definition.parts:
            read |= set(columns_needed(part) if part and part.subject == subject else ())
        for breakdown in definition.breakdowns if subject in own else ():
            read |= set(map(derived_from, breakdown.columns_in(subject)))
    return read


def is_dated(part: Part) -> bool:
    """Tell whether a part's answer may change from day to day while the row stays the same."""
    return any(needs_date(each) or _is_derived(each) for each in part.where) or _reads_age(part.needs)


def add_answers(family: Family, rows: ir.Table, lake: Lake, day: str | None) -> ir.Table:
    """Return the rows with a nullable boolean column for each answer that `day` allows.

    Without a day those that do not depend on one; with it, all that are not there yet.
    """
    if day is not None:
        rows = add_ages(rows, day)
    for name, part in family.parts.values():
        if name in rows.columns or (day is None and is_dated(part)):
            continue
        rows = add_answer(rows, part, name, lake, day)
    return rows


def add_answer(rows: ir.Table, part: Part, name: str, lake: Lake, day: str | None) -> ir.Table:
    """Return the rows with the answer of one part: all conditions hold, and the needed value is known."""
    rows = rows.mutate(**{name: ibis.literal(value=True)})
    for condition in part.where:
        answered = compile_condition(condition, rows, at=day, related=lake.tables, parameters=lake.parameters)
        rows = answered.mutate(**{name: answered[name] & answered.answer}).drop("answer")
    if part.needs is None:
        return rows
    unknown = rows[part.needs].isnull() & rows[name]
    return rows.mutate(
        **{name: unknown.fill_null(ibis.literal(value=False)).ifelse(ibis.null("boolean"), rows[name])}
    )


def flag(tally: Tally, rows: ir.Table) -> ir.BooleanValue:
    """Return whether a row is taken by a tally; never null."""
    answers = [rows[name] for name in tally.answers]
    known = ibis.literal(value=True)
    for answer in answers:
        known = known & answer.notnull()
    match tally.state:
        case State.ALL:
            return ibis.literal(value=True)
        case State.TRUE:
            return (known & answers[0]).fill_null(ibis.literal(value=False))
        case _:
            return (~known | answers[0]).fill_null(ibis.literal(value=True))


def category(rows: ir.Table, columns: Sequence[str]) -> ir.StringValue:
    """Return the category of each row in a breakdown; one that combines several has theirs with a comma."""
    names = [rows[column].cast("string").fill_null(UNKNOWN) for column in columns]
    return names[0] if len(names) == 1 else ibis.literal(",").join(names)


def _is_derived(condition: Condition) -> bool:
    return any(
        derived_from(f"{variable}.{name}") != f"{variable}.{name}"
        for variable, name in fields_used(condition)
    )


def _reads_age(column: str | None) -> bool:
    return column is not None and derived_from(column) != column
