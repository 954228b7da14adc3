"""How a source is other than its file: the same for equal rows, however often it was extracted between."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
from django.conf import settings

from tongxin.analytics.sources import Source
from tongxin.analytics.statements import quote, select, union
from tongxin.lake.files import LakeWriter
from tongxin.lake.queries import CutChange, CutFile, lake_folder, open_file

if TYPE_CHECKING:
    from tongxin.analytics.engine import Engine

MOST = 10_000
"""A change of so many rows is kept beside the file, however small the file is."""
SHARE = 10
"""Above that, one of a tenth of the file's rows."""


@contextmanager
def open_engine() -> Iterator[Engine]:
    from tongxin.analytics.engine import Engine  # noqa: PLC0415  # slow to load

    folder = Path(settings.TONGXIN_HOME) / "scratch"
    folder.mkdir(parents=True, exist_ok=True)
    with Engine(
        threads=settings.TONGXIN_THREADS, memory_limit=settings.TONGXIN_MEMORY_LIMIT, temp_directory=folder
    ) as engine:
        yield engine


class Comparison:
    """What a source holds now against its file, for all keys or for some."""

    def __init__(self, engine: Engine, source: Source, base: CutFile) -> None:
        self._engine, self._source = engine, source
        self._base = engine.text(open_file(engine, base))
        self._columns = [quote(name) for name in source.schema.names]
        self._key = [quote(name) for name in source.key]
        self._using = f"USING ({', '.join(self._key)})"

    def of_all(self, now: Path) -> tuple[pa.Table, pa.Table]:
        """Return what came and what went, where a file has all rows that hold now."""
        rows = self._engine.text(self._engine.read_parquet(now))
        return self._compare(self._base, rows)

    def of_some(self, now: pa.Table, keys: pa.Table, carried: CutChange | None) -> tuple[pa.Table, pa.Table]:
        """Return what came and what went, from the rows that hold now of some keys and an earlier change.

        Rows of other keys are as they were; a key without a row now is gone.
        """
        engine = self._engine
        rows = engine.keep_text(select(["DISTINCT *"], engine.take_text(now)))
        named = union([select(self._key, rows), select(self._key, engine.take_text(keys))])
        asked = engine.keep_text(select([f"DISTINCT {', '.join(self._key)}"], f"{named} AS named"))
        known = engine.keep_text(
            select(self._columns, f"{self._base} AS base SEMI JOIN {asked} {self._using}")
        )
        return self._compare(known, rows, carried, asked)

    def _compare(
        self, known: str, rows: str, carried: CutChange | None = None, asked: str = ""
    ) -> tuple[pa.Table, pa.Table]:
        one, other = (select(self._columns, f"{each} AS rows") for each in (known, rows))
        differing = f"(({one} EXCEPT {other}) UNION ALL ({other} EXCEPT {one})) AS differing"
        renewed = self._engine.keep_text(select([f"DISTINCT {', '.join(self._key)}"], differing))
        semi = f"SEMI JOIN {renewed} {self._using}"
        gone = [select(self._key, f"{known} AS rows {semi}")]
        come = [select(self._columns, f"{rows} AS rows {semi}")]
        for columns, statements, file in (
            (self._key, gone, carried and carried.gone),
            (self._columns, come, carried and carried.come),
        ):
            if file:
                earlier = self._engine.text(open_file(self._engine, file))
                statements.append(select(columns, f"{earlier} AS earlier ANTI JOIN {asked} {self._using}"))
        return (
            self._fetch(come, self._columns).cast(self._source.schema),
            self._fetch(gone, self._key).cast(self._source.key_schema()),
        )

    def _fetch(self, statements: list[str], columns: list[str]) -> pa.Table:
        # In one order, so that equal changes are equal files.
        order = [*self._key, *(name for name in columns if name not in self._key)]
        return self._engine.fetch_rows(select(columns, f"{union(statements)} AS found", order_by=order))


def is_too_large(base: CutFile, come: pa.Table, gone: pa.Table) -> bool:
    """Tell whether a source is better written whole again than read together with such a change."""
    rows = max(come.num_rows, gone.num_rows)
    return bool(rows > MOST and rows * SHARE > base.rows)


def write_change(source: Source, come: pa.Table, gone: pa.Table) -> CutChange | None:
    """Write the files of a change; None where there is none."""
    if not come.num_rows and not gone.num_rows:
        return None
    place = replace(source, name=f"{source.name}/changes")
    return CutChange(_write(place, come), _write(replace(place, schema=source.key_schema()), gone))


def _write(place: Source, rows: pa.Table) -> CutFile | None:
    if not rows.num_rows:
        return None
    with LakeWriter(lake_folder(), place) as writer:
        writer.write(rows)
    return writer.file
