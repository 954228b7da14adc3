"""Why a figure is another in a later release: one ingredient is exchanged at a time, in a fixed order.

definition → tree → corrected facts → new facts. Each step is a whole computation, so the steps add up to the
difference. New are records that the earlier release did not have, whatever their date; corrected are those
that it had and that say something else now, or are gone.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path

from django.conf import settings

from tongxin.analytics.definitions import version_for
from tongxin.analytics.figure_store import Figure, FigureStore
from tongxin.codes.later import Later
from tongxin.codes.periods import Period
from tongxin.figures.harmonising import is_computed, take_over
from tongxin.figures.queries import Release
from tongxin.lake.queries import Cut, read_cut

# Reading facts anew takes a process a hundred megabytes for its engine, and few pages ask for it.
computing = Later("tongxin.figures.compute")
opening = Later("tongxin.figures.inputs")

KEPT = 12
"""So many periods of pairs of releases are kept: those that were asked for last."""


class Step(StrEnum):
    """What is exchanged, in this order."""

    DEFINITION = "definition"
    TREE = "tree"
    CORRECTED = "corrected_facts"
    NEW = "new_facts"


@dataclass(frozen=True)
class Pair:
    """Two releases and a period that both have."""

    before: Release
    after: Release
    period: Period

    def shares_definition(self, code: str) -> bool:
        found = [version_for(each.definitions, code, self.period) for each in (self.before, self.after)]
        return len({each.sha256 if each else None for each in found}) == 1


def figures_by_step(pair: Pair, code: str, units: Sequence[int]) -> dict[int, list[Figure]]:
    """Return for each unit its figure before, after each step, and so at last in the later release."""
    read = [_read(pair.before.store, code, units, pair.period)]
    for step in Step:
        store = _store_after(pair, code, step)
        read.append(read[-1] if store is None else _read(store, code, units, pair.period))
    return {unit: [found[unit] for found in read] for unit in units}


def _read(store: FigureStore, code: str, units: Sequence[int], period: Period) -> dict[int, Figure]:
    return {each.organisation: each for each in store.read(code, units, [period])}


def _store_after(pair: Pair, code: str, step: Step) -> FigureStore | None:
    """Return the figures after a step; None where the step changes nothing."""
    cuts = [read_cut(each.cut_id) for each in (pair.before, pair.after)]
    match step:
        case Step.DEFINITION:
            return None if pair.shares_definition(code) else _computed(pair, step, code, cuts)
        case Step.TREE:
            return None if _alike(cuts, opening.TREE_TABLES) else _computed(pair, step, code, cuts)
        case Step.CORRECTED if not _alike(cuts, cuts[1].files.keys() - set(opening.TREE_TABLES)):
            return _computed(pair, step, code, cuts)
    return pair.after.store


def _alike(cuts: Sequence[Cut], names: Collection[str]) -> bool:
    one, two = ({name: cut.contents(name) for name in names} for cut in cuts)
    return one == two


def prepare_steps(pair: Pair, codes: Sequence[str]) -> None:
    """Compute what several indicators need together, which takes hardly longer than one of them."""
    cuts = [read_cut(each.cut_id) for each in (pair.before, pair.after)]
    renewed = [code for code in codes if not pair.shares_definition(code)]
    if renewed:
        _compute(pair, Step.DEFINITION, renewed, cuts)
    if not _alike(cuts, opening.TREE_TABLES):
        _compute(pair, Step.TREE, codes, cuts)
    if not _alike(cuts, cuts[1].files.keys() - set(opening.TREE_TABLES)):
        _compute(pair, Step.CORRECTED, codes, cuts)


def _computed(pair: Pair, step: Step, code: str, cuts: Sequence[Cut]) -> FigureStore:
    folder = _compute(pair, step, [code], cuts)
    return FigureStore(folder, pair.after.definitions, written=[code])


def _compute(pair: Pair, step: Step, codes: Sequence[str], cuts: Sequence[Cut]) -> Path:
    """Compute indicators as they are after a step, once for all units."""
    kept = Path(settings.TONGXIN_HOME) / "scratch" / "steps"
    base = kept / f"{pair.before.id}-{pair.after.id}-{pair.period}"
    folder = base / step.value
    folder.mkdir(parents=True, exist_ok=True)
    os.utime(base)
    missing = [code for code in codes if not is_computed(folder, code)]
    if missing:
        definitions = [each for each in pair.after.definitions if each.code in missing]
        before, after = cuts
        opened_with = opening.open_kept_inputs(before, definitions)
        if step is Step.CORRECTED:
            opened_with = opening.open_known_inputs(after, before, definitions)
        tree = before if step is Step.DEFINITION else after
        draft = base / f".{secrets.token_hex(6)}"
        try:
            with opened_with as (engine, opened):
                inputs = replace(opened, hierarchy=opening.hierarchy_of_cut(tree))
                computing.compute((engine, inputs), definitions, [pair.period], draft)
            take_over(draft, folder)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _clear_away(kept)
    return folder


def _clear_away(kept: Path) -> None:
    pairs = sorted(kept.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in pairs[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)
