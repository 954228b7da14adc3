"""A cut opened for computing: the rows of its subjects, its dated tree, what units reported."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date
from functools import lru_cache, partial
from pathlib import Path

import ibis.expr.types as ir
from django.conf import settings

import tongxin
from tongxin.analytics.answers import Lake, columns_read
from tongxin.analytics.conditions.expressions import related_used
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine
from tongxin.analytics.figures import Inputs
from tongxin.analytics.reported import ReportedTables
from tongxin.analytics.row_makers import MANY, KeptRows, RowMaker
from tongxin.analytics.row_plans import make_rows
from tongxin.analytics.statements import select
from tongxin.analytics.successions import Event, Successions, read_successions
from tongxin.analytics.trees import PLACEMENTS, Hierarchy
from tongxin.figures.reading import reads_of
from tongxin.lake.queries import (
    Cut,
    WithHistories,
    declared_plans,
    declared_sources,
    open_tables,
    read_cut,
)

TREE_TABLES = ("placements", "events", "event_others")
"""The tables of a cut that say where units stood and what became of them."""
KEPT_CUTS = 3
"""Of so many cuts the rows of subjects stay on disk."""


@contextmanager
def open_engine() -> Iterator[Engine]:
    folder = _scratch()
    folder.mkdir(parents=True, exist_ok=True)
    with Engine(
        threads=settings.TONGXIN_THREADS, memory_limit=settings.TONGXIN_MEMORY_LIMIT, temp_directory=folder
    ) as engine:
        yield engine


def _scratch() -> Path:
    return Path(settings.TONGXIN_HOME) / "scratch"


@contextmanager
def open_inputs(cut: Cut, definitions: Sequence[Definition]) -> Iterator[tuple[Engine, Inputs]]:
    """Open a cut from its own files alone."""
    with open_engine() as engine:
        yield engine, inputs_of(engine, open_tables(engine, cut), definitions)


@contextmanager
def open_known_inputs(
    cut: Cut, earlier: Cut, definitions: Sequence[Definition]
) -> Iterator[tuple[Engine, Inputs]]:
    """Open a cut with those records alone that an earlier one had; they say what they say in the later."""
    with open_engine() as engine:
        tables, had = open_tables(engine, cut), open_tables(engine, earlier)
        known = {
            source.name: tables[source.name].semi_join(had[source.name], list(source.key))
            for source in declared_sources()
            if source.name in tables and source.name in had
        }
        yield engine, inputs_of(engine, {**tables, **known}, definitions)


def inputs_of(
    engine: Engine,
    tables: Mapping[str, ir.Table],
    definitions: Sequence[Definition],
    hierarchy: Hierarchy | None = None,
) -> Inputs:
    """Return inputs over the tables of a cut, with the tree of the divisions unless another is given."""
    reported = ReportedTables(tables["reported_values"], tables["reporting_units"])
    return Inputs(lake_of(engine, tables, definitions), hierarchy or _hierarchy_of(engine, tables), reported)


def lake_of(
    engine: Engine,
    tables: Mapping[str, ir.Table],
    definitions: Sequence[Definition],
    *,
    is_native: bool | None = None,
) -> Lake:
    """Return the rows of those subjects that definitions read and for which the tables of sources suffice.

    Without `is_native`, they are made and added up by compiled loops where facts are many.
    """
    offered = subjects_of(definitions) & declared_plans().keys()
    names = [name for name in sorted(offered) if reads_of(name).every <= tables.keys()]
    recipes = {name: declared_plans()[name](tables) for name in names}
    sources = sorted(set[str]().union(*(reads_of(name).facts for name in names)))
    counts = {name: engine.count(tables[name]) for name in sources}
    sizes = {name: max(counts[each] for each in reads_of(name).facts) for name in names}
    if is_native is None:
        is_native = max(sizes.values(), default=0) >= MANY
    # Loops read each history once, so that it need not be kept for others.
    histories = WithHistories(tables, _as_it_is if is_native else partial(engine.keep, lasting=True))
    maker = RowMaker(engine, histories, is_native=is_native)
    rows = KeptRows(maker, recipes, {name: columns_read(name, definitions) for name in recipes})
    return Lake(rows, let_go=rows.let_go, is_native=is_native, sizes=sizes)


def _as_it_is(plan: ir.Table) -> ir.Table:
    return plan


@contextmanager
def open_kept_inputs(
    cut: Cut, definitions: Sequence[Definition], hierarchy: Hierarchy | None = None
) -> Iterator[tuple[Engine, Inputs]]:
    """Open a cut with the rows of subjects as an earlier opening left them: for pages, which have no time."""
    with open_engine() as engine:
        folder = _kept_folder(cut)
        subjects: dict[str, ir.Table] = {
            name: engine.read_parquet(_kept_rows(engine, cut, folder, name))
            for name in sorted(subjects_of(definitions))
        }
        reported_only = {
            name: file for name, file in cut.files.items() if name in {"reported_values", "reporting_units"}
        }
        tables = open_tables(engine, cut, reported_only)
        reported = ReportedTables(tables["reported_values"], tables["reporting_units"])
        yield engine, Inputs(Lake(subjects), hierarchy or hierarchy_of_cut(cut), reported)


def _kept_folder(cut: Cut) -> Path:
    """Return where the rows of a cut are kept; what another version of the program made is not read."""
    return _scratch() / "rows" / f"{cut.id}-{tongxin.__version__}"


def _kept_rows(engine: Engine, cut: Cut, folder: Path, subject: str) -> Path:
    path = folder / f"{subject}.parquet"
    if not path.is_file():
        folder.mkdir(parents=True, exist_ok=True)
        draft = folder / f".{secrets.token_hex(6)}"
        tables = open_tables(engine, cut)
        histories = WithHistories(tables, _as_it_is)
        engine.write_parquet(make_rows(declared_plans()[subject](tables), histories), draft)
        draft.replace(path)
        for old in sorted(folder.parent.iterdir(), reverse=True)[KEPT_CUTS:]:
            shutil.rmtree(old, ignore_errors=True)
    return path


def subjects_of(definitions: Sequence[Definition]) -> set[str]:
    """Return the subjects that definitions count, with those over whose rows their conditions range."""
    parts = [part for each in definitions for part in each.parts if part and not part.is_reported]
    ranged = (related_used(condition) for part in parts for condition in part.where)
    return {part.subject for part in parts}.union(*ranged)


def _hierarchy_of(engine: Engine, tables: Mapping[str, ir.Table]) -> Hierarchy:
    columns = ["organisation AS node", "parent", "valid_from", "valid_to", "level"]
    placements = engine.fetch_rows(select(columns, f"{engine.text(tables['placements'])} AS p"))
    return Hierarchy(placements.cast(PLACEMENTS), _successions_of(engine, tables))


def _successions_of(engine: Engine, tables: Mapping[str, ir.Table]) -> Successions:
    """Return who followed whom; a cut of an earlier version does not know."""
    if not set(TREE_TABLES) <= tables.keys():
        return Successions()
    placements, events, event_others = (f"{engine.text(tables[name])}" for name in TREE_TABLES)
    others: dict[int, set[int]] = {}
    for row in engine.fetch_text(select(["*"], event_others)):
        others.setdefault(row["event"], set()).add(row["organisation"])
    met = f"{events} AS e SEMI JOIN {event_others} AS o ON o.event = e.event"
    found = [
        Event(
            row["on"],
            row["organisation"],
            frozenset({row["organisation"], *others[row["event"]]}),
            row["kind"],
        )
        for row in engine.fetch_text(select(["*"], met))
    ]
    parties = set[int]().union(*(event.parties for event in found))
    return read_successions(found, _spans_of(engine, placements, parties))


def _spans_of(engine: Engine, placements: str, units: Collection[int]) -> dict[int, tuple[date, date | None]]:
    """Return when units begin, and end if they do."""
    if not units:
        return {}
    last = "max_by(coalesce(valid_to, DATE '9999-12-31'), valid_from) AS ends"
    spans = select(
        ["organisation", "min(valid_from) AS begins", last],
        f"{placements} AS p",
        where=f"organisation IN ({', '.join(map(str, sorted(units)))})",
        group_by=["organisation"],
    )
    return {
        row["organisation"]: (row["begins"], None if row["ends"] == date.max else row["ends"])
        for row in engine.fetch_text(spans)
    }


@lru_cache(maxsize=4)
def _kept_hierarchy(home: str, cut_id: str) -> Hierarchy:  # two homes may have equal cuts
    """Return the dated tree of a cut, which never changes."""
    cut = read_cut(cut_id)
    with open_engine() as engine:
        files = {name: cut.files[name] for name in TREE_TABLES if name in cut.files}
        return _hierarchy_of(engine, open_tables(engine, cut, files))


def hierarchy_of_cut(cut: Cut) -> Hierarchy:
    """Return the dated tree of a cut; it is read once."""
    return _kept_hierarchy(str(settings.TONGXIN_HOME), cut.id)
