"""Two states of the lake side by side, as far as changes concern it: each with people and units of its own.

In the earlier state every identity is higher by `APART`, so nobody there meets anybody of the later one, and
one computation counts both. What it finds at a unit now, less what it finds at its likeness, is the change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from tongxin.analytics.engine import Engine
from tongxin.analytics.sources import Source
from tongxin.analytics.statements import quote, select, union
from tongxin.analytics.trees import DatedTrees, number_nodes
from tongxin.codes.periods import Period

APART = 2**48
"""Registries count from 1 up and never get there."""
PEOPLE, UNITS = "people", "organisations"

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Change:
    """What became of a source: rows that hold no more, and rows that hold now."""

    gone: ir.Table
    come: ir.Table


class TwoStates:
    """The tables of a lake as they are, and what has changed in them.

    Parameters
    ----------
    sources
        The sources of the tables.
    later
        The tables as they are now, by name.
    changed
        What became of those sources of which anything has.
    """

    def __init__(
        self,
        engine: Engine,
        sources: Iterable[Source],
        later: Mapping[str, ir.Table],
        changed: Mapping[str, Change],
    ) -> None:
        self._engine = engine
        self._sources = {each.name: each for each in sources if each.name in later}
        self._later = {name: engine.text(later[name]) for name in self._sources}
        self._changed = {
            name: (engine.text(each.gone), engine.text(each.come)) for name, each in changed.items()
        }

    @property
    def changed(self) -> AbstractSet[str]:
        """The names of the sources that have changed."""
        return self._changed.keys()

    def people_changed(self) -> set[int]:
        """Return the people of whom something else is known now."""
        found: set[int] = set()
        for name in self._changed:
            source = self._sources[name]
            if (column := _column(source, PEOPLE)) is not None:
                found |= self._named(name, column)
            elif (linked := self._link(source)) is not None:
                column, over = linked
                owner = str(_column(self._sources[over], PEOPLE))
                ids = self._named(name, column)
                found |= self._ids(over, owner, among(_own(self._sources[over]), ids))
        return found

    def units_changed(self, names: Collection[str] | None = None) -> set[int]:
        """Return the units of which, apart from their people, something else is known now."""
        found: set[int] = set()
        for name in self._changed.keys() & (self._changed.keys() if names is None else set(names)):
            source = self._sources[name]
            if self._is_of_units(source):
                found |= self._named(name, str(_column(source, UNITS)))
        return found

    def units_of(self, people: Collection[int], names: Collection[str]) -> set[int]:
        """Return the units where anything of these people stands or stood, as some of the sources say."""
        return self._across(names, PEOPLE, people, UNITS)

    def people_at(self, units: Collection[int], names: Collection[str]) -> set[int]:
        """Return the people of whom anything stands or stood at these units, in some of the sources."""
        return self._across(names, UNITS, units, PEOPLE)

    def _across(self, names: Iterable[str], by: str, ids: Collection[int], wanted: str) -> set[int]:
        found: set[int] = set()
        for name in names:
            source = self._sources[name]
            column, taken = _column(source, by), _column(source, wanted)
            if column is not None and taken is not None and ids:
                found |= self._ids(name, taken, among(column, ids))
        return found

    def put_together(
        self, names: Collection[str], people: Collection[int], units: Collection[int]
    ) -> tuple[Together, set[int]]:
        """Return tables of both states, as far as they concern people or units; and all units met."""
        tables: Together = {}
        met = set(units)
        linked, single = [], []
        for name in sorted(names):
            source = self._sources[name]
            if (column := _column(source, PEOPLE)) is not None:
                tables[name] = self._twin(name, column, people)
                if (unit := _column(source, UNITS)) is not None:
                    met |= self._distinct(f"{quote(unit)} % {APART}", self._engine.text(tables[name]))
            elif self._link(source) is not None:
                linked.append(name)
            elif self._is_of_units(source):
                single.append(name)
        for name in linked:
            column, over = self._link(self._sources[name]) or ("", "")
            own = quote(_own(self._sources[over]))
            ids = self._distinct(f"{own} % {APART}", self._engine.text(tables[over]))
            tables[name] = self._twin(name, column, ids)
        for name in single:
            tables[name] = self._twin(name, str(_column(self._sources[name], UNITS)), met)
        return tables, met

    def _twin(self, name: str, column: str, ids: Collection[int]) -> ir.Table:
        """Return the rows of some people or units as they are, and as they were with other identities."""
        source, engine = self._sources[name], self._engine
        columns = source.schema.names
        here = among(column, ids)
        later = select(map(quote, columns), f"{self._later[name]} AS r", where=here)
        earlier = "later"
        if name in self._changed:
            gone, come = self._changed[name]
            keys = ", ".join(map(quote, source.key))
            kept = select(map(quote, columns), f"later AS r ANTI JOIN {come} AS c USING ({keys})")
            earlier = union([kept, select(map(quote, columns), f"{gone} AS g", where=here)])
        others = [
            f"{quote(each)} + {APART} AS {quote(each)}" if each in source.identities else quote(each)
            for each in columns
        ]
        both = union([select(map(quote, columns), "later"), select(others, f"{earlier} AS e")])
        twin = f"WITH later AS MATERIALIZED ({later}) FROM {both}"
        return engine.table(engine.keep_text(twin, lasting=True))

    def _link(self, source: Source) -> tuple[str, str] | None:
        """Return the column that names a record of another source about a person, and that source."""
        for column, over in source.identities.items():
            other = self._sources.get(over)
            if over != source.name and other is not None and _column(other, PEOPLE) not in {None, column}:
                return column, over
        return None

    def _is_of_units(self, source: Source) -> bool:
        return (
            _column(source, UNITS) is not None
            and _column(source, PEOPLE) is None
            and self._link(source) is None
        )

    def _named(self, name: str, column: str) -> set[int]:
        """Return what a column names in the rows that went or came."""
        rows = union(select([quote(column)], f"{each} AS r") for each in self._changed[name])
        return self._distinct(quote(column), rows)

    def _ids(self, name: str, taken: str, where: str) -> set[int]:
        """Return what a column names in those rows of a source, now or earlier, that meet a condition."""
        found = self._distinct(quote(taken), self._later[name], where)
        if name in self._changed:
            found |= self._distinct(quote(taken), self._changed[name][0], where)
        return found

    def _distinct(self, expression: str, rows: str, where: str | None = None) -> set[int]:
        statement = select([f"DISTINCT {expression} AS id"], f"{rows} AS r", where=where)
        found = self._engine.fetch_rows(statement)["id"].drop_null()
        return set(found.to_pylist())


Together = dict[str, ir.Table]


def _column(source: Source, named: str) -> str | None:
    """Return the first column that names something of a source."""
    return next((column for column, over in source.identities.items() if over == named), None)


def _own(source: Source) -> str:
    """Return the column that names the source's own records."""
    return str(_column(source, source.name))


