"""Dated facts put side by side: which values of several histories held over a span, or on a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

_LAST_DAY = ibis.date("9999-12-31")


@dataclass(frozen=True)
class History:
    """What held of a key over time: rows that do not overlap, with key, `valid_from`, `valid_to`, values.

    `on` names the column of the spans or events that leads to the key; `values` the columns that are taken,
    each under the name that it shall have.
    """

    table: ir.Table
    key: str
    on: str
    values: Mapping[str, str]


def holds(table: ir.Table, day: ir.Value) -> ir.BooleanValue:
    """Return whether a spell of the table holds on a day."""
    return (table.valid_from <= day) & (_end(table.valid_to) > day)


def _end(valid_to: ir.DateValue) -> ir.DateValue:
    """Return when a spell ends; one that lasts ends on the last day there is.

    A comparison instead of "is null or", which an engine can only join by trying every pair.
    """
    return valid_to.coalesce(_LAST_DAY)


def merge_overlapping(facts: ir.Table, key: str, value: str) -> ir.Table:
    """Turn overlapping spells of a number into one history of its largest value.

    Parameters
    ----------
    facts
        Rows with the key, `valid_from`, `valid_to` (excluded, null while it lasts) and the value.

    Returns
    -------
    Table
        Rows of key, `valid_from`, `valid_to` and value that do not overlap; the value is null in a gap.
    """
    begins = facts.select(key, on=facts.valid_from)
    ends = facts.filter(facts.valid_to.notnull()).select(key, on=facts.valid_to)
    points = ibis.union(begins, ends).distinct()
    fact = facts.select(
        fact_key=facts[key], valid_from="valid_from", valid_to="valid_to", fact_value=facts[value]
    )
    met = points.left_join(fact, [points[key] == fact.fact_key, holds(fact, points.on)])
    largest = met.group_by(key, "on").aggregate(**{value: met.fact_value.max()})
    return _until_next(largest, [key])


def cut_spans(spans: ir.Table, span: str, histories: Sequence[History]) -> ir.Table:
    """Cut spans wherever one of the histories changes, and give each piece the values that hold in it.

    Parameters
    ----------
    spans
        Rows with a unique column `span`, `valid_from`, `valid_to` and the columns that the histories join on.

    Returns
    -------
    Table
        The pieces: every column of the spans, their own `valid_from` and `valid_to`, and the values.
    """
    points = [spans.select(span, on=spans.valid_from)]
    for history in histories:
        change = _changes(history)
        met = spans.inner_join(
            change,
            [
                spans[history.on] == change.change_key,
                change.on > spans.valid_from,
                change.on < _end(spans.valid_to),
            ],
        )
        points.append(met.select(span, "on"))
    pieces = _until_next(ibis.union(*points, distinct=True) if len(points) > 1 else points[0], [span])
    pieces = pieces.rename(piece_from="valid_from", piece_to="valid_to", piece_span=span)
    whole = spans.inner_join(pieces, spans[span] == pieces.piece_span)
    joined = whole.select(
        *[name for name in spans.columns if name not in {"valid_from", "valid_to"}],
        valid_from="piece_from",
        valid_to=ibis.coalesce(whole.piece_to, whole.valid_to),
    )
    return attach(joined, "valid_from", histories)


def attach(rows: ir.Table, day: str, histories: Sequence[History]) -> ir.Table:
    """Give each row the values that the histories hold on its day; null where they hold none."""
    for number, history in enumerate(histories):
        taken = history.table.select(
            **{f"key_{number}": history.table[history.key]},
            valid_from="valid_from",
            valid_to="valid_to",
            **{name: history.table[column] for name, column in history.values.items()},
        ).rename(history_from="valid_from", history_to="valid_to")
        met = rows.left_join(
            taken,
            [
                rows[history.on] == taken[f"key_{number}"],
                taken.history_from <= rows[day],
                _end(taken.history_to) > rows[day],
            ],
        )
        rows = met.select(*rows.columns, *history.values)
    return rows


def _changes(history: History) -> ir.Table:
    """Return the days on which a history begins or ends to hold something."""
    table = history.table
    begins = table.select(change_key=table[history.key], on=table.valid_from)
    ended = table.filter(table.valid_to.notnull())
    return ibis.union(begins, ended.select(change_key=ended[history.key], on=ended.valid_to), distinct=True)


def _until_next(points: ir.Table, keys: Sequence[str]) -> ir.Table:
    """Let each point hold until the next of the same keys."""
    order = ibis.window(group_by=list(keys), order_by="on")
    return points.mutate(valid_to=points.on.lead().over(order)).rename(valid_from="on")
