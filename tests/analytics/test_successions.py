from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongxin.analytics.successions import Event, Kin, Successions, read_successions
from tongxin.analytics.trees import Hierarchy, Placement

BEGAN, CHANGED, LATER = date(2015, 1, 1), date(2016, 9, 14), date(2020, 1, 1)
BEFORE, AFTER = date(2015, 12, 31), date(2017, 12, 31)

# City 1. District 10 merges into 20; city 30 becomes district 40. Town 11 of 10 becomes 21 of 20, town 31
# of 30 becomes 41 of 40. Enterprise 100 closed in town 11 before the change, 200 opens in town 41 after it.
PLACES = [
    Placement(1, None, BEGAN),
    Placement(10, 1, BEGAN, CHANGED),
    Placement(20, 1, BEGAN),
    Placement(30, 1, BEGAN, CHANGED),
    Placement(40, 1, CHANGED),
    Placement(11, 10, BEGAN, CHANGED),
    Placement(21, 20, CHANGED),
    Placement(31, 30, BEGAN, CHANGED),
    Placement(41, 40, CHANGED),
    Placement(100, 11, BEGAN, date(2016, 1, 1)),
    Placement(200, 41, LATER),
]
SPANS = {each.node: (each.valid_from, each.valid_to) for each in PLACES}


def event(main: int, *others: int, kind: str = "", on: date = CHANGED) -> Event:
    return Event(on, main, frozenset({main, *others}), kind)


EVENTS = [event(20, 10), event(40, 30), event(21, 11), event(41, 31)]


def path(day: date, node: int, hierarchy: Hierarchy) -> list[int]:
    tree = hierarchy.tree_on(day)
    return [int(tree.nodes[at]) for at in tree.ancestors[tree.positions[node]] if at >= 0]


def test_who_closed_before_a_change_stands_where_their_unit_went() -> None:
    hierarchy = Hierarchy(PLACES, read_successions(EVENTS, SPANS))

    # Without the events the enterprise stays under two units that are no more.
    assert path(AFTER, 100, Hierarchy(PLACES)) == [1, 10, 11, 100]
    assert path(AFTER, 100, hierarchy) == [1, 20, 21, 11, 100]
    assert path(BEFORE, 100, hierarchy) == [1, 10, 11, 100]


def test_who_was_founded_after_a_change_stands_where_their_unit_came_from() -> None:
    hierarchy = Hierarchy(PLACES, read_successions(EVENTS, SPANS))

    assert path(BEFORE, 200, Hierarchy(PLACES)) == [1, 40, 41, 200]
    assert path(BEFORE, 200, hierarchy) == [1, 30, 31, 41, 200]
    assert not hierarchy.tree_on(BEFORE).is_alive(200)


def test_where_parts_went_to_several_it_is_not_known_which_and_they_stand_above_all() -> None:
    places = [
        *PLACES,
        Placement(12, 10, BEGAN, CHANGED),
        Placement(22, 20, CHANGED),
        Placement(23, 20, CHANGED),
        Placement(300, 12, BEGAN, date(2016, 1, 1)),
    ]
    spans = {each.node: (each.valid_from, each.valid_to) for each in places}
    split = event(12, 22, 23, kind="split")

    found = read_successions([*EVENTS, split], spans)

    assert path(AFTER, 300, Hierarchy(places, found)) == [1, 20, 12, 300]


def test_a_unit_made_from_parts_is_all_that_the_closed_one_became() -> None:
    # As Qiantang: 40 is made from all of 30 and a part of 20, which goes on.
    found = read_successions([event(40, 30, 20, kind="create")], SPANS)

    assert found.heirs == (Kin(30, CHANGED, frozenset({40})),)
    assert found.origins == (Kin(40, CHANGED, frozenset({20, 30})),)


def test_a_unit_that_gives_a_part_away_is_where_the_new_one_comes_from() -> None:
    # 30 goes on in this world, gives a part to 40 which is new, and another to 20 which is there.
    spans = {**SPANS, 30: (BEGAN, None)}

    found = read_successions([event(30, 40, 20, kind="split")], spans)

    assert found == Successions(origins=(Kin(40, CHANGED, frozenset({30})),))


def test_units_that_are_nowhere_are_left_out() -> None:
    found = read_successions([event(20, 10, 999)], SPANS)

    assert found.heirs == (Kin(10, CHANGED, frozenset({20})),)
    strange = Successions(heirs=(Kin(10, CHANGED, frozenset({998})), Kin(997, CHANGED, frozenset({20}))))
    assert path(AFTER, 100, Hierarchy(PLACES, strange)) == [1, 10, 11, 100]


@given(st.data())
def test_whatever_the_events_say_the_tree_stays_a_tree_of_the_same_units(data: st.DataObject) -> None:
    nodes = sorted(SPANS)
    pairs = st.tuples(st.sampled_from(nodes), st.frozensets(st.sampled_from(nodes), min_size=1, max_size=3))
    kin = [Kin(node, CHANGED, units) for node, units in data.draw(st.lists(pairs, max_size=8))]
    day = data.draw(st.sampled_from([BEFORE, CHANGED, AFTER, LATER]))

    tree = Hierarchy(PLACES, Successions(tuple(kin), tuple(kin))).tree_on(day)

    # A circle would have been refused.
    assert sorted(tree.nodes.tolist()) == nodes
    assert sorted(tree.subtree(int(tree.nodes[0])).tolist()) == nodes


@pytest.mark.parametrize("day", [BEFORE, CHANGED, AFTER])
def test_units_that_exist_on_the_day_stand_where_they_stand(day: date) -> None:
    plain, hierarchy = Hierarchy(PLACES), Hierarchy(PLACES, read_successions(EVENTS, SPANS))
    alive = [node for node in SPANS if plain.tree_on(day).is_alive(node)]

    assert [path(day, node, hierarchy) for node in alive] == [path(day, node, plain) for node in alive]
