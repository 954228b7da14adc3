"""One extract: of a source whose changes the registry knows, the changed rows alone are read.

What came and went stands in files beside the source's own. What an extract wrote whole before it was killed
is not written again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import pyarrow as pa
from django.db import connection

from tongxin.analytics.sources import Source
from tongxin.analytics.typed_tables import as_table
from tongxin.lake.changes import Comparison, is_too_large, open_engine, write_change
from tongxin.lake.files import ROW_GROUP, LakeWriter, are_whole
from tongxin.lake.progress import Start, WrittenFiles, starts_of_cut
from tongxin.lake.queries import Cut, CutChange, CutFile, NoCutError, Origin, lake_folder, read_cut
from tongxin.lake.registry_log import (
    begin_extract,
    changed_rows,
    is_of_this_registry,
    logged_keys,
    read_marks,
)

if TYPE_CHECKING:
    from tongxin.analytics.engine import Engine


class Extraction:
    """From what an extract goes on, and what it has so far."""

    def __init__(self, origin: Origin, starts: Mapping[str, Start]) -> None:
        self.origin, self._starts = origin, starts
        self.files: dict[str, CutFile] = {}
        self.changes: dict[str, CutChange] = {}
        self._written = WrittenFiles(origin)
        self._opened = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._opened.close()

    @cached_property
    def _engine(self) -> Engine:
        """Open an engine once, where there is something to compare."""
        return self._opened.enter_context(open_engine())

    @classmethod
    def begun(cls, sources: Iterable[Source], *, full: bool) -> Extraction:
        """Mark the registry and find what is known of it: the present cut, and what was just written."""
        sources, marks, cut, left = tuple(sources), read_marks(), current_cut(), WrittenFiles.read()
        belongs = cut is not None and is_of_this_registry(cut.origin, marks)
        starts = starts_of_cut(cut) if cut and belongs and not full else {}
        kept = cut.origin.mark if cut and cut.origin and belongs else ""
        left = left if left and left.origin.mark == marks.pending else None
        if left and is_of_this_registry(left.origin, marks):
            starts |= left.starts()
        run = cls(begin_extract(sources, kept=kept), _usable(starts))
        if left:
            run._go_on_from(left)
        return run

    def _go_on_from(self, left: WrittenFiles) -> None:
        for name, file in left.files.items():
            start = self._starts.get(name)
            if start and start.file == file:
                self._written.add(name, file, start.declared, start.highest, write=False)
        self._written.write()

    def read(self, source: Source) -> None:
        """Read a source as it is now, or as much of it as may be other than before."""
        start = self._starts.get(source.name)
        if start is None or start.declared != self.origin.declared[source.name]:
            return self._write_whole(source)
        if start.highest is not None and self.origin.highest.get(source.name) is not None:
            return self._read_changed(source, start)
        return self._compare_whole(source, start)

    def _write_whole(self, source: Source) -> None:
        self._take_file(source, _write_rows(lake_folder(), source, _batches(source)))

    def _take_file(self, source: Source, file: CutFile) -> None:
        self.files[source.name] = file
        declared, highest = self.origin.declared, self.origin.highest
        self._written.add(source.name, file, declared[source.name], highest.get(source.name))

    def _take(self, source: Source, file: CutFile, change: CutChange | None) -> None:
        self.files[source.name] = file
        if change:
            self.changes[source.name] = change

    def _read_changed(self, source: Source, start: Start) -> None:
        keys = logged_keys(source)
        parts = [
            part for statement in changed_rows(source, start.highest) for part in _rows(source, statement)
        ]
        if not keys.num_rows and not parts:
            return self._take(source, start.file, start.change)
        now = pa.concat_tables([source.schema.empty_table(), *parts])
        with self._engine.scratch():
            come, gone = Comparison(self._engine, source, start.file).of_some(now, keys, start.change)
        if is_too_large(start.file, come, gone):
            return self._write_whole(source)
        return self._take(source, start.file, write_change(source, come, gone))

    def _compare_whole(self, source: Source, start: Start) -> None:
        """Read a source whose changes nobody logged; its file stays where little of it changed."""
        fresh = _write_rows(comparing(), source, _batches(source))
        if fresh.sha256 == start.file.sha256:
            return self._take(source, start.file, None)
        with self._engine.scratch():
            comparison = Comparison(self._engine, source, start.file)
            come, gone = comparison.of_all(comparing() / fresh.path)
        if not is_too_large(start.file, come, gone):
            return self._take(source, start.file, write_change(source, come, gone))
        (comparing() / fresh.path).replace(lake_folder() / fresh.path)
        return self._take_file(source, fresh)


def _usable(starts: Mapping[str, Start]) -> dict[str, Start]:
    """Leave out what is damaged: it is written again."""
    files = {
        name: [each.file, *(each.change.files() if each.change else ())] for name, each in starts.items()
    }
    whole = are_whole(lake_folder(), [file for each in files.values() for file in each])
    return {name: start for name, start in starts.items() if whole.issuperset(files[name])}


def _write_rows(folder: Path, source: Source, parts: Iterable[pa.Table]) -> CutFile:
    with LakeWriter(folder, source) as writer:
        for part in parts:
            writer.write(part)
    return writer.file


def _batches(source: Source) -> Iterator[pa.Table]:
    return _rows(source, source.rows().query.sql_with_params())


def _rows(source: Source, statement: tuple[str, Any]) -> Iterator[pa.Table]:
    cursor = connection.chunked_cursor() if connection.vendor == "postgresql" else connection.cursor()
    with cursor:
        cursor.execute(*statement)
        while rows := cursor.fetchmany(ROW_GROUP):
            yield as_table(rows, source.schema)


def current_cut() -> Cut | None:
    try:
        return read_cut()
    except NoCutError:
        return None


def comparing() -> Path:
    """Return where what is read only to be compared is written."""
    return lake_folder() / "comparing"
