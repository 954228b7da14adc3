"""Small worlds of one difficulty each, with figures counted by hand, and how to tell that a world has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from tests.analytics.small_worlds import Row, World, age_on, band_of

from tongxin.analytics.trees import Placement

OLD = date(2000, 1, 1)
Figure = tuple[str, str, int, str | None, str | None]
"""Indicator, period, node, breakdown, category."""


@dataclass(frozen=True)
class Named:
    """A world, some of its figures by hand (numerator, denominator), and the test of the same difficulty."""

    world: World
    by_hand: Mapping[Figure, tuple[int, int | None]]
    is_met: Callable[[World], bool]


def place(node: int, parent: int | None, since: date = OLD, until: date | None = None) -> Placement:
    return Placement(node, parent, since, until)


def job(worker: int, organisation: int, begins: date, ends: date | None = None, **known: Any) -> Row:
    return {
        "entity": worker,
        "worker": worker,
        "organisation": organisation,
        "valid_from": begins,
        "valid_to": ends,
        "worker.sex": "female",
        "worker.birth_date": date(1990, 1, 1),
        "worker.employed": True,
        "worker.grade": "senior",
        "worker.wage": 100,
        "organisation.ownership": "state",
        **{name.replace("__", "."): value for name, value in known.items()},
    }


def course(entity: int, worker: int, organisation: int, on: date, **known: Any) -> Row:
    return {
        "entity": entity,
        "worker": worker,
        "organisation": organisation,
        "on": on,
        "training.hours": 480,
        "training.kind": "induction",
        "worker.sex": "female",
        "worker.birth_date": date(1990, 1, 1),
        "organisation.ownership": "state",
        **{name.replace("__", "."): value for name, value in known.items()},
    }


def three_enterprises_of_two_cities() -> Named:
    """One person in 3 and 4 (city 1) and 5 (city 2); only 4 is private, and in spring they train at 3 and 5.

    So 3 and 5, not 3 and 4, are neighbours among the state-owned, and in the half-year that ends with June.
    """
    spring, summer = date(2024, 5, 5), date(2024, 8, 5)
    places = [place(0, None), place(1, 0), place(2, 0), place(3, 1), place(4, 1), place(5, 2)]
    private = {"organisation__ownership": "private"}
    spells = [job(1, 3, OLD), job(1, 4, OLD, **private), job(1, 5, OLD)]
    events = [course(1, 1, 3, spring), course(2, 1, 4, summer, **private), course(3, 1, 5, spring)]
    return Named(
        World(places, spells, events),
        {
            ("heads", "2024Q3", 0, None, None): (1, None),
            ("heads", "2024Q3", 1, None, None): (1, None),
            ("heads", "2024Q3", 0, "ownership", "state"): (1, None),
            ("heads", "2024Q3", 0, "ownership", "private"): (1, None),
            ("reach", "2024Q2", 0, None, None): (1, 1),
            ("reach", "2024Q2", 1, None, None): (1, 1),
            ("reach", "2024Q3", 0, None, None): (1, 1),
            ("reach", "2024Q3", 0, "ownership", "state"): (1, 1),
            ("events", "2024Q2", 0, None, None): (2, None),
        },
        _has_three_jobs_in_two_cities,
    )


def _has_three_jobs_in_two_cities(world: World) -> bool:
    day = date(2024, 9, 30)
    cities = [world.subtree(each.node, day) for each in world.placements if each.parent == 0]
    for worker in {row["worker"] for row in world.workers}:
        held = {
            row["organisation"]
            for row in world.workers
            if row["worker"] == worker
            and row["valid_from"] <= day
            and (row["valid_to"] is None or row["valid_to"] > day)
        }
        if len(held) >= 3 and sum(1 for city in cities if held & city) >= 2:
            return True
    return False


def moves_inside_a_period() -> Named:
    """County 3 goes from city 1 to 2 on 15 August; person 1 goes from 4 in it to 5 in city 1 on the 20th."""
    moved, changed = date(2024, 8, 15), date(2024, 8, 20)
    places = [place(0, None), place(1, 0), place(2, 0), place(3, 1, OLD, moved), place(3, 2, moved)]
    places += [place(4, 3), place(5, 1)]
    spells = [job(1, 4, OLD, changed), job(1, 5, changed), job(2, 4, OLD)]
    events = [course(1, 1, 4, date(2024, 8, 1)), course(2, 1, 5, date(2024, 9, 1))]
    return Named(
        World(places, spells, events),
        {
            ("heads", "2024Q2", 1, None, None): (2, None),
            ("heads", "2024Q3", 1, None, None): (1, None),
            ("heads", "2024Q3", 2, None, None): (1, None),
            ("heads", "2024Q3", 0, None, None): (2, None),
            # The training of 1 August counts where its enterprise stands at the end of September.
            ("events", "2024Q3", 1, None, None): (1, None),
            ("events", "2024Q3", 2, None, None): (1, None),
            ("reach", "2024Q3", 2, None, None): (1, 1),
            ("reach", "2024Q3", 0, None, None): (1, 2),
        },
        _moves,
    )


def _moves(world: World) -> bool:
    moved = {each.node for each in world.placements if each.valid_from == date(2024, 8, 15)}
    below = {node for each in moved for node in world.subtree(each, date(2024, 9, 30))}
    return any(row["organisation"] in below for row in world.workers + world.trainings)


def categories_change_in_a_window() -> Named:
    """A 25th birthday on 31 August between two trainings, and an enterprise that becomes private."""
    born = {"worker__birth_date": date(1999, 8, 31)}
    private = {"organisation__ownership": "private"}
    places = [place(0, None), place(1, 0), place(2, 0), place(3, 0)]
    events = [
        course(1, 1, 1, date(2024, 8, 30), **born),
        course(2, 1, 2, date(2024, 8, 31), **born),
        course(3, 1, 3, date(2024, 5, 1), **born),
        course(4, 1, 3, date(2024, 9, 1), **born, **private),
    ]
    return Named(
        World(places, [job(1, 1, OLD, **born)], events),
        {
            ("reach", "2024Q3", 0, None, None): (1, 1),
            # 24 years old at 1 and 3, 25 at 2 and 3: once in either band, and once in all.
            ("reach", "2024Q3", 0, "age_band", "under_25"): (1, 0),
            ("reach", "2024Q3", 0, "age_band", "25_34"): (1, 1),
            ("reach", "2024Q3", 0, "ownership", "private"): (1, 0),
            ("reach", "2024-08", 3, "age_band", "under_25"): (1, 0),
            ("heads", "2024-08", 0, "age_band", "25_34"): (1, None),
        },
        _changes_category,
    )


def _changes_category(world: World) -> bool:
    bands: dict[int, set[str | None]] = {}
    for row in world.trainings:
        if row["worker"] is not None and date(2024, 4, 1) <= row["on"] <= date(2024, 9, 30):
            age = age_on(row["worker.birth_date"], row["on"])
            bands.setdefault(row["worker"], set()).add(band_of(age))
    return any(len(found - {None}) > 1 for found in bands.values())


def empty_towns() -> Named:
    """Towns 3, 5 and 6 and city 2 hold nothing; nobody but 7 and 8, two levels apart, does."""
    places = [place(0, None), place(1, 0), place(2, 0), place(3, 1), place(4, 1), place(5, 1), place(6, 2)]
    places += [place(7, 4), place(8, 1)]
    spells = [job(1, 7, OLD), job(1, 8, OLD), job(2, 8, OLD)]
    return Named(
        World(places, spells, [course(1, 1, 7, date(2024, 9, 1))]),
        {
            ("heads", "2024Q3", 4, None, None): (1, None),
            ("heads", "2024Q3", 1, None, None): (2, None),
            ("heads", "2024Q3", 0, None, None): (2, None),
            ("reach", "2024Q3", 1, None, None): (1, 2),
        },
        _has_empty_towns,
    )


def _has_empty_towns(world: World) -> bool:
    held = {row["organisation"] for row in world.workers + world.trainings}
    day = date(2024, 9, 30)
    empty = [each.node for each in world.placements if not held & world.subtree(each.node, day)]
    return bool(held) and len(empty) >= 2


def one_node() -> Named:
    """Nothing but a province, which holds its facts itself."""
    spells = [job(1, 0, OLD), job(2, 0, OLD, date(2024, 7, 1)), job(3, 0, OLD, worker__grade="none")]
    return Named(
        World(
            [place(0, None)], spells, [course(1, 1, 0, date(2024, 9, 1)), course(2, 1, 0, date(2024, 9, 2))]
        ),
        {
            ("heads", "2024Q2", 0, None, None): (3, None),
            ("heads", "2024Q3", 0, None, None): (2, None),
            ("skilled", "2024Q3", 0, None, None): (1, 2),
            ("events", "2024Q3", 0, None, None): (2, None),
            ("reach", "2024Q3", 0, None, None): (1, 2),
        },
        lambda world: len(world.placements) == 1 and bool(world.workers + world.trainings),
    )


def facts_of_a_county() -> Named:
    """County 2 holds facts itself, beside enterprise 3 below; person 1 is at both, person 2 at the county."""
    places = [place(0, None), place(1, 0), place(2, 1), place(3, 2), place(4, 1)]
    spells = [job(1, 2, OLD), job(1, 3, OLD), job(2, 2, OLD), job(3, 4, OLD)]
    events = [
        course(1, 1, 2, date(2024, 9, 1)),
        course(2, 1, 3, date(2024, 9, 1)),
        course(3, 2, 2, date(2024, 9, 9)),
    ]
    return Named(
        World(places, spells, events),
        {
            ("heads", "2024Q3", 3, None, None): (1, None),
            ("heads", "2024Q3", 2, None, None): (2, None),
            ("heads", "2024Q3", 1, None, None): (3, None),
            ("reach", "2024Q3", 2, None, None): (2, 2),
            ("events", "2024Q3", 2, None, None): (3, None),
            ("events", "2024Q3", 0, None, None): (3, None),
        },
        _holds_facts_above,
    )


def _holds_facts_above(world: World) -> bool:
    above = {each.parent for each in world.placements} - {None, 0}
    held = {row["organisation"] for row in world.workers + world.trainings}
    return bool(above & held)


NAMED = {
    made.__name__: made
    for made in (
        three_enterprises_of_two_cities,
        moves_inside_a_period,
        categories_change_in_a_window,
        empty_towns,
        one_node,
        facts_of_a_county,
    )
}
