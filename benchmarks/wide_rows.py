"""Wide rows for peers: every fact with its quarter, its ancestors and its categories as columns.

Written from the files of the lake by plain statements, none of them the project's own, so that what peers
count also proves how the project's rows come about. Only which unit stands where on a day is taken from the
project. Categories are small numbers, the most a peer could wish for; `categories.parquet` has their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from tongxin.analytics.trees import DatedTrees
from tongxin.codes.lists import get_list
from tongxin.codes.periods import Period

TOTAL = "total"
CATEGORIES = ("sex", "age_band", "industry", "grade")


@dataclass(frozen=True)
class Wide:
    """A table of wide rows: which categories they have, and what is counted or put in order, by its type."""

    name: str
    categories: tuple[str, ...] = CATEGORIES
    columns: Mapping[str, str] = field(default_factory=dict)

    @property
    def breakdowns(self) -> tuple[str, ...]:
        return (TOTAL, *self.categories)

    def keys(self, depths: int) -> list[str]:
        """Return the columns of the quarter, the ancestors and the categories."""
        return ["quarter", *(f"a{depth}" for depth in range(depths)), *self.categories]


WIDES = (
    Wide("trainings", columns={"minutes": "INTEGER"}),
    Wide("honours"),
    Wide("places", columns={"place": "INTEGER"}),
    Wide("reach", columns={"worker": "INTEGER"}),
    Wide("certified", columns={"worker": "INTEGER"}),
    Wide("competing", columns={"worker": "INTEGER"}),
    Wide("workers", columns={"worker": "INTEGER"}),
    Wide("enterprises", ("industry",), {"has_union": "BOOLEAN"}),
)
_LEAST_HOURS = 8 * 60


def write_wide_rows(
    files: Mapping[str, Path], periods: Sequence[Period], trees: DatedTrees, target: Path
) -> int:
    """Write a Parquet file for each wide table, and return how many rows they have."""
    with duckdb.connect() as engine:
        engine.execute(f"SET threads = 2; SET memory_limit = '12GB'; SET temp_directory = '{target}/spill'")
        engine.execute("SET preserve_insertion_order = false")
        for name, path in files.items():
            engine.execute(f"CREATE VIEW {name} AS FROM read_parquet('{path}')")
        _add_quarters(engine, periods, trees)
        _add_ancestors(engine, trees)
        _add_categories(engine, target)
        return sum(_write(engine, wide, trees.depths, target) for wide in WIDES)


def _add_quarters(engine: duckdb.DuckDBPyConnection, periods: Sequence[Period], trees: DatedTrees) -> None:
    engine.execute(
        "CREATE TEMP TABLE quarters"
        " (quarter SMALLINT, version INTEGER, first_day DATE, last_day DATE, rolling_from DATE)"
    )
    for number, period in enumerate(periods):
        first = period.first_day
        a_year_before = Period.containing(first.replace(year=first.year - 1), period.kind)
        row = (number, trees.version_on[period.last_day], first, period.last_day)
        engine.execute("INSERT INTO quarters VALUES (?, ?, ?, ?, ?)", (*row, a_year_before.next().first_day))


def _add_ancestors(engine: duckdb.DuckDBPyConnection, trees: DatedTrees) -> None:
    """Add a table of the ancestors of each unit in each quarter, at every depth down to its own."""
    engine.register("tree", trees.table())
    over = [f"CAST(t{at}.node AS INTEGER) AS a{at}" for at in range(trees.depths)]
    joins = [
        f"LEFT JOIN tree t{at} ON t{at}.version = t.version AND t{at}.position = t.a{at}"
        for at in range(trees.depths)
    ]
    engine.execute(
        f"CREATE TEMP TABLE ancestors AS SELECT quarter, t.node AS organisation, {', '.join(over)}"
        f" FROM quarters JOIN tree t USING (version) {' '.join(joins)}"
    )


def _add_categories(engine: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Number the categories: those of lists by rank, so that grades compare; unknown is -1."""
    lists = (("sex", "sex"), ("age_band", "age_band"), ("grade", "skill_grade"))
    rows = [(kind, entry.rank, entry.code) for kind, name in lists for entry in get_list(name).entries]
    found = engine.execute("SELECT DISTINCT industry FROM particulars WHERE industry IS NOT NULL ORDER BY 1")
    rows += [("industry", number, code) for number, (code,) in enumerate(found.fetchall())]
    rows += [(kind, -1, "unknown") for kind in CATEGORIES]
    engine.execute("CREATE TABLE categories (breakdown VARCHAR, code SMALLINT, category VARCHAR)")
    engine.executemany("INSERT INTO categories VALUES (?, ?, ?)", rows)
    engine.execute(f"COPY categories TO '{target / 'categories.parquet'}'")


