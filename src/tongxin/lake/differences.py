"""How two cuts differ, row by row where one is a change of the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tongxin.analytics.statements import quote, select, union
from tongxin.lake.queries import Cut, CutChange, CutFile, open_file

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from tongxin.analytics.engine import Engine

NO_CHANGE = CutChange(None, None)


@dataclass(frozen=True)
class Differences:
    """What two cuts do not have in common; a source that is in neither part is the same in both."""

    wholly: frozenset[str]
    """Sources with another file, or in one of the cuts alone: any row may differ."""
    rows: Mapping[str, tuple[ir.Table, ir.Table]]
    """Rows of the earlier cut that no longer hold, and rows of the later that did not hold, by source."""


def differing(engine: Engine, earlier: Cut, later: Cut) -> Differences:
    """Return how two cuts differ; of large files only the rows with changed keys are read."""
    names = earlier.files.keys() | later.files.keys()
    wholly = frozenset(name for name in names if earlier.contents(name)[:1] != later.contents(name)[:1])
    rows = {}
    for name in sorted(names - wholly):
        if earlier.contents(name) != later.contents(name):
            changes = [cut.changes.get(name, NO_CHANGE) for cut in (earlier, later)]
            pair = _Pair(engine, later.files[name], changes[0], changes[1])
            rows[name] = pair.rows()
    return Differences(wholly, rows)


class _Pair:
    """Two changes of one file."""

    def __init__(self, engine: Engine, base: CutFile, earlier: CutChange, later: CutChange) -> None:
        self._engine, self._earlier, self._later = engine, earlier, later
        self._base = engine.text(open_file(engine, base))

    def rows(self) -> tuple[ir.Table, ir.Table]:
        was = self._found(self._later.gone, self._earlier.gone, self._earlier.come)
        now = self._found(self._earlier.gone, self._later.gone, self._later.come)
        kept = [
            self._engine.keep_text(f"{select(['*'], one)} EXCEPT {select(['*'], other)}")
            for one, other in ((was, now), (now, was))
        ]
        for name in (was, now):
            self._engine.drop(name)
        return self._engine.connection.table(kept[0]), self._engine.connection.table(kept[1])

    def _found(self, gone: CutFile | None, gone_too: CutFile | None, come: CutFile | None) -> str:
        """Keep the rows of one of the two cuts that may not be in the other."""
        statements = [select(["*"], self._text(come))] if come else []
        if gone:
            keys = open_file(self._engine, gone)
            columns = ", ".join(map(quote, keys.columns))
            asked = self._engine.text(keys)
            if gone_too:
                asked = f"({select(['*'], f'{asked} ANTI JOIN {self._text(gone_too)} USING ({columns})')})"
            asked = self._engine.keep_text(select([f"DISTINCT {columns}"], f"{asked} AS asked"))
            statements.append(select(["base.*"], f"{self._base} AS base SEMI JOIN {asked} USING ({columns})"))
        statements = statements or [select(["*"], f"{self._base} LIMIT 0")]
        return self._engine.keep_text(select(["*"], f"{union(statements)} AS found"))

    def _text(self, file: CutFile) -> str:
        return self._engine.text(open_file(self._engine, file))
