"""The one place that opens an analytical engine: DuckDB through Ibis."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import duckdb
import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from tongxin.analytics.statements import literal, quote, select


class TooLargeError(ArithmeticError):
    """A number that does not fit into the whole numbers that figures are kept in."""


class Engine:
    """An engine that runs relational plans; a plan never outlives the engine that its tables came from.

    Parameters
    ----------
    threads
        How many threads to use; all cores by default.
    memory_limit
        What DuckDB may hold in memory before it spills, as `"4GB"`.
    temp_directory
        Where it spills.

    Examples
    --------
    >>> with Engine(threads=1) as engine:
    ...     table = engine.take(pa.table({"n": [1, 2, 3]}))
    ...     engine.fetch(table.aggregate(total=table.n.sum()))["total"].to_pylist()
    [6]
    """

    def __init__(
        self,
        *,
        threads: int | None = None,
        memory_limit: str | None = None,
        temp_directory: Path | None = None,
    ) -> None:
        options: dict[str, object] = {"threads": threads, "memory_limit": memory_limit}
        if temp_directory is not None:
            options["temp_directory"] = str(temp_directory)
        self.threads = threads or len(os.sched_getaffinity(0))
        """How many threads may run at once."""
        self._connection = ibis.duckdb.connect(
            **{name: setting for name, setting in options.items() if setting is not None}
        )
        self._named = 0
        self._kept: set[str] = set()
        self._taken: dict[str, pa.Table] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the engine and of every table it keeps."""
        self._connection.disconnect()

    @property
    def connection(self) -> Any:
        """The backend itself, for what plans cannot say; it is not kept longer than the engine."""
        return self._connection

    def take(self, table: pa.Table) -> ir.Table:
        """Take an Arrow table into the engine."""
        return self._connection.create_table(self._next_name(), table, temp=True)

    def take_rows(self, table: pa.Table) -> ir.Table:
        """Take an Arrow table in as it is, without a copy; it is read where it stands."""
        name = self._next_name()
        self._connection.con.register(name, table)
        self._taken[name] = table
        return self._connection.table(name)

    def standing(self, plan: ir.Table) -> pa.Table | None:
        """Return the rows of a plan that is a table taken in as it is; nothing for any other."""
        node = plan.op()
        return self._taken.get(node.name) if isinstance(node, ops.DatabaseTable) else None

    def let_go(self, table: ir.Table) -> None:
        """Forget a table that was kept or taken in."""
        name = table.get_name()
        if name in self._taken:
            del self._taken[name]
            self._connection.con.unregister(name)
        else:
            self.drop(name)

    def keep(self, plan: ir.Table, *, lasting: bool = False) -> ir.Table:
        """Run a plan now and keep its rows, where several later plans read them.

        A lasting table outlives the `scratch` in which it is made.
        """
        name = self._next_name()
        table = self._connection.create_table(name, plan, temp=True)
        if not lasting:
            self._kept.add(name)
        return table

    def text(self, plan: ir.Table) -> str:
        """Return a plan as a statement, to be a source within others."""
        node = plan.op()
        if isinstance(node, ops.DatabaseTable):
            return quote(node.name)
        return f"({self._written(plan)})"

    def _written(self, plan: ir.Table) -> str:
        """Return a plan as a statement, which is kept: to write it takes longest where rows are few."""
        node = plan.op()
        if node not in _WRITTEN:
            if len(_WRITTEN) >= _MOST_WRITTEN:
                _WRITTEN.clear()
            _WRITTEN[node] = str(self._connection.compile(plan))
        return _WRITTEN[node]

    def keep_text(self, statement: str, *, lasting: bool = False) -> str:
        """Run a statement now and keep its rows; returns the name of the table."""
        name = self._next_name()
        self._run(f"CREATE TEMP TABLE {name} AS {statement}")
        if not lasting:
            self._kept.add(name)
        return name

    def fetch_arrays(self, statement: str) -> dict[str, np.ndarray]:
        """Run a statement whose columns are numbers without gaps, and return them as arrays."""
        found = self.fetch_rows(statement)
        return {name: found[name].to_numpy() for name in found.column_names}

    def take_text(self, table: pa.Table, *, lasting: bool = False) -> str:
        """Take an Arrow table in for statements; returns the name of the table."""
        source = self._next_name()
        self._connection.con.register(source, table)
        name = self.keep_text(f"FROM {source}", lasting=lasting)
        self._connection.con.unregister(source)
        return name

    def take_names(self, table: pa.Table) -> str:
        """Take an Arrow table in whose texts are few: kept as numbers that sort as the texts do."""
        columns = []
        for name in table.column_names:
            texts = sorted(pc.unique(table[name].drop_null()).to_pylist()) if _is_text(table, name) else []
            listed = ", ".join(map(literal, texts))
            columns.append(f"CAST({name} AS ENUM ({listed})) AS {name}" if texts else name)
        source = self.take_text(table)
        name = self.keep_text(select(columns, source))
        self.drop(source)
        return name

    def table(self, name: str) -> ir.Table:
        """Return a table that statements have kept, for plans."""
        return self._connection.table(name)

    def add_text(self, name: str, statement: str) -> None:
        """Add the rows of a statement to a kept table."""
        self._run(f"INSERT INTO {name} {statement}")

    def count(self, plan: ir.Table) -> int:
        """Return how many rows a plan has."""
        return int(self._run(select(["count(*)"], f"{self.text(plan)} AS r")).fetchone()[0])

    def is_empty(self, name: str) -> bool:
        """Tell whether a kept table has no rows."""
        return self._run(f"FROM {name} LIMIT 1").fetchone() is None

    def drop(self, name: str) -> None:
        """Forget a kept table."""
        self._run(f"DROP TABLE {name}")
        self._kept.discard(name)

    def fetch_text(self, statement: str) -> list[dict[str, Any]]:
        """Run a statement and return its rows."""
        rows: list[dict[str, Any]] = self.fetch_rows(statement).to_pylist()
        return rows

    def fetch_rows(self, statement: str) -> pa.Table:
        """Run a statement and return its rows as Arrow has them."""
        return self._run(statement).to_arrow_table()

    def write_text(self, statement: str, path: Path, *, row_group_size: int = 122_880) -> int:
        """Run a statement, write its rows in their order to a new Parquet file, and return how many."""
        options = f"FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {row_group_size}"
        return int(self._run(f"COPY ({statement}) TO {literal(str(path))} ({options})").fetchone()[0])

    def _run(self, statement: str) -> Any:
        try:
            return self._connection.con.execute(statement)
        except (duckdb.ConversionException, duckdb.OutOfRangeException) as error:
            if "out of range" in str(error).lower() or "overflow" in str(error).lower():
                raise TooLargeError(str(error)) from error
            raise

    @contextmanager
    def scratch(self) -> Iterator[None]:
        """Forget on leaving what was kept inside, but for what lasts."""
        before = set(self._kept)
        try:
            yield
        finally:
            for name in self._kept - before:
                self._run(f"DROP TABLE {name}")
            self._kept = before

    def read_parquet(self, paths: Path | Iterable[Path]) -> ir.Table:
        """Return the rows of Parquet files, read when a plan runs."""
        files = [paths] if isinstance(paths, Path) else list(paths)
        return self._connection.read_parquet([str(file) for file in files], table_name=self._next_name())

    def fetch(self, plan: ir.Table) -> pa.Table:
        """Run a plan and return its rows."""
        return self._connection.to_pyarrow(plan)

    def write_parquet(self, plan: ir.Table, path: Path, *, row_group_size: int = 122_880) -> None:
        """Run a plan and write its rows, in their order, to a new Parquet file."""
        self._connection.to_parquet(plan, str(path), compression="zstd", row_group_size=row_group_size)

    def _next_name(self) -> str:
        self._named += 1
        return f"kept_{self._named}"


_WRITTEN: dict[ops.Node, str] = {}
"""Plans that name the same tables with the same columns are the same in any engine."""
_MOST_WRITTEN = 1_000


def _is_text(table: pa.Table, name: str) -> bool:
    return bool(pa.types.is_string(table.schema.field(name).type))
