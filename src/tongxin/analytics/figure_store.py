"""Reads computed figures: values with their status, fast enough for a page."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

from tongxin.analytics.compositions import Composition, Piece, read_compositions
from tongxin.analytics.damage import DamagedFileError, legible
from tongxin.analytics.definitions import Definition, version_for
from tongxin.analytics.figure_files import FigureFile
from tongxin.analytics.stored_trees import NO_TREE, StoredTree, read_trees
from tongxin.codes.periods import Period


class Status(StrEnum):
    """Why a figure has a value, or has none."""

    OK = "ok"
    NO_VALUE = "no_value"
    """The denominator is 0."""
    MISSING = "missing"
    """Nobody in the subtree reported."""
    NOT_APPLICABLE = "not_applicable"
    """The organisation did not exist, or no version of the definition covers the period."""
    SUPPRESSED = "suppressed"


@dataclass(frozen=True, slots=True)
class Figure:
    """One value for an organisation, a period and perhaps a category.

    `value` is in the unit of the definition (percent 0 to 100) and null unless `status` is ok; `numerator`
    and `denominator` are the whole numbers it is made of, in the scale in which they are stored; a value
    taken from an order has no numerator, and its denominator says from how many.
    """

    indicator: str
    definition: str | None
    organisation: int
    period: str
    breakdown: str | None
    category: str | None
    value: float | None
    numerator: int | None
    denominator: int | None
    status: Status
    completeness: float | None
    undetermined: int
    population: int
    reporting: int | None = None
    expected: int | None = None


_Row = Counter[str]
"""The numbers of a figure by name; what no file says is 0."""
_Place = tuple[int, str, str | None]
_Read = TypeVar("_Read")


class FigureStore:
    """The figures of one computation, in the directory that `compute_figures` wrote.

    Parameters
    ----------
    directory
        Where the files are; they never change, so what is read of them once is kept.
    definitions
        The definitions that they were computed from.
    written
        The indicators that have a file: without it their figures are unknown, not 0.
    """

    def __init__(
        self, directory: Path, definitions: Sequence[Definition], *, written: Collection[str] = ()
    ) -> None:
        self._directory = directory
        self._definitions = tuple(definitions)
        self._written = frozenset(written)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods that were computed, in their order."""
        return tuple(sorted(map(Period.parse, self.trees)))

    def read(
        self,
        indicator: str,
        organisations: Iterable[int],
        periods: Iterable[Period],
        breakdown: str | None = None,
    ) -> list[Figure]:
        """Return the figures of an indicator, one for each organisation, period and category.

        Without a breakdown every organisation and period has a figure. With one, the categories are those met
        anywhere in the answer, as their code list has them in order, and each organisation and period has a
        figure for each.

        Parameters
        ----------
        organisations, periods
            In the order in which figures are wanted.
        breakdown
            The name of a breakdown; the total without one.
        """
        nodes, chosen = list(dict.fromkeys(organisations)), list(dict.fromkeys(periods))
        rows = self._rows(indicator, nodes, [str(period) for period in chosen], breakdown)
        categories: list[str | None] = [None]
        if breakdown is not None:
            met = {str(category) for _, _, category in rows}
            categories = [*sorted(met, key=self._ranks(indicator, breakdown))]
        bases = [self._basis(indicator, period) for period in chosen]
        return [
            _figure(basis, node, (breakdown, category), rows)
            for node in nodes
            for basis in bases
            for category in categories
        ]

    def _ranks(self, indicator: str, breakdown: str) -> Callable[[str], tuple[tuple[int, str], ...]]:
        """Return how the categories of a breakdown are put in order."""
        found = (
            each
            for definition in self._definitions
            if definition.code == indicator
            for each in definition.breakdowns
            if each.name == breakdown
        )
        return next(found).rank

    def descendants(self, organisation: int, level: str, period: Period) -> list[int]:
        """Return the organisations of a level below an organisation that exist at the end of a period."""
        return self._tree(str(period)).descendants(organisation, level)

    def exists(self, organisation: int, period: Period) -> bool:
        """Tell whether an organisation exists at the end of a period."""
        return self._tree(str(period)).is_alive(organisation)

    def _basis(self, indicator: str, period: Period) -> _Basis:
        definition = version_for(self._definitions, indicator, period)
        tree = self._tree(str(period))
        if definition is None:
            return _Basis(indicator, str(period), None, tree)
        scale = scale_of(definition)
        return _Basis(
            indicator,
            str(period),
            definition.version,
            tree,
            scale,
            is_ratio=definition.is_ratio or definition.rank is not None,
            is_ranked=definition.rank is not None,
            is_reported=definition.is_reported,
        )

    def _rows(
        self, indicator: str, nodes: list[int], periods: list[str], breakdown: str | None
    ) -> Mapping[_Place, _Row]:
        if not nodes or not periods:
            return {}
        rows: defaultdict[_Place, _Row] = defaultdict(Counter)
        for composition in self._compositions(indicator):
            for piece in composition.pieces:
                of_window: dict[int, list[str]] = {}
                for period in periods:
                    if period in piece.windows:
                        of_window.setdefault(piece.windows[period], []).append(period)
                if of_window:
                    self._add_piece(rows, piece, nodes, of_window, breakdown)
        return rows

    def _add_piece(
        self,
        rows: defaultdict[_Place, _Row],
        piece: Piece,
        nodes: list[int],
        of_window: Mapping[int, list[str]],
        breakdown: str | None,
    ) -> None:
        """Add what one file says to the figures."""
        columns = list(dict.fromkeys(term.column for term in piece.terms))
        file = self._kept(self._directory / piece.file, FigureFile)
        found = file.read(columns, nodes, list(of_window), breakdown)
        terms = [(term.number, term.sign, found[term.column]) for term in piece.terms]
        cells = zip(found["organisation"], found["window"], found["category"], strict=True)
        for at, (node, window, category) in enumerate(cells):
            for period in of_window[window]:
                row = rows[node, period, category]
                for number, sign, values in terms:
                    row[number] += sign * values[at]

    def _compositions(self, indicator: str) -> list[Composition]:
        path = self._directory / f"{indicator}.json"
        if path.exists():
            return self._kept(path, read_compositions)
        if indicator in self._written:
            raise DamagedFileError(path)
        return []

    def _kept(self, path: Path, read: Callable[[Path], _Read]) -> _Read:
        """Return what is read of a file, read once for as long as it stays."""
        with legible(path):
            # What is computed for a day may be cleared away and computed again under the same name.
            written_at = path.stat().st_mtime_ns
        if self._files.get(path, (0, None))[0] != written_at:
            self._files[path] = written_at, read(path)
        kept: _Read = self._files[path][1]
        return kept

    @cached_property
    def _files(self) -> dict[Path, tuple[int, Any]]:
        return {}

    @cached_property
    def trees(self) -> Mapping[str, StoredTree]:
        """The tree of each period; raises DamagedFileError."""
        return read_trees(self._directory)

    def _tree(self, period: str) -> StoredTree:
        return self.trees.get(period, NO_TREE)


