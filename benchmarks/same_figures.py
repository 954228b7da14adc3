"""Whether the figures of a computation and those of a peer are the same, cell by cell.

A cell is an indicator, an organisation, a quarter, a breakdown and a category; its numerator, denominator and
value are compared. What neither knows anything of is 0 to both.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from benchmarks.wide_rows import TOTAL
from tongxin.analytics.compositions import Composition, read_compositions
from tongxin.analytics.definitions import Definition
from tongxin.analytics.figure_store import scale_of
from tongxin.codes.periods import Period

_PER_HUNDRED = "100.0 * numerator / nullif(denominator, 0)"
_EMPLOYED = {"workers": {"denominator": "workers"}}
PEERS: Mapping[str, tuple[str, Mapping[str, Mapping[str, str]]]] = {
    "trainings": ("numerator", {"trainings": {"numerator": "trainings"}}),
    "hours": ("numerator / 60.0", {"trainings": {"numerator": "minutes"}}),
    "honours": ("numerator", {"honours": {"numerator": "honours"}}),
    "headcount": ("numerator", {"workers": {"numerator": "workers"}}),
    "high_share": (_PER_HUNDRED, {"workers": {"numerator": "seniors", "denominator": "skilled"}}),
    "reach": (_PER_HUNDRED, {"reach": {"numerator": "reach"}, **_EMPLOYED}),
    "certified": (_PER_HUNDRED, {"certified": {"numerator": "certified"}, **_EMPLOYED}),
    "competing": (_PER_HUNDRED, {"competing": {"numerator": "competing"}, **_EMPLOYED}),
    "median_hours": ("median / 60.0", {"trainings": {"denominator": "timed", "median": "median"}}),
    "median_place": ("median", {"places": {"denominator": "places", "median": "median"}}),
    "enterprises": ("numerator", {"enterprises": {"numerator": "enterprises"}}),
    "union": (_PER_HUNDRED, {"enterprises": {"numerator": "unions", "denominator": "enterprises"}}),
}
"""How each indicator comes out of the tables of a peer: its value, and which columns make its numbers."""
_CELL = "organisation, quarter, breakdown, category"
_COMPARED = f"""
    CREATE OR REPLACE TABLE compared AS
    SELECT {_CELL}, o.value AS value, p.value AS value_of_peer, o.denominator AS denominator,
        p.denominator AS denominator_of_peer, coalesce(o.numerator, 0) IS DISTINCT FROM
        coalesce(p.numerator, 0) OR coalesce(o.denominator, 0) IS DISTINCT FROM coalesce(p.denominator, 0)
        OR coalesce(abs(o.value - p.value) > 1e-12 * abs(p.value), coalesce(o.value, p.value, 0) <> 0)
        AS differs
    FROM ours o FULL JOIN peers p USING ({_CELL})
"""


class DifferentFiguresError(AssertionError):
    """A peer has another figure."""


def compare(
    ours: Path, peer: Path, wide: Path, definitions: Sequence[Definition], periods: Sequence[Period]
) -> int:
    """Return how many cells both have, all of them equal; raises DifferentFiguresError."""
    compared = 0
    with duckdb.connect() as engine:
        engine.execute("SET threads = 2; SET memory_limit = '12GB'")
        engine.execute(f"CREATE TABLE categories AS FROM '{wide / 'categories.parquet'}'")
        for definition in definitions:
            (composition,) = read_compositions(ours / f"{definition.code}.json")
            engine.execute(f"CREATE OR REPLACE TABLE ours AS {_ours(composition, definition, ours, periods)}")
            engine.execute(f"CREATE OR REPLACE TABLE peers AS {_peers(definition.code, peer)}")
            engine.execute(_COMPARED)
            cells, different = engine.execute(
                "SELECT count(*), count(*) FILTER (WHERE differs) FROM compared"
            ).fetchall()[0]
            if different or not cells:
                found = f"{definition.code}: {different:,} of {cells:,} cells differ from {peer.name}"
                shown = engine.sql("FROM compared WHERE differs ORDER BY ALL LIMIT 20")
                raise DifferentFiguresError(f"{found}\n{shown}")
            compared += cells
    return compared


def _ours(composition: Composition, definition: Definition, folder: Path, periods: Sequence[Period]) -> str:
    """Return what puts the figures of an indicator together, as a reader of single figures does."""
    pieces = []
    for piece in composition.pieces:
        terms = {
            part: "+".join([f"{t.sign} * {t.column}" for t in piece.terms if t.number == part] or ["0"])
            for part in ("numerator", "denominator")
        }
        windows = " ".join(f"WHEN {piece.windows[str(each)]} THEN {n}" for n, each in enumerate(periods))
        pieces.append(
            f'SELECT organisation, CASE "window" {windows} END AS quarter,'
            f" coalesce(breakdown, '{TOTAL}') AS breakdown, coalesce(category, '') AS category,"
            f" {terms['numerator']} AS numerator, {terms['denominator']} AS denominator"
            f" FROM '{folder / piece.file}'"
        )
    scale = scale_of(definition)
    below = "nullif(denominator, 0)" if definition.is_ratio else "1"
    value = f"CAST({scale.numerator} AS DOUBLE) * numerator / ({scale.denominator} * {below})"
    if definition.rank is not None:
        # A value taken from an order is kept as a whole number, and is no numerator.
        return f"SELECT * REPLACE (NULL AS numerator), {value} AS value FROM ({_added(pieces)})"
    return f"SELECT *, {value} AS value FROM ({_added(pieces)})"


def _peers(code: str, folder: Path) -> str:
    value, tables = PEERS[code]
    pieces = []
    for table, columns in tables.items():
        numbers = [f"{columns.get(name, '0')} AS {name}" for name in ("numerator", "denominator", "median")]
        pieces.append(
            f"SELECT organisation, quarter, r.breakdown, coalesce(c.category, '') AS category,"
            f" {', '.join(numbers)} FROM '{folder / table}.parquet' AS r LEFT JOIN categories AS c"
            " ON c.breakdown = r.breakdown AND c.code = r.category"
        )
    return f"SELECT * EXCLUDE (median), {value} AS value FROM ({_added(pieces, 'sum(median) AS median')})"


def _added(pieces: Sequence[str], *further: str) -> str:
    sums = [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in ("numerator", "denominator")]
    taken = ", ".join([_CELL, *sums, *further])
    return f"SELECT {taken} FROM ({' UNION ALL '.join(pieces)}) GROUP BY {_CELL}"
