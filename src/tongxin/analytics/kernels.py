"""Compiled loops over rows: the second way to add up, of which `tongxin.analytics.native` is the caller.

A run is all rows of one key (a person, an event, a unit). At each window and in each category a key counts
once at every organisation where it stands, and is taken off once at the lowest common ancestor of each two
that are neighbours in pre-order (Hui 1992, "Color set size problem"); sums over subtrees then count it once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

NO_VALUE = np.iinfo(np.int64).min
"""In the place of a weight that is missing."""
AGES = 130
"""Ages from 0 up that a table of slots has; the next place is for those that are not known."""


class Runs(NamedTuple):
    """Rows in the order of their keys.

    `starts` holds where each run begins and, last, the number of rows; `present` the windows in which a row
    is there, as bits; `taken` the tallies that take it, as bits; `born` a birth date as a number like
    19900131, 0 where it is missing; `code` what a row is in the breakdown that is looked at; `weight` what a
    key counts for.
    """

    starts: np.ndarray
    organisation: np.ndarray
    present: np.ndarray
    taken: np.ndarray
    code: np.ndarray
    born: np.ndarray
    weight: np.ndarray


class Field(NamedTuple):
    """Where organisations stand in each window, and which slot a code has at each age.

    `versions` says which tree each window has; `places` (tree by organisation), its reverse `organisations`,
    `parents` and `ancestors` (tree by place by depth) count places within a tree, -1 where there is none, and
    a parent stands before its children; `days` are numbers like 20260930; `slots` (breakdown by code by age)
    is read at age 0 where a breakdown has no ages, and `aged` says which have. Every breakdown counts its
    slots from 0.
    """

    versions: np.ndarray
    places: np.ndarray
    organisations: np.ndarray
    parents: np.ndarray
    ancestors: np.ndarray
    days: np.ndarray
    slots: np.ndarray
    aged: np.ndarray


@njit(cache=True, nogil=True)
def mark_spells(begins, ends, days):
    """Return the windows on whose day each spell holds, as bits."""
    marks = np.zeros(begins.size, np.uint64)
    for row in range(begins.size):
        for window in range(days.size):
            if begins[row] <= days[window] < ends[row]:
                marks[row] |= np.uint64(1) << np.uint64(window)
    return marks


@njit(cache=True, nogil=True)
def order_of(keys, most):
    """Return the order of keys from 0 to `most`; equal ones stay as they stand."""
    places = np.zeros(most + 2, np.int64)
    for row in range(keys.size):
        places[keys[row] + 1] += 1
    for key in range(most + 1):
        places[key + 1] += places[key]
    order = np.empty(keys.size, np.int64)
    for row in range(keys.size):
        order[places[keys[row]]] = row
        places[keys[row]] += 1
    return order


@njit(cache=True, nogil=True)
def slot_at(runs, field, row, breakdown, window):
    """Return the slot of a row in a breakdown at the day of a window."""
    age = 0
    if field.aged[breakdown]:
        age = AGES
        born = runs.born[row]
        if 0 < born <= field.days[window]:
            age = min((field.days[window] - born) // 10_000, AGES - 1)
    return field.slots[breakdown, runs.code[row], age]


@njit(cache=True, nogil=True)
def weigh(runs, begin, end, bit):
    """Return the largest weight that the rows of a run give in a window."""
    largest = NO_VALUE
    for row in range(begin, end):
        if runs.present[row] & bit and runs.weight[row] > largest:
            largest = runs.weight[row]
    return largest


@njit(cache=True, nogil=True)
def longest_run(starts):
    """Return how many rows the longest run has."""
    longest = 0
    for run in range(starts.size - 1):
        longest = max(longest, starts[run + 1] - starts[run])
    return longest


@njit(cache=True, nogil=True)
def shared_place(ancestors, place, before):
    """Return the lowest common ancestor of a place and one before it, -1 under different roots.

    An ancestor of the later place holds the earlier one exactly if it does not begin after it.
    """
    for depth in range(ancestors.shape[1] - 1, -1, -1):
        if 0 <= ancestors[place, depth] <= before:
            return ancestors[place, depth]
    return -1


@njit(cache=True, nogil=True)
def stand(runs, field, begin, end, window, breakdown, place, slot, taken):
    """Find where a run stands in a window: each place and slot once, with the tallies that take it."""
    bit = np.uint64(1) << np.uint64(window)
    n = 0
    for row in range(begin, end):
        if not runs.present[row] & bit:
            continue
        at = field.places[field.versions[window], runs.organisation[row]]
        if at < 0:
            continue
        in_slot = slot_at(runs, field, row, breakdown, window)
        here = 0
        while here < n and not (place[here] == at and slot[here] == in_slot):
            here += 1
        if here == n:
            place[n], slot[n], taken[n] = at, in_slot, 0
            n += 1
        taken[here] |= runs.taken[row]
    return n


@njit(cache=True, nogil=True)
def before_in(place, slot, taken, n, one, tally):
    """Return the nearest place before one of the same slot that a tally takes, -1 if there is none."""
    before = -1
    for other in range(n):
        if (taken[other] >> tally) & 1 and slot[other] == slot[one] and before < place[other] < place[one]:
            before = place[other]
    return before


@njit(cache=True, nogil=True)
def stands_once(runs, begin, end, is_aged):
    """Tell whether all rows of a run stand at one organisation, in one category."""
    for row in range(begin + 1, end):
        if (
            runs.organisation[row] != runs.organisation[begin]
            or runs.code[row] != runs.code[begin]
            or (is_aged and runs.born[row] != runs.born[begin])
        ):
            return False
    return True


@njit(cache=True, nogil=True)
def add_once(runs, field, begin, end, breakdown, is_weighted, cube):
    """Add a key that stands once in each window: it has no neighbours, so nothing is taken off."""
    organisation, slot = runs.organisation[begin], field.slots[breakdown, runs.code[begin], 0]
    present = np.uint64(0)
    for row in range(begin, end):
        present |= runs.present[row]
    window = 0
    while present:
        bit = np.uint64(1) << np.uint64(window)
        if present & bit and field.places[field.versions[window], organisation] >= 0:
            if field.aged[breakdown]:
                slot = slot_at(runs, field, begin, breakdown, window)
            taken = 0
            for row in range(begin, end):
                if runs.present[row] & bit:
                    taken |= runs.taken[row]
            weight = weigh(runs, begin, end, bit) if is_weighted else 1
            tally = 0
            while taken:
                if taken & 1:
                    cube[organisation, window, slot, tally] += weight
                taken >>= 1
                tally += 1
        present &= ~bit
        window += 1


@njit(cache=True, nogil=True)
def add_standing(field, window, standing, weight, cube):
    """Add a key at all places where it stands in a window, and take it off where these meet."""
    place, slot, taken, n = standing
    ancestors = field.ancestors[field.versions[window]]
    organisations = field.organisations[field.versions[window]]
    for one in range(n):
        for tally in range(cube.shape[3]):
            if not (taken[one] >> tally) & 1:
                continue
            cube[organisations[place[one]], window, slot[one], tally] += weight
            before = before_in(place, slot, taken, n, one, tally)
            shared = shared_place(ancestors, place[one], before) if before >= 0 else -1
            if shared >= 0:
                cube[organisations[shared], window, slot[one], tally] -= weight


@njit(cache=True, nogil=True)
def add_runs(runs, field, breakdown, is_weighted, cube):
    """Add runs to a cube of organisation by window by slot by tally."""
    longest = longest_run(runs.starts)
    place, slot = np.empty(longest, np.int32), np.empty(longest, np.int32)
    taken = np.empty(longest, np.int64)
    for run in range(runs.starts.size - 1):
        begin, end = runs.starts[run], runs.starts[run + 1]
        if stands_once(runs, begin, end, field.aged[breakdown]):
            add_once(runs, field, begin, end, breakdown, is_weighted, cube)
            continue
        for window in range(cube.shape[1]):
            n = stand(runs, field, begin, end, window, breakdown, place, slot, taken)
            bit = np.uint64(1) << np.uint64(window)
            weight = weigh(runs, begin, end, bit) if is_weighted and n else 1
            add_standing(field, window, (place, slot, taken, n), weight, cube)


@njit(cache=True, nogil=True)
def roll_up(cube, field):
    """Add every node of a cube (organisation by window by slot by tally) to its parent, the deepest first."""
    size = cube.shape[2] * cube.shape[3]
    blocks = cube.reshape(cube.shape[0], cube.shape[1] * size)
    first = 0
    while first < cube.shape[1]:
        # Windows that look at one tree are next to each other, so they are rolled up in one go.
        version, end = field.versions[first], first + 1
        while end < cube.shape[1] and field.versions[end] == version:
            end += 1
        parents, organisations = field.parents[version], field.organisations[version]
        for place in range(parents.size - 1, -1, -1):
            if parents[place] >= 0:
                above = blocks[organisations[parents[place]], first * size : end * size]
                here = blocks[organisations[place], first * size : end * size]
                for at in range(here.size):
                    above[at] += here[at]
        first = end


@njit(cache=True, nogil=True)
def mark_cells(cube, said):
    """Mark which cells (organisation by slot by window) of a cube say something."""
    for organisation in range(cube.shape[0]):
        for window in range(cube.shape[1]):
            for slot in range(cube.shape[2]):
                for tally in range(cube.shape[3]):
                    if cube[organisation, window, slot, tally]:
                        said[organisation, slot, window] = True


@njit(cache=True, nogil=True)
def list_cells(said):
    """Return organisation, slot and window of each cell that says something, in this order."""
    size = 0
    for at in range(said.size):
        size += said.flat[at]
    organisations, slots = np.empty(size, np.int32), np.empty(size, np.int32)
    windows = np.empty(size, np.int32)
    n = 0
    for organisation in range(said.shape[0]):
        for slot in range(said.shape[1]):
            for window in range(said.shape[2]):
                if said[organisation, slot, window]:
                    organisations[n], slots[n], windows[n] = organisation, slot, window
                    n += 1
    return organisations, slots, windows


@njit(cache=True, nogil=True)
def take_cells(cube, tally, organisations, slots, windows):
    """Return what a tally is in each of some cells of a cube."""
    found = np.empty(organisations.size, cube.dtype)
    for n in range(organisations.size):
        found[n] = cube[organisations[n], windows[n], slots[n], tally]
    return found