def scale_of(definition: Definition) -> Fraction:
    """Return the factor from stored whole numbers to the unit of a definition."""
    one, other = definition.parts
    if one.rank is not None:
        return Fraction(definition.unit.factor, one.scale * one.rank.denominator)
    return Fraction(definition.unit.factor * (other.scale if other else 1), one.scale)


def value_of(definition: Definition, numerator: int, denominator: int | None) -> float:
    """Return a figure in the unit of its definition: exact until the one division at the end.

    Raises
    ------
    ZeroDivisionError
        Where the denominator is 0: such a figure has no value.
    """
    return _value(scale_of(definition), numerator, denominator)


def _value(scale: Fraction, numerator: int, denominator: int | None) -> float:
    # Whole numbers of any size divide to the nearest float.
    return numerator * scale.numerator / ((1 if denominator is None else denominator) * scale.denominator)


def _figure(
    basis: _Basis, node: int, place: tuple[str | None, str | None], rows: Mapping[_Place, _Row]
) -> Figure:
    known = (basis.indicator, basis.version, node, basis.period, *place)
    if basis.version is None or not basis.tree.is_alive(node):
        return Figure(*known, None, None, None, Status.NOT_APPLICABLE, None, 0, 0)
    row = rows.get((node, basis.period, place[1]), _NOTHING)
    denominator = row["denominator"] if basis.is_ratio else None
    status = _status(basis, denominator, row)
    is_there = status is not Status.MISSING
    return Figure(
        *known,
        _value(basis.scale, row["numerator"], None if basis.is_ranked else denominator)
        if status is Status.OK
        else None,
        row["numerator"] if is_there and not basis.is_ranked else None,
        denominator if is_there else None,
        status,
        _completeness(row, reported=basis.is_reported),
        row["undetermined"],
        row["population"],
        row["reporting"] if basis.is_reported else None,
        row["expected"] if basis.is_reported else None,
    )


def _status(basis: _Basis, denominator: int | None, row: _Row) -> Status:
    if basis.is_reported and not row["reporting"]:
        return Status.MISSING
    return Status.NO_VALUE if denominator == 0 else Status.OK


def _completeness(row: _Row, *, reported: bool) -> float | None:
    if reported and not row["expected"]:
        return None
    return 1.0 if row["population"] == 0 else 1 - row["undetermined"] / row["population"]


@dataclass(frozen=True)
class _Basis:
    """What all figures of an indicator for one period share."""

    indicator: str
    period: str
    version: str | None
    tree: StoredTree
    scale: Fraction = Fraction(1)
    is_ratio: bool = False
    is_ranked: bool = False
    is_reported: bool = False


_NOTHING: _Row = Counter()
