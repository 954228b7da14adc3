"""Carries changes of a lake over to figures: computes what they concern, and keeps it as additions.

The files of an earlier computation stay as they are. Beside each stands a file of what is to be added to its
tallies, and the compositions of the indicators take from both.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import ibis.expr.types as ir
import polars as pl
import pyarrow.parquet as pq

from tongxin.analytics.answers import Lake
from tongxin.analytics.computing import Computation, Manner, SumError, reported_file
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine, TooLargeError
from tongxin.analytics.figure_files import read_whole
from tongxin.analytics.figures import Summary, write_claims
from tongxin.analytics.measures import Key
from tongxin.analytics.near_values import KEY, TooFarError, near_change, ranked_change
from tongxin.analytics.nearness import EVERY
from tongxin.analytics.statements import literal, select, union
from tongxin.analytics.tallies import Family, Plan, Tally
from tongxin.analytics.tally_files import (
    ROW_GROUP,
    Listing,
    TallyFile,
    counted_file,
    ranked_file,
    read_listing,
)
from tongxin.analytics.worlds import APART, TreeVersions, TwoStates, among, read_versions
from tongxin.codes.periods import Period

MOST_PEOPLE = 100_000
"""Of more people it is quicker to compute everything."""
CELL = ("organisation", '"window"', "breakdown", "category")


class TooMuchError(Exception):
    """Changes that only a computation of everything takes in."""


@dataclass(frozen=True)
class Reads:
    """The sources that rows of a subject come from: the facts, what holds of units, and all of them."""

    facts: frozenset[str]
    of_units: frozenset[str]
    every: frozenset[str]


@dataclass(frozen=True)
class Step:
    """From what was computed to what is to be.

    Attributes
    ----------
    kept
        The folder of the earlier figures.
    states
        The lake as it was then and as it is now.
    reads
        What the rows of each subject come from.
    lake_of
        Makes the lake of subjects out of tables of sources, by compiled loops if that is said.
    """

    kept: Path
    states: TwoStates
    reads: Mapping[str, Reads]
    lake_of: Callable[[Mapping[str, ir.Table], bool], Lake]

    def concerns(self, family: Family) -> bool:
        """Tell whether anything has changed that rows of a family come from."""
        return not self.states.changed.isdisjoint(self.sources_of([family]))

    def sources_of(self, families: Iterable[Family]) -> set[str]:
        """Return what the rows of families come from."""
        return {name for each in families for subject in each.subjects for name in self.reads[subject].every}


@contextmanager
def _telling() -> Iterator[None]:
    """Leave it to a computation of everything to say of which indicators sums are too large."""
    try:
        yield
    except (SumError, TooFarError, TooLargeError) as error:
        raise TooMuchError from error


@_telling()
def change_figures(
    engine: Engine, definitions: Sequence[Definition], step: Step, periods: Iterable[Period], target: Path
) -> Summary:
    """Write figures of a changed lake into an empty folder; what has not changed is the earlier file itself.

    The definitions, the periods and the trees must be those of the earlier figures. Files that both have are
    one file with two names where the file system can do that.

    Raises
    ------
    TooMuchError
        Where everything has to be computed.
    """
    plan = Plan(definitions, sorted(set(periods)))
    listing, trees = read_listing(step.kept), _trees(step.kept)
    families = [each for each in plan.families.values() if step.concerns(each)]
    people, units = _concerned(families, step, trees)
    tables, met = step.states.put_together(step.sources_of(families), people, units)
    draft = target / ".twins"
    draft.mkdir()
    twins, lake = trees.twins(met, list(trees.version_of)), step.lake_of(tables, listing.is_native)
    run = Computation(engine, lake, twins, draft, replace(_TWINS, is_native=listing.is_native))
    run.run(plan, families)
    inner = trees.above(met).intersection(trees.inner.tolist())
    changes = _Changes(engine, listing, run.listing, _Folders(step.kept, draft, target), inner)
    files = dict(listing.files)
    files.update((file.name, file) for each in families for file in changes.files_of(each))
    shutil.rmtree(draft)
    _keep(step.kept, target, files.values())
    reported = {
        claim.definition.version: listing.files[reported_file(claim)]
        for claim in plan.claims
        if claim.definition.is_reported
    }
    more = run.listing.unplaced
    unplaced = {subject: count + more.get(subject, 0) for subject, count in listing.unplaced.items()}
    Listing(files, unplaced, listing.is_native).write(target)
    figures = write_claims(plan.claims, files, reported, target)
    return Summary(figures, unplaced, len(trees.nodes))


_SIGN = f"CASE WHEN organisation < {APART} THEN 1 ELSE -1 END"
_TWINS = Manner(is_settled=False, nearness=EVERY, rows=f"sum({_SIGN})")


def _keep(kept: Path, target: Path, files: Iterable[TallyFile]) -> None:
    """Take over the files of earlier figures, but for what was written anew."""
    names = ["periods.parquet", "trees.parquet"]
    for file in files:
        names += [file.name, file.near, _moved(file), *([file.change] if file.change else [])]
    for name in names:
        if (kept / name).is_file() and not (target / name).exists():
            try:
                (target / name).hardlink_to(kept / name)
            except OSError:
                shutil.copyfile(kept / name, target / name)


def _trees(kept: Path) -> TreeVersions:
    versions = read_whole(kept / "periods.parquet").to_pylist()
    version_of = {Period.parse(row["period"]): row["version"] for row in versions}
    return read_versions(
        read_whole(kept / "trees.parquet", ["version", "node", "parent", "last"]), version_of
    )


# Whom changes concern


def _concerned(families: Sequence[Family], step: Step, trees: TreeVersions) -> tuple[set[int], set[int]]:
    """Return the people and units whose rows have to be looked at, then and now.

    Whoever is counted once is counted by all rows about them. What is taken from an order at a unit without
    others below it is taken anew from all rows there; so are units that are counted by what happens there.
    """
    states = step.states
    units = states.units_changed()
    people = states.people_changed()
    sources = step.sources_of(families)
    held = frozenset[str]().union(*(each.of_units for each in step.reads.values()))
    people |= states.people_at(states.units_changed(held), sources)
    _refuse_many(people)
    stood = states.units_of(people, sources)
    small = trees.above(stood | units).difference(trees.inner.tolist())
    for family in families:
        whole = set(stood) if Key.ORGANISATION in family.keys else set()
        if family.values:
            whole |= small
        if whole:
            units |= whole
            people |= states.people_at(whole, step.reads[family.subject].facts)
            _refuse_many(people)
    return people, units


def _refuse_many(people: Collection[int]) -> None:
    if len(people) > MOST_PEOPLE:
        raise TooMuchError


# What changes


@dataclass(frozen=True)
class _Folders:
    kept: Path
    draft: Path
    target: Path


class _Changes:
    """Writes what is to be added to the files of families."""

    def __init__(
        self, engine: Engine, earlier: Listing, twins: Listing, folders: _Folders, inner: Collection[int]
    ) -> None:
        self._engine, self._earlier, self._twins, self._folders = engine, earlier, twins, folders
        self._inner = inner

    def files_of(self, family: Family) -> Iterator[TallyFile]:
        """Yield the files of a family, after writing what is to be added to each."""
        for key in family.keys:
            if tallies := family.of_key(key):
                yield self._add(counted_file(family, key), tallies)
        for values, tallies in family.values.items():
            yield self._add_ranked(ranked_file(family, values), tallies)

    def _add(self, name: str, tallies: Sequence[Tally]) -> TallyFile:
        return self._write(self._earlier.files[name], tallies, self._difference(name, tallies))

    def _difference(self, name: str, tallies: Sequence[Tally]) -> str:
        """Return by cell how much more a tally is now than it was, as a statement."""
        columns = self._twins.files[name].columns
        more = [f"CAST(sum({_SIGN} * {columns[each.name]}) AS BIGINT) AS {each.name}" for each in tallies]
        cell = [f"organisation % {APART} AS organisation", *CELL[1:]]
        return select([*cell, *more], _table(self._folders.draft / name), group_by=["ALL"])

    def _add_ranked(self, name: str, tallies: Sequence[Tally]) -> TallyFile:
        """Add to what is taken from an order: by near values at units that have others below them."""
        engine, file = self._engine, self._earlier.files[name]
        moved = engine.take_text(self._move(file, tallies).to_arrow())
        cells = self._difference(name, tallies)
        small = select(["*"], f"({cells}) AS d", where=f"NOT {among('organisation', self._inner)}")
        names = [*CELL, *(each.name for each in tallies)]
        rows = union([select(names, f"({small}) AS s"), select(names, moved)])
        return self._write(file, tallies, select(["*"], f"{rows} AS r"))

    def _move(self, file: TallyFile, tallies: Sequence[Tally]) -> pl.DataFrame:
        """Return by cell of an inner unit how much more each ranked value is, and write what moved it."""
        folders = self._folders
        columns = [*CELL, "rank", "value", "times"]
        here = among("organisation", self._inner)
        kept = self._read(select(columns, _table(folders.kept / file.near), where=here))
        before, earlier = kept.clear(), folders.kept / _moved(file)
        if earlier.is_file():
            before = self._read(select(columns, _table(earlier)))
        shown = [f"organisation % {APART} AS organisation", *columns[1:-1], f"sum({_SIGN} * times) AS times"]
        twins = _table(folders.draft / file.near)
        likenesses = {unit + APART for unit in self._inner}
        inner = among("organisation", likenesses.union(self._inner))
        fresh = self._read(
            select(shown, twins, where=inner, group_by=["ALL"]) + f" HAVING sum({_SIGN} * times) <> 0"
        )
        after = near_change(kept, before, fresh)
        if after.height or earlier.is_file():
            pq.write_table(after.sort(after.columns).to_arrow(), folders.target / _moved(file))
        touched = fresh.select(KEY).unique()
        kept, before, after = (
            each.join(touched, on=KEY, how="semi", nulls_equal=True) for each in (kept, before, after)
        )
        return ranked_change(kept, before, after, tallies)

    def _read(self, statement: str) -> pl.DataFrame:
        frame = pl.from_arrow(self._engine.fetch_rows(statement))
        if not isinstance(frame, pl.DataFrame):
            raise TypeError(statement)
        return frame.with_columns(pl.col("breakdown", "category").cast(pl.String)).cast(_KINDS)

    def _write(self, file: TallyFile, tallies: Sequence[Tally], difference: str) -> TallyFile:
        """Add differences to those of before, write them, and count what cells there are now."""
        engine, names = self._engine, [each.name for each in tallies]
        sums = [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in names]
        said = " OR ".join(f"{name} <> 0" for name in names)
        more = engine.keep_text(select([*CELL, *names], f"({difference}) AS d", where=said))
        # Where nothing has changed before, nothing is added to; it has the same columns.
        earlier = f"{more} LIMIT 0" if file.change is None else _table(self._folders.kept / file.change)
        before = engine.keep_text(select([*CELL, *names], earlier))
        both = union([select([*CELL, *names], before), select([*CELL, *names], more)])
        summed = select([*CELL, *sums], f"{both} AS b", group_by=["ALL"])
        after = engine.keep_text(select(["*"], f"({summed}) AS s", where=said))
        if engine.is_empty(after):
            return replace(file, change=None, cells=self._cells(file, names, more, before, after))
        changed = file.changed()
        order = ["breakdown", "organisation", "category", '"window"']
        engine.write_text(
            select(["*"], after, order_by=order),
            self._folders.target / str(changed.change),
            row_group_size=ROW_GROUP,
        )
        return replace(changed, cells=self._cells(file, names, more, before, after))

    def _cells(
        self, file: TallyFile, names: Sequence[str], met: str, before: str, after: str
    ) -> dict[tuple[str | None, int], int]:
        """Return how many cells there are, now that some say something else."""
        units = self._engine.fetch_rows(select(["DISTINCT organisation"], met))["organisation"]
        if not len(units):
            return dict(file.cells)
        base = [f"{file.columns[name]} AS {name}" for name in names]
        here = among("organisation", units.to_pylist())
        whole = f"({select([*CELL, *base], _table(self._folders.kept / file.name), where=here)})"
        joined = f"{met} AS m"
        for alias, rows in (("w", whole), ("x", before), ("y", after)):
            same = " AND ".join(f"{alias}.{column} IS NOT DISTINCT FROM m.{column}" for column in CELL)
            joined += f" LEFT JOIN {rows} AS {alias} ON {same}"

        def says(change: str) -> str:
            sums = [f"coalesce(w.{name}, 0) + coalesce({change}.{name}, 0) <> 0" for name in names]
            return f"CASE WHEN {' OR '.join(sums)} THEN 1 ELSE 0 END"

        more = [f"sum({says('y')}) - sum({says('x')}) AS more"]
        place = ["m.breakdown", 'm."window"']
        cells = dict(file.cells)
        for row in self._engine.fetch_text(select([*place, *more], joined, group_by=place)):
            at = row["breakdown"], row["window"]
            cells[at] = cells.get(at, 0) + int(row["more"])
        return {at: count for at, count in cells.items() if count}


_KINDS = pl.Schema(
    {"organisation": pl.Int64, "window": pl.Int32, "rank": pl.Int32, "value": pl.Int64, "times": pl.Int64}
)


def _moved(file: TallyFile) -> str:
    """Return the name of the file of what came and went around near values."""
    return file.near.replace(".near.parquet", ".moved.parquet")


def _table(path: Path) -> str:
    return f"read_parquet({literal(str(path))})"
