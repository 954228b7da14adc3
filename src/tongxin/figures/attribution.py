"""Why a figure is another in a later release: one ingredient is exchanged at a time, in a fixed order.

definition → tree → corrected facts → new facts. Each step is a whole computation, so the steps add up to the
difference. New are facts dated after the last day of the earlier release; all others that are there now and
were not then, or were otherwise, are corrected: entered late, changed or removed.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

import ibis
import ibis.expr.types as ir
from django.conf import settings

from tongxin.analytics.answers import Lake
from tongxin.analytics.definitions import version_for
from tongxin.analytics.figure_store import Figure, FigureStore
from tongxin.analytics.figures import Inputs
from tongxin.analytics.reported import ReportedTables
from tongxin.codes.periods import Period
from tongxin.figures.compute import compute
from tongxin.figures.inputs import TREE_TABLES, hierarchy_of_cut, open_kept_inputs
from tongxin.figures.queries import Release
from tongxin.lake.queries import Cut, read_cut

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
            return None if _alike(cuts, TREE_TABLES) else _computed(pair, step, code, cuts)
        case Step.CORRECTED if pair.period.last_day > pair.before.cut_on:
            return _computed(pair, step, code, cuts)
    # Nothing that is dated after a period has a part in its figures.
    return pair.after.store


def _alike(cuts: Sequence[Cut], names: Collection[str]) -> bool:
    one, two = ({name: cut.files[name].sha256 for name in names if name in cut.files} for cut in cuts)
    return one == two


def prepare_steps(pair: Pair, codes: Sequence[str]) -> None:
    """Compute what several indicators need together, which takes hardly longer than one of them."""
    cuts = [read_cut(each.cut_id) for each in (pair.before, pair.after)]
    renewed = [code for code in codes if not pair.shares_definition(code)]
    if renewed:
        _compute(pair, Step.DEFINITION, renewed, cuts)
    if not _alike(cuts, TREE_TABLES):
        _compute(pair, Step.TREE, codes, cuts)
    if pair.period.last_day > pair.before.cut_on:
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
    missing = [code for code in codes if not (folder / f"{code}.parquet").is_file()]
    if missing:
        definitions = [each for each in pair.after.definitions if each.code in missing]
        before, after = cuts
        facts = after if step is Step.CORRECTED else before
        tree = before if step is Step.DEFINITION else after
        draft = base / f".{secrets.token_hex(6)}"
        try:
            with open_kept_inputs(facts, definitions) as (engine, opened):
                inputs = replace(opened, hierarchy=hierarchy_of_cut(tree))
                known = _as_known_on(inputs, pair.before.cut_on) if step is Step.CORRECTED else inputs
                compute((engine, known), definitions, [pair.period], draft)
            # A file is whole before it has its name, and the trees are there before the first figures.
            for path in sorted(draft.iterdir(), key=lambda each: each.stem in missing):
                path.replace(folder / path.name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
        _clear_away(kept)
    return folder


def _clear_away(kept: Path) -> None:
    pairs = sorted(kept.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for old in pairs[KEPT:]:
        shutil.rmtree(old, ignore_errors=True)


def _as_known_on(inputs: Inputs, day: date) -> Inputs:
    """Leave out facts dated after a day: what begins then, and that something ends then."""
    tables = {name: _until(table, day) for name, table in inputs.lake.tables.items()}
    reported = inputs.reported
    if reported is not None:
        ended = [
            text
            for text in reported.values.period.to_pyarrow().unique().to_pylist()
            if Period.parse(text).last_day <= day
        ]
        values = reported.values.filter(reported.values.period.isin(ended))
        reported = ReportedTables(values, reported.expected)
    return replace(inputs, lake=Lake(tables), reported=reported)


def _until(table: ir.Table, day: date) -> ir.Table:
    last = ibis.literal(day)
    if "valid_from" not in table.columns:
        return table.filter(table["on"] <= last)
    open_end = (table.valid_to <= last).ifelse(table.valid_to, ibis.null(table.valid_to.type()))
    return table.filter(table.valid_from <= last).mutate(valid_to=open_end)
