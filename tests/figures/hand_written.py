"""A generated province made untidy, its release, and what SQL written by hand finds in the lake's files."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from tests.cli.test_commands import Home

from tongxin.analytics.definitions import Definition
from tongxin.analytics.figure_store import FigureStore, value_of
from tongxin.figures.queries import Release, load_release

HERE = Path(__file__).parent
SHARED = "lake"
"""The text that all others stand on."""
FOUND = "SELECT period, organisation AS unit, coalesce(breakdown || '=' || category, 'all') AS category"
NUMBERS = ("numerator", "denominator", "undetermined", "population")
Row = tuple[Any, ...]


def _piece_of(composition: dict[str, Any], piece: dict[str, Any], folder: Path) -> str:
    """Return what one file says, each number as its terms have it; null where no file has any of it."""
    anywhere = {term["number"] for each in composition["pieces"] for term in each["terms"]}
    terms: dict[str, list[str]] = {name: ["0"] for name in {*anywhere, "undetermined"}}
    for term in piece["terms"]:
        terms[term["number"]].append(f"{term['sign']} * {term['column']}")
    made = [f"{' + '.join(terms.get(name, ['NULL']))} AS {name}" for name in NUMBERS]
    windows = ", ".join(f"('{period}', {window})" for period, window in piece["windows"].items())
    return (
        f"SELECT period, organisation, breakdown, category, '{composition['definition']}' AS definition,"
        f" {', '.join(made)} FROM read_parquet('{folder / piece['file']}')"
        f' JOIN (VALUES {windows}) AS w (period, number) ON w.number = "window"'
    )


@dataclass(frozen=True)
class Province:
    connection: duckdb.DuckDBPyConnection
    release: Release
    store: FigureStore

    def expect(self, code: str) -> str:
        """Work out by hand what every figure of an indicator is, and name the table that holds it."""
        text = text_of(code).rstrip().rstrip(";")
        said = "coalesce(numerator, 0) <> 0 OR denominator <> 0 OR undetermined <> 0"
        self.connection.execute(
            f"CREATE TEMP TABLE IF NOT EXISTS expected_{code} AS FROM ({text}) WHERE {said}"
        )
        return f"expected_{code}"

    def find(self, code: str) -> None:
        """Read what the release says, as the table `found`."""
        folder = self.release.folder / "figures"
        compositions = json.loads((folder / f"{code}.json").read_text(encoding="utf-8"))
        shown = ", ".join(f"'{each.name}'" for each in self.release.newest(code).breakdowns)
        pieces = [_piece_of(each, piece, folder) for each in compositions for piece in each["pieces"]]
        sums = ", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in NUMBERS)
        self.connection.execute(
            f"CREATE OR REPLACE TEMP TABLE found AS {FOUND}, definition, {sums}"
            f" FROM ({' UNION ALL '.join(pieces)})"
            f" WHERE breakdown IS NULL{f' OR breakdown IN ({shown})' if shown else ''} GROUP BY ALL"
            " HAVING coalesce(sum(numerator), 0) <> 0 OR sum(denominator) <> 0 OR sum(undetermined) <> 0"
        )
        self._value_found()

    def _value_found(self) -> None:
        """Give each pair of numbers that the release holds the value that pages and exports give it."""
        pairs = self.connection.execute(
            "SELECT DISTINCT definition, numerator, denominator FROM found"
        ).fetchall()
        versions = {each.version: each for each in self.release.definitions}
        values = [_value(versions[version], one, other) for version, one, other in pairs]
        columns = [list(column) for column in zip(*pairs, strict=True)] or [[], [], []]
        names = ["definition", "numerator", "denominator"]
        table = pa.table([*map(pa.array, columns), pa.array(values, pa.float64())], names=[*names, "value"])
        self.connection.register("valued", table)
        same = " AND ".join(f"f.{name} IS NOT DISTINCT FROM v.{name}" for name in names)
        self.connection.execute(
            "CREATE OR REPLACE TEMP TABLE found AS SELECT f.*, v.value"
            f" FROM found AS f LEFT JOIN valued AS v ON {same}"
        )
        self.connection.unregister("valued")

    @cached_property
    def units(self) -> list[int]:
        """All units that were ever placed."""
        return [unit for (unit,) in self.rows("SELECT DISTINCT node FROM places ORDER BY node")]

    @cached_property
    def there(self) -> set[Row]:
        """Which units exist on the last day of which periods."""
        return set(self.rows("SELECT node, period FROM places WHERE is_there"))

    def rows(self, sql: str) -> list[Row]:
        return self.connection.execute(sql).fetchall()


def _value(definition: Definition, numerator: int, denominator: int | None) -> float | None:
    if definition.rank is not None:
        return value_of(definition, numerator, None) if denominator else None
    return None if denominator == 0 else value_of(definition, numerator, denominator)


def text_of(name: str) -> str:
    return (HERE / "hand_sql" / f"{name}.sql").read_text(encoding="utf-8")


def written_codes() -> list[str]:
    """Return the indicators that have a text."""
    return sorted(path.stem for path in (HERE / "hand_sql").glob("*.sql") if path.stem != SHARED)


def raise_province(folder: Path, arguments: Sequence[str]) -> Province:
    home = Home(folder)
    home.run("synthesise", *arguments)
    with sqlite3.connect(folder / "registry.sqlite3") as registry:
        registry.executescript((HERE / "untidy.sql").read_text(encoding="utf-8"))
    registry.close()
    release = load_release(folder / "releases" / home.json("release", "build")["release"])
    store = FigureStore(release.folder / "figures", release.definitions, written=release.manifest["figures"])
    return Province(_open_lake(folder / "lake"), release, store)


def _open_lake(lake: Path) -> duckdb.DuckDBPyConnection:
    cut = json.loads((lake / "current.json").read_text(encoding="utf-8"))
    connection = duckdb.connect(config={"threads": 2})
    connection.execute("CREATE SCHEMA lake")
    for name, file in cut["files"].items():
        connection.execute(f"CREATE VIEW lake.{name} AS FROM read_parquet('{lake / file['path']}')")
    connection.execute(f"SET VARIABLE facts_from = DATE '{cut['facts_from']}'")
    connection.execute(f"SET VARIABLE cut_on = DATE '{cut['cut_on']}'")
    connection.execute(text_of(SHARED))
    return connection