def among(column: str, ids: Collection[int]) -> str:
    """Return the condition that a column is one of some identities.

    They are listed, which lets the engine pass over those parts of a file that cannot hold any.
    """
    listed = ", ".join(map(str, sorted(ids)))
    return f"{quote(column)} IN ({listed})" if listed else "FALSE"


@dataclass(frozen=True)
class TreeVersions:
    """The dated trees of a release as they are kept: by version the nodes and their parents' places."""

    nodes: tuple[Numbers, ...]
    parents: tuple[Numbers, ...]
    lasts: tuple[Numbers, ...]
    version_of: Mapping[Period, int]

    def above(self, units: Collection[int]) -> set[int]:
        """Return some units and all above them, in any of the trees."""
        found: set[int] = set()
        for version in range(len(self.nodes)):
            found.update(self.nodes[version][self._upward(version, units)].tolist())
        return found

    def below(self, units: Collection[int]) -> set[int]:
        """Return some units and all below them, in any of the trees."""
        found: set[int] = set()
        for nodes, lasts in zip(self.nodes, self.lasts, strict=True):
            for at in np.flatnonzero(np.isin(nodes, list(units))):
                found.update(nodes[at : lasts[at] + 1].tolist())
        return found

    @property
    def inner(self) -> Numbers:
        """The units that have something below them in any of the trees."""
        found = [
            nodes[lasts > np.arange(nodes.size)] for nodes, lasts in zip(self.nodes, self.lasts, strict=True)
        ]
        return np.unique(np.concatenate(found))

    def twins(self, units: Collection[int], periods: Sequence[Period]) -> DatedTrees:
        """Return the trees of some units and all above them, each tree with its likeness beside it."""
        versions = []
        for version, (nodes, parents) in enumerate(zip(self.nodes, self.parents, strict=True)):
            kept = self._upward(version, units)
            over = parents[kept]
            over = np.where(over < 0, -1, np.searchsorted(kept, over))
            both = np.r_[over, np.where(over < 0, -1, over + kept.size)]
            versions.append(number_nodes(np.r_[nodes[kept], nodes[kept] + APART], both))
        return DatedTrees(tuple(versions), {period.last_day: self.version_of[period] for period in periods})

    def _upward(self, version: int, units: Collection[int]) -> Numbers:
        """Return the places of units and of all above them, in order."""
        nodes, parents = self.nodes[version], self.parents[version]
        places = np.flatnonzero(np.isin(nodes, np.fromiter(units, np.int64, len(units))))
        found = places
        while places.size:
            over = parents[places]
            places = np.setdiff1d(over[over >= 0], found)
            found = np.union1d(found, places)
        return found


def read_versions(table: pa.Table, version_of: Mapping[Period, int]) -> TreeVersions:
    """Return the trees of a release out of the table that is kept of them."""
    version, nodes, parents, lasts = (
        table[name].to_numpy() for name in ("version", "node", "parent", "last")
    )
    versions = range(int(version.max(initial=-1)) + 1)

    def of(column: Numbers) -> tuple[Numbers, ...]:
        return tuple(column[version == each].astype(np.int64) for each in versions)

    return TreeVersions(of(nodes), of(parents), of(lasts), version_of)
