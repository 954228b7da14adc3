"""Small random worlds, and what each figure must be, worked out fact by fact in plain Python."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pyarrow as pa
from hypothesis import strategies as st
from tests.analytics.provinces import TRAININGS, WORKERS, schema_of

from tongxin.analytics.trees import Hierarchy, Placement

FIRST = date(2024, 1, 1)
Row = dict[str, Any]


@dataclass
class World:
    placements: list[Placement]
    workers: list[Row]
    trainings: list[Row]

    @property
    def hierarchy(self) -> Hierarchy:
        return Hierarchy(self.placements)

    def tables(self) -> dict[str, pa.Table]:
        return {
            "workers": pa.Table.from_pylist(self.workers, schema=schema_of(WORKERS)),
            "trainings": pa.Table.from_pylist(self.trainings, schema=schema_of(TRAININGS)),
        }

    def subtree(self, node: int, day: date) -> set[int]:
        """All nodes that reach a node by going up, each from its last place begun, else its first."""
        over: dict[int, int | None] = {}
        for each in {placement.node for placement in self.placements}:
            places = sorted((p for p in self.placements if p.node == each), key=lambda p: p.valid_from)
            begun = [place for place in places if place.valid_from <= day]
            over[each] = (begun[-1] if begun else places[0]).parent
        found = set()
        for each in over:
            step: int | None = each
            while step is not None and step != node:
                step = over[step]
            if step == node:
                found.add(each)
        return found


def _days(most: int) -> st.SearchStrategy[date]:
    return st.integers(0, most).map(lambda n: FIRST + timedelta(days=n))


_sexes = st.sampled_from(["male", "female", None])
_grades = st.sampled_from(["none", "junior", "senior", None])
_births = st.sampled_from([date(1975, 3, 1), date(1999, 8, 31), date(1999, 9, 30), date(2000, 2, 29), None])
_owners = st.sampled_from(["state", "private", None])


@st.composite
def small_worlds(draw: st.DrawFn) -> World:
    size = draw(st.integers(1, 7))
    placements = [Placement(0, None, date(2000, 1, 1))]
    for node in range(1, size):
        parent = draw(st.integers(0, node - 1))
        since = draw(st.sampled_from([date(2000, 1, 1), date(2024, 5, 1)]))
        moved = draw(st.none() | st.integers(0, node - 1))
        until = date(2024, 8, 15) if moved is not None else draw(st.sampled_from([None, date(2024, 9, 1)]))
        placements.append(Placement(node, parent, since, until))
        if moved is not None:
            placements.append(Placement(node, moved, date(2024, 8, 15)))
    nodes = st.integers(0, size - 1)
    spells = []
    for _ in range(draw(st.integers(0, 10))):
        worker = draw(st.integers(1, 4))
        begins = draw(_days(300))
        ends = draw(st.none() | st.integers(1, 200).map(lambda n, since=begins: since + timedelta(days=n)))
        spells.append(
            {
                "entity": worker,
                "worker": worker,
                "organisation": draw(nodes),
                "valid_from": begins,
                "valid_to": ends,
                "worker.sex": draw(_sexes),
                "worker.birth_date": draw(_births),
                "worker.employed": draw(st.sampled_from([True, True, False, None])),
                "worker.grade": draw(_grades),
                "worker.wage": draw(st.none() | st.integers(-500, 500)),
                "organisation.ownership": draw(_owners),
            }
        )
    return World(placements, spells, _draw_trainings(draw, nodes))


def _draw_trainings(draw: st.DrawFn, nodes: st.SearchStrategy[int]) -> list[Row]:
    events = []
    for entity in range(draw(st.integers(0, 6))):
        on, worker = draw(_days(330)), draw(st.none() | st.integers(1, 3))
        for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
            events.append(
                {
                    "entity": entity,
                    "worker": worker,
                    "organisation": draw(nodes),
                    "on": on,
                    "training.hours": draw(st.none() | st.sampled_from([60, 480, 600])),
                    "training.kind": draw(st.sampled_from(["induction", None])),
                    "worker.sex": draw(_sexes),
                    "worker.birth_date": draw(_births),
                    "organisation.ownership": draw(_owners),
                }
            )
    return events


def age_on(born: date | None, day: date) -> int | None:
    if born is None or born > day:
        return None
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def band_of(age: int | None) -> str | None:
    if age is None:
        return None
    for most, code in ((24, "under_25"), (34, "25_34"), (44, "35_44"), (54, "45_54")):
        if age <= most:
            return code
    return "55_over"


def two_cities() -> World:
    """Two jobs in two cities, a county that moves and holds facts, a birthday in a window, gaps."""
    old, moved = date(2000, 1, 1), date(2024, 8, 15)
    placements = [
        Placement(0, None, old),
        Placement(1, 0, old),
        Placement(2, 0, old),
        Placement(3, 1, old, moved),
        Placement(3, 2, moved),
        Placement(4, 3, old),
        Placement(5, 2, old),
    ]
    spells = [
        _job(1, 4, date(2024, 1, 1), None, grade="senior"),
        _job(1, 5, date(2024, 1, 1), None, grade="senior"),
        _job(1, 1, date(2024, 3, 1), date(2024, 9, 1), grade=None),
        _job(2, 4, date(2024, 1, 1), date(2024, 8, 1), grade="none"),
        _job(2, 5, date(2024, 8, 1), None, grade=None),
    ]
    trainings = [
        _course(1, 1, 4, date(2024, 8, 1), 480),
        _course(1, 1, 5, date(2024, 8, 1), 480),
        _course(2, 1, 3, date(2024, 9, 30), 600),
        _course(3, 2, 4, date(2024, 5, 1), None),
        _course(4, 2, 5, date(2024, 9, 1), 480),
    ]
    return World(placements, spells, trainings)


def _job(worker: int, organisation: int, begins: date, ends: date | None, *, grade: str | None) -> Row:
    return {
        "entity": worker,
        "worker": worker,
        "organisation": organisation,
        "valid_from": begins,
        "valid_to": ends,
        "worker.sex": "female",
        "worker.birth_date": date(1999, 8, 31),
        "worker.employed": True,
        "worker.grade": grade,
        "worker.wage": 100 * organisation,
        "organisation.ownership": "state",
    }


def _course(entity: int, worker: int, organisation: int, on: date, minutes: int | None) -> Row:
    return {
        "entity": entity,
        "worker": worker,
        "organisation": organisation,
        "on": on,
        "training.hours": minutes,
        "training.kind": "induction",
        "worker.sex": "female",
        "worker.birth_date": date(1999, 8, 31),
        "organisation.ownership": "private",
    }
