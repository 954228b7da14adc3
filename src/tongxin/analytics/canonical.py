"""Figures as their files say them, put together: the same however they are kept."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tongxin.analytics.compositions import Composition, Piece, read_compositions
from tongxin.analytics.engine import Engine
from tongxin.analytics.statements import literal, select, union

_PLACE = ("definition", "period", "organisation", "breakdown", "category")
_NUMBERS = ("numerator", "denominator", "undetermined", "population", "reporting", "expected")


def is_same(engine: Engine, one: Path, other: Path, indicator: str) -> bool:
    """Tell whether two folders have the same figures of an indicator.

    Raises
    ------
    DamagedFileError
        Where a file says how figures are put together and cannot be read.
    """
    rows = [_rows(folder, read_compositions(folder / f"{indicator}.json")) for folder in (one, other)]
    if rows[0] is None or rows[1] is None:
        return rows[0] is rows[1]
    for first, second in ((rows[0], rows[1]), (rows[1], rows[0])):
        if engine.fetch_rows(f"({first}) EXCEPT ({second}) LIMIT 1").num_rows:
            return False
    return True


def _rows(folder: Path, compositions: Sequence[Composition]) -> str | None:
    """Return the numbers of all figures, as a statement."""
    parts = [
        _piece(folder, composition.definition, piece)
        for composition in compositions
        for piece in composition.pieces
    ]
    if not parts:
        return None
    sums = [f"CAST(sum({name}) AS HUGEINT) AS {name}" for name in _NUMBERS]
    said = " OR ".join(f"{name} <> 0" for name in _NUMBERS)
    summed = select([*_PLACE, *sums], f"{union(parts)} AS p", group_by=_PLACE)
    return select(["*"], f"({summed}) AS s", where=said)


def _piece(folder: Path, definition: str, piece: Piece) -> str:
    """Return what one file adds to the figures, as a statement."""
    windows = ", ".join(f"({literal(period)}, {window})" for period, window in piece.windows.items())
    source = f"read_parquet({literal(str(folder / piece.file))}) AS f"
    joined = f'{source} JOIN (VALUES {windows}) AS w (period, "window") USING ("window")'
    numbers = []
    for name in _NUMBERS:
        own = [f"{each.sign} * f.{each.column}" for each in piece.terms if each.number == name]
        numbers.append(f"{' + '.join(own) or '0'} AS {name}")
    return select([f"{literal(definition)} AS definition", *_PLACE[1:], *numbers], joined)
