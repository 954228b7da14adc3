"""From one release to the next by what has changed in the lake, where nothing else has."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import tongxin
from tongxin.analytics.changing import Step, TooMuchError, change_figures
from tongxin.analytics.damage import DamagedFileError
from tongxin.analytics.definition_nodes import DefinitionError
from tongxin.analytics.definitions import Definition, Item
from tongxin.analytics.engine import Engine
from tongxin.analytics.figures import Summary
from tongxin.analytics.tally_files import LISTING
from tongxin.analytics.worlds import Change, TwoStates
from tongxin.codes.periods import Period
from tongxin.figures.inputs import lake_of, open_engine, subjects_of
from tongxin.figures.overlaps import beside
from tongxin.figures.queries import GROUP_FIGURES, NoReleaseError, Release, read_release
from tongxin.figures.reading import reads_of
from tongxin.lake.differences import Differences, differing
from tongxin.lake.queries import Cut, NoCutError, declared_sources, open_tables, read_cut


@dataclass(frozen=True)
class Basis:
    """What a release is made of beside the facts."""

    definitions: Sequence[Definition]
    items: Mapping[str, Item]
    periods: Sequence[Period]


@dataclass(frozen=True)
class Stepped:
    """Figures carried over from an earlier release, and those of group companies, if there are any."""

    base: Release
    figures: Summary
    group_figures: Summary | None


def step_on(cut: Cut, basis: Basis, target: Path) -> Stepped | None:
    """Carry the present release over to a cut; returns nothing where everything has to be computed."""
    base = _base_of(basis)
    if base is None:
        return None
    try:
        earlier = read_cut(base.cut_id)
    except (NoCutError, OSError, ValueError):
        return None
    every = [*basis.definitions, *beside(basis.definitions)]
    with open_engine() as engine, suppress(TooMuchError, DamagedFileError):
        found = differing(engine, earlier, cut)
        if not _is_of_facts(found, every):
            return None
        reads = {name: reads_of(name) for name in subjects_of(every)}
        states = _states(engine, cut, found, set().union(*(each.every for each in reads.values())))

        work = target / ".step"
        shutil.rmtree(work, ignore_errors=True)

        def carry(folder: str) -> Summary:
            step = Step(
                base.folder / folder,
                states,
                reads,
                lambda tables, is_native: lake_of(engine, tables, every, is_native=is_native),
            )
            (work / folder).mkdir(parents=True)
            return change_figures(engine, every, step, basis.periods, work / folder)

        figures, groups = carry("figures"), carry(GROUP_FIGURES) if base.has_groups else None
        for folder in work.iterdir():
            shutil.rmtree(target / folder.name, ignore_errors=True)
            folder.rename(target / folder.name)
        work.rmdir()
        return Stepped(base, figures, groups)
    # Files there are those of the earlier release under a second name: they may not be written again.
    shutil.rmtree(target / ".step", ignore_errors=True)
    return None


def _base_of(basis: Basis) -> Release | None:
    """Return the present release if it was computed in the same way from the same definitions."""
    try:
        base = read_release()
    except (NoReleaseError, DamagedFileError, DefinitionError):
        return None
    said = base.manifest
    is_alike = (
        base.is_readable
        and (base.folder / "figures" / LISTING).is_file()
        and said.get("code_version") == tongxin.__version__
        and said.get("definitions") == {each.version: each.sha256 for each in basis.definitions}
        and said.get("items") == {code: asdict(item) for code, item in basis.items.items()}
        and said.get("periods") == [str(period) for period in basis.periods]
    )
    return base if is_alike else None


def _is_of_facts(found: Differences, definitions: Sequence[Definition]) -> bool:
    """Tell whether nothing differs but rows of facts: no tree, no reports, and no source as a whole."""
    facts = {name for subject in subjects_of(definitions) for name in reads_of(subject).every}
    unused = {source.name for source in declared_sources()} - facts - _OF_ALL
    return found.wholly <= unused and found.rows.keys() <= (facts | unused) - _OF_ALL


_OF_ALL = {
    "organisations",
    "placements",
    "group_placements",
    "events",
    "event_others",
    "reported_values",
    "reporting_units",
}
"""Sources of trees and reports: what changes there may concern every figure."""


def _states(engine: Engine, cut: Cut, found: Differences, names: set[str]) -> TwoStates:
    tables = open_tables(engine, cut, {name: file for name, file in cut.files.items() if name in names})
    changed = {name: Change(*rows) for name, rows in found.rows.items() if name in names}
    return TwoStates(engine, declared_sources(), tables, changed)
