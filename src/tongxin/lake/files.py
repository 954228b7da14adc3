"""Files of the lake: written whole under a draft's name, then known by what is in them."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.parquet as pq

from tongxin.analytics.sources import Source
from tongxin.lake.queries import CutFile

ROW_GROUP = 50_000


def hash_of(path: Path) -> str:
    with path.open("rb") as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def are_whole(lake: Path, files: Collection[CutFile]) -> set[CutFile]:
    """Return those of the files that are as they were written."""

    def is_whole(file: CutFile) -> bool:
        try:
            return hash_of(lake / file.path) == file.sha256
        except OSError:
            return False

    with ThreadPoolExecutor() as pool:
        return {file for file, whole in zip(files, pool.map(is_whole, files), strict=True) if whole}


class LakeWriter:
    """Writes the rows of a source into one file: equal rows, however handed in, give an equal file."""

    file: CutFile
    """What was written, once the writer is closed."""

    def __init__(self, lake: Path, source: Source) -> None:
        self._lake, self._folder = lake, lake / source.name
        self._folder.mkdir(parents=True, exist_ok=True)
        self._draft = self._folder / f"{secrets.token_hex(8)}.draft"
        self._writer = pq.ParquetWriter(self._draft, source.schema, compression="zstd")
        self._waiting: list[pa.Table] = []
        self._rows = 0

    def __enter__(self) -> LakeWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._writer.close()
            self._draft.unlink(missing_ok=True)
            return
        self._write_waiting(at_least=1)
        self._writer.close()
        sha256 = hash_of(self._draft)
        path = self._folder / f"{sha256[:20]}.parquet"
        self._draft.replace(path)
        self.file = CutFile(str(path.relative_to(self._lake)), self._rows, sha256)

    def write(self, table: pa.Table) -> None:
        self._waiting.append(table)
        self._rows += table.num_rows
        self._write_waiting(at_least=ROW_GROUP)

    def _write_waiting(self, *, at_least: int) -> None:
        """Write whole row groups of what waits, as long as there are so many rows."""
        waiting = sum(table.num_rows for table in self._waiting)
        if waiting < at_least:
            return
        table = pa.concat_tables(self._waiting)
        written = waiting - waiting % ROW_GROUP if at_least == ROW_GROUP else waiting
        for begin in range(0, written, ROW_GROUP):
            group = table.slice(begin, min(ROW_GROUP, written - begin))
            self._writer.write_table(group.combine_chunks(), row_group_size=ROW_GROUP)
        self._waiting = [table.slice(written)] if written < waiting else []