def _facts(name: str) -> str:
    """Return what a wide table counts: the quarter, where, whom or what, and the day it is looked at."""
    match name:
        case "workers":
            # The last day worked is kept; a term that ends on the day of the count still holds.
            return (
                "SELECT quarter, f.organisation, f.worker, last_day AS day FROM employments f JOIN quarters"
                " ON f.started_on <= last_day AND (f.ended_on IS NULL OR f.ended_on >= last_day)"
            )
        case "enterprises":
            return (
                "SELECT quarter, f.organisation, last_day AS day, EXISTS (FROM covers c WHERE"
                " c.organisation = f.organisation AND c.valid_from <= last_day"
                " AND (c.valid_to IS NULL OR c.valid_to > last_day)) AS has_union"
                " FROM organisations f JOIN quarters ON f.level = 'enterprise'"
                " AND f.opened_on <= last_day AND (f.closed_on IS NULL OR f.closed_on > last_day)"
            )
        case "certified":
            # A certificate counts wherever its holder works on the day from which it is held.
            return (
                "SELECT quarter, e.organisation, f.worker, f.held_from AS day FROM certificates f"
                " JOIN employments e ON e.worker = f.worker AND e.started_on <= f.held_from"
                " AND (e.ended_on IS NULL OR e.ended_on >= f.held_from)"
                " JOIN quarters ON f.held_from BETWEEN rolling_from AND last_day"
            )
        case "trainings":
            return _events("trainings", "first_day", "f.hours AS minutes")
        case "honours":
            return _events("honours", "first_day")
        case "places":
            return f"{_events('competitions', 'first_day', 'f.place')} WHERE f.place IS NOT NULL"
        case "reach":
            return f"{_events('trainings', 'rolling_from')} WHERE f.hours >= {_LEAST_HOURS}"
        case "competing":
            return _events("competitions", "rolling_from")
        case _:
            raise ValueError(name)


def _events(table: str, begins: str, *columns: str) -> str:
    taken = ", ".join(["quarter", "f.organisation", "f.worker", 'f."on" AS day', *columns])
    return f'SELECT {taken} FROM {table} f JOIN quarters ON f."on" BETWEEN {begins} AND last_day'


def _write(engine: duckdb.DuckDBPyConnection, wide: Wide, depths: int, target: Path) -> int:
    engine.execute(f"CREATE OR REPLACE TEMP TABLE facts AS {_facts(wide.name)}")
    joins = [f"JOIN ancestors USING (quarter, organisation) {_INDUSTRY}"]
    if "grade" in wide.categories:
        engine.execute(f"CREATE OR REPLACE TEMP TABLE graded AS {_GRADED}")
        joins.append(f"{_PERSON} LEFT JOIN graded ON graded.worker = facts.worker AND graded.day = facts.day")
    columns = [*wide.keys(depths)[: depths + 1], *(_CODES[name] for name in wide.categories)]
    columns += [f"CAST(facts.{name} AS {kind}) AS {name}" for name, kind in wide.columns.items()]
    path = target / f"{wide.name}.parquet"
    rows = f"SELECT {', '.join(columns)} FROM facts {' '.join(joins)}"
    engine.execute(f"COPY ({rows}) TO '{path}' (COMPRESSION zstd)")
    return int(engine.execute(f"SELECT count(*) FROM '{path}'").fetchall()[0][0])


_PERSON = """
    LEFT JOIN people ON people.worker = facts.worker
    LEFT JOIN categories sexes ON sexes.breakdown = 'sex' AND sexes.category = people.sex
"""
_INDUSTRY = """
    LEFT JOIN particulars p ON p.organisation = facts.organisation AND p.valid_from <= facts.day
        AND (p.valid_to IS NULL OR p.valid_to > facts.day)
    LEFT JOIN categories industries ON industries.breakdown = 'industry' AND industries.category = p.industry
"""
_GRADED = """
    SELECT d.worker, d.day, max(c.code) AS grade
    FROM (SELECT DISTINCT worker, day FROM facts) d JOIN (
        SELECT worker, grade, held_from AS begins, held_to AS ends FROM certificates
        UNION ALL SELECT worker, grade, appointed_on, lapses_on FROM appointments
    ) g ON g.worker = d.worker AND g.begins <= d.day AND (g.ends IS NULL OR g.ends > d.day)
    JOIN categories c ON c.breakdown = 'grade' AND c.category = g.grade
    GROUP BY d.worker, d.day
"""
_AGE = "(CAST(strftime(facts.day, '%Y%m%d') AS INTEGER) - CAST(strftime(birth_date, '%Y%m%d') AS INTEGER))"
_CODES = {
    "sex": "coalesce(sexes.code, -1) AS sex",
    "age_band": f"""CAST(CASE WHEN birth_date IS NULL OR birth_date > facts.day THEN -1
        WHEN {_AGE} < 25_0000 THEN 1 WHEN {_AGE} < 35_0000 THEN 2 WHEN {_AGE} < 45_0000 THEN 3
        WHEN {_AGE} < 55_0000 THEN 4 ELSE 5 END AS SMALLINT) AS age_band""",
    "industry": "coalesce(industries.code, -1) AS industry",
    "grade": "coalesce(graded.grade, 0) AS grade",
}
