"""What changes of a lake carry over to figures equals what a computation of everything finds."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.analytics.composed import composed_figures
from tests.analytics.provinces import TRAININGS, WORKERS, schema_of
from tests.analytics.small_worlds import Row, World, small_worlds
from tests.analytics.test_figures_equal_their_facts import DEFINITIONS, PERIODS

from tongxin.analytics import figures
from tongxin.analytics.answers import Lake
from tongxin.analytics.changing import Reads, Step, TooMuchError, change_figures
from tongxin.analytics.computing import Manner
from tongxin.analytics.engine import Engine
from tongxin.analytics.figures import Inputs, Summary, compute_figures
from tongxin.analytics.nearness import Nearness
from tongxin.analytics.sources import Source
from tongxin.analytics.tally_files import read_listing
from tongxin.analytics.worlds import Change, TwoStates

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


def _source(name: str, schema: pa.Schema) -> Source:
    identities = {"entity": name, "worker": "people", "organisation": "organisations"}
    return Source(name, schema.append(pa.field("row", pa.int64())), list, key=("row",), identities=identities)


SOURCES = [_source("workers", schema_of(WORKERS)), _source("trainings", schema_of(TRAININGS))]
READS = {each.name: Reads(frozenset({each.name}), frozenset(), frozenset({each.name})) for each in SOURCES}
State = dict[str, list[Row]]


@dataclass
class History:
    """A tree, and the states of the facts one after another."""

    world: World
    states: list[State]


@st.composite
def histories(draw: st.DrawFn) -> History:
    world, other = draw(small_worlds()), draw(small_worlds())
    size = 1 + max(placement.node for placement in world.placements)
    pools = {"workers": world.workers + other.workers, "trainings": world.trainings + other.trainings}
    states: list[State] = [{"workers": [], "trainings": []} for _ in range(3)]
    for name, pool in pools.items():
        for number, row in enumerate(pool):
            placed = {**row, "organisation": row["organisation"] % size, "row": number}
            if name == "trainings":
                # A record is about one person.
                placed |= {"entity": 10 * number, "worker": row["worker"] or 1}
            said = draw(st.lists(st.sampled_from("-=?"), min_size=3, max_size=3))
            for state, how in zip(states, said, strict=True):
                if how == "=":
                    state[name].append(placed)
                elif how == "?":
                    like = draw(st.sampled_from(pool))
                    kept = {name: placed[name] for name in ("entity", "worker", "row")}
                    state[name].append({**like, "organisation": like["organisation"] % size, **kept})
    return History(world, states)


def _tables(engine: Engine, state: State) -> dict[str, Any]:
    return {
        each.name: engine.take(pa.Table.from_pylist(state[each.name], schema=each.schema)) for each in SOURCES
    }


def _compute(history: History, number: int, folder: Path, *, is_native: bool) -> Summary:
    with Engine(threads=1) as engine:
        inputs = Inputs(Lake(_tables(engine, history.states[number])), history.world.hierarchy)
        return compute_figures(engine, DEFINITIONS, inputs, PERIODS, folder, is_native=is_native)


def _change(history: History, number: int, kept: Path, folder: Path) -> Summary:
    """Carry a state over to the next."""
    earlier, later = history.states[number - 1 : number + 1]
    with Engine(threads=1) as engine:
        changed = {}
        for source in SOURCES:
            gone = [row for row in earlier[source.name] if row not in later[source.name]]
            come = [row for row in later[source.name] if row not in earlier[source.name]]
            if gone or come:
                rows = (pa.Table.from_pylist(each, schema=source.schema) for each in (gone, come))
                changed[source.name] = Change(*map(engine.take, rows))
        states = TwoStates(engine, SOURCES, _tables(engine, later), changed)
        step = Step(kept, states, READS, lambda tables, is_native: Lake(tables, is_native=is_native))
        return change_figures(engine, DEFINITIONS, step, PERIODS, folder)


def _said(folder: Path) -> dict[tuple, dict[str, int]]:
    return {
        (code, *place): {name: number for name, number in numbers.items() if number}
        for code in {definition.code for definition in DEFINITIONS}
        for place, numbers in composed_figures(folder, code)
    }


_slow = settings(
    max_examples=7,
    deadline=None,
    phases=set(Phase) - {Phase.shrink, Phase.explain},
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
both_ways = pytest.mark.parametrize("is_native", [False, True], ids=["statements", "loops"])


@both_ways
@_slow
@given(history=histories())
def test_two_changes_in_turn_give_what_a_computation_of_everything_gives(
    history: History, is_native: bool
) -> None:
    with tempfile.TemporaryDirectory() as base:
        folders = [Path(base) / name for name in ("first", "second", "third", "whole")]
        for folder in folders[:3]:
            folder.mkdir()
        _compute(history, 0, folders[0], is_native=is_native)
        for number in (1, 2):
            summary = _change(history, number, folders[number - 1], folders[number])

        assert summary == _compute(history, 2, folders[3], is_native=is_native)
        assert _said(folders[2]) == _said(folders[3])
        assert read_listing(folders[2]).unplaced == read_listing(folders[3]).unplaced


@both_ways
@_slow
@given(history=histories())
def test_values_too_far_from_those_kept_are_told_and_never_guessed(
    history: History, is_native: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(figures, "Manner", partial(Manner, nearness=Nearness(0)))
    with tempfile.TemporaryDirectory() as base:
        folders = [Path(base) / name for name in ("first", "second", "whole")]
        folders[1].mkdir()
        _compute(history, 0, folders[0], is_native=is_native)
        try:
            _change(history, 1, folders[0], folders[1])
        except TooMuchError:
            return
        _compute(history, 1, folders[2], is_native=is_native)

        assert _said(folders[1]) == _said(folders[2])
