"""How the rows of a subject come about: facts, and what held of their person and unit at the time."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import ibis.expr.types as ir

from tongxin.analytics.spells import History, attach, cut_spans

Tables = Mapping[str, ir.Table]

BASE = ("entity", "worker", "organisation", "on", "valid_from", "valid_to")
"""The columns that are not fields of anything."""


@dataclass(frozen=True)
class Held:
    """Values that a table of spells, or of keys that never change, gives to rows.

    Attributes
    ----------
    table
        The name of a table with the key, the values and, if they change, `valid_from` and `valid_to`.
    key, on
        The column of the key, which a fact names in its column `on`.
    values
        The columns to be taken, each under the name that it shall have.
    absent
        What stands in place of a value where nothing is held; null without it.
    is_dated
        Whether the values change over time; else a key stands once.
    """

    table: str
    key: str
    on: str
    values: Mapping[str, str]
    absent: Mapping[str, object] = field(default_factory=dict)
    is_dated: bool = True

    def narrowed(self, wanted: Collection[str] | None) -> Held:
        """Return what is held with only those values that are wanted."""
        if wanted is None:
            return self
        values = {name: column for name, column in self.values.items() if name in wanted}
        return Held(self.table, self.key, self.on, values, self.absent, self.is_dated)


@dataclass(frozen=True)
class Recipe:
    """How the rows of a subject are put together.

    Attributes
    ----------
    table
        The facts: the columns of `BASE` that there are (`on`, or `valid_from` and `valid_to`), and fields.
    held
        What is to be added to them. Where a dated value changes inside a span, the span is cut in two.
    span
        For spans: a column of `table` by which each is known; it is not a column of the rows.
    """

    table: ir.Table
    held: Sequence[Held]
    span: str | None = None

    def wanted(self, columns: Collection[str] | None) -> list[Held]:
        """Return what has to be added for some columns; for all of them without."""
        narrowed = (each.narrowed(columns) for each in self.held)
        return [each for each in narrowed if each.values]


def make_rows(recipe: Recipe, tables: Tables, columns: Collection[str] | None = None) -> ir.Table:
    """Return the rows of a subject, as a plan; those of its columns that are named, or all."""
    rows, held = recipe.table, recipe.wanted(columns)
    dated = [each for each in held if each.is_dated]
    histories = [History(tables[each.table], each.key, each.on, each.values) for each in dated]
    if recipe.span is not None:
        rows = cut_spans(rows, recipe.span, histories).drop(recipe.span)
    else:
        rows = attach(rows, "on", histories)
    for each in held:
        if not each.is_dated:
            rows = _look_up(rows, tables[each.table], each)
        absent = {name: value for name, value in each.absent.items() if name in each.values}
        if absent:
            rows = rows.mutate(**{name: rows[name].fill_null(value) for name, value in absent.items()})
    return rows if columns is None else rows.select(named_in(rows.columns, columns))


def named_in(offered: Sequence[str], columns: Collection[str]) -> list[str]:
    """Return the base columns of rows and the chosen ones."""
    return [name for name in offered if name in BASE or name in columns]


def _look_up(rows: ir.Table, table: ir.Table, held: Held) -> ir.Table:
    values = {name: table[column] for name, column in held.values.items()}
    taken = table.select(held_key=table[held.key], **values)
    return rows.left_join(taken, rows[held.on] == taken.held_key).drop("held_key")
