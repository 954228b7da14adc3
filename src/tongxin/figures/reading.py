"""From which sources of the lake the rows of subjects come."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

import ibis
import ibis.expr.types as ir

from tongxin.analytics.changing import Reads
from tongxin.lake.queries import declared_histories, declared_plans, declared_sources

UNIT = "organisation"


@lru_cache(maxsize=32)
def reads_of(subject: str) -> Reads:
    """Return the sources that rows of a subject come from; every plan says so by what it asks for."""
    asked = _Asked()
    recipe = declared_plans()[subject](asked)
    facts, every, of_units = frozenset(asked.names), set(asked.names), set()
    for held in recipe.held:
        named = _sources_of(held.table)
        every |= named
        if held.on == UNIT and held.table in named:
            of_units.add(held.table)
    return Reads(facts, frozenset(of_units), frozenset(every))


@lru_cache(maxsize=32)
def _sources_of(table: str) -> frozenset[str]:
    """Return the sources of a table that is held: itself, or what its history is made of."""
    if table not in declared_histories():
        return frozenset({table})
    asked = _Asked()
    declared_histories()[table](asked)
    return frozenset(asked.names)


class _Asked(Mapping[str, ir.Table]):
    """Tables without rows, which note by what names they are asked for."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._schemas = {source.name: source.schema for source in declared_sources()}

    def __getitem__(self, name: str) -> ir.Table:
        self.names.append(name)
        return ibis.table(ibis.Schema.from_pyarrow(self._schemas[name]), name=name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._schemas)

    def __len__(self) -> int:
        return len(self._schemas)
