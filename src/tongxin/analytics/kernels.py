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
    19900131, 0 where it is missing; `codes` a line for each breakdown; `weight` what a key counts for.
    """

    starts: np.ndarray
    organisation: np.ndarray
    present: np.ndarray
    taken: np.ndarray
    codes: np.ndarray
    born: np.ndarray
    weight: np.ndarray


class Field(NamedTuple):
    """Where organisations stand in each window, and which slot a code has at each age.

    `versions` says which tree each window has; `places` (tree by organisation), its reverse `organisations`
    and `ancestors` (tree by place by depth) count places within a tree, -1 where there is none; `days` are
    numbers like 20260930; `slots` (breakdown by code by age) is read at age 0 where a breakdown has no ages,
    and `aged` says which have. Every breakdown counts its slots from 0.
    """

    versions: np.ndarray
    places: np.ndarray
    organisations: np.ndarray
    ancestors: np.ndarray
    days: np.ndarray
    slots: np.ndarray
    aged: np.ndarray


class Entries(NamedTuple):
    """Values with where they stand; a `sign` of -1 takes one off again."""

    place: np.ndarray
    slot: np.ndarray
    value: np.ndarray
    sign: np.ndarray


class Cells(NamedTuple):
    """Values by cell (organisation by slot), those of a cell in order from its place in `begins` on."""

    begins: np.ndarray
    value: np.ndarray
    sign: np.ndarray


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
def slot_at(runs, field, row, breakdown, window):
    """Return the slot of a row in a breakdown at the day of a window."""
    age = 0
    if field.aged[breakdown]:
        age = AGES
        born = runs.born[row]
        if 0 < born <= field.days[window]:
            age = min((field.days[window] - born) // 10_000, AGES - 1)
    return field.slots[breakdown, runs.codes[breakdown, row], age]


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
def add_row(runs, field, row, breakdown, weight, cube):
    """Add a key that has one row: it has no neighbours, so nothing is taken off."""
    organisation, present = runs.organisation[row], runs.present[row]
    slot = field.slots[breakdown, runs.codes[breakdown, row], 0]
    window = 0
    while present:
        if present & np.uint64(1) and field.places[field.versions[window], organisation] >= 0:
            if field.aged[breakdown]:
                slot = slot_at(runs, field, row, breakdown, window)
            taken, tally = runs.taken[row], 0
            while taken:
                if taken & 1:
                    cube[window, organisation, slot, tally] += weight
                taken >>= 1
                tally += 1
        present >>= np.uint64(1)
        window += 1


@njit(cache=True, nogil=True)
def add_runs(runs, field, breakdown, is_weighted, cube):
    """Add runs to a cube of window by organisation by slot by tally."""
    longest = longest_run(runs.starts)
    place, slot = np.empty(longest, np.int32), np.empty(longest, np.int32)
    taken = np.empty(longest, np.int64)
    for run in range(runs.starts.size - 1):
        begin, end = runs.starts[run], runs.starts[run + 1]
        if end == begin + 1:
            add_row(runs, field, begin, breakdown, runs.weight[begin] if is_weighted else 1, cube)
            continue
        for window in range(cube.shape[0]):
            n = stand(runs, field, begin, end, window, breakdown, place, slot, taken)
            if n == 0:
                continue
            bit = np.uint64(1) << np.uint64(window)
            weight = weigh(runs, begin, end, bit) if is_weighted else 1
            version = field.versions[window]
            ancestors, organisations = field.ancestors[version], field.organisations[version]
            for one in range(n):
                for tally in range(cube.shape[3]):
                    if not (taken[one] >> tally) & 1:
                        continue
                    cube[window, organisations[place[one]], slot[one], tally] += weight
                    before = before_in(place, slot, taken, n, one, tally)
                    shared = shared_place(ancestors, place[one], before) if before >= 0 else -1
                    if shared >= 0:
                        cube[window, organisations[shared], slot[one], tally] -= weight


@njit(cache=True, nogil=True)
def roll_up(cube, parents, organisations):
    """Add every node of a cube (organisation by slot by tally) to its parent, the deepest first.

    `parents` counts places, and a parent stands before its children; `organisations` says who stands there.
    """
    for place in range(parents.size - 1, -1, -1):
        if parents[place] >= 0:
            here, above = organisations[place], organisations[parents[place]]
            for slot in range(cube.shape[1]):
                for tally in range(cube.shape[2]):
                    cube[above, slot, tally] += cube[here, slot, tally]


@njit(cache=True, nogil=True)
def list_values(runs, field, window, breakdown):
    """Return the values of the runs that stand in a window, `weight` being numbers from 0 up, as entries."""
    bit = np.uint64(1) << np.uint64(window)
    ancestors = field.ancestors[field.versions[window]]
    longest = longest_run(runs.starts)
    place, slot = np.empty(longest, np.int32), np.empty(longest, np.int32)
    taken = np.empty(longest, np.int64)
    size = 0
    for run in range(runs.starts.size - 1):
        begin, end = runs.starts[run], runs.starts[run + 1]
        for row in range(begin, end):
            if runs.present[row] & bit:
                size += 1 if end == begin + 1 else 2
    made = Entries(
        np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int8)
    )
    n = 0
    for run in range(runs.starts.size - 1):
        begin, end = runs.starts[run], runs.starts[run + 1]
        standing = stand(runs, field, begin, end, window, breakdown, place, slot, taken)
        value = weigh(runs, begin, end, bit) if standing else 0
        for one in range(standing):
            if not taken[one] & 1:
                continue
            n = put(made, n, place[one], slot[one], value, 1)
            before = before_in(place, slot, taken, standing, one, 0)
            shared = shared_place(ancestors, place[one], before) if before >= 0 else -1
            if shared >= 0:
                n = put(made, n, shared, slot[one], value, -1)
    return Entries(made.place[:n], made.slot[:n], made.value[:n], made.sign[:n])


@njit(cache=True, nogil=True)
def put(entries, n, place, slot, value, sign):
    """Write an entry, and return where the next one goes."""
    entries.place[n], entries.slot[n], entries.value[n], entries.sign[n] = place, slot, value, sign
    return n + 1


@njit(cache=True, nogil=True)
def in_order(entries, values):
    """Return the entries in the order of their values, which are numbers below `values`."""
    ends = np.zeros(values + 1, np.int64)
    for n in range(entries.value.size):
        ends[entries.value[n] + 1] += 1
    for value in range(values):
        ends[value + 1] += ends[value]
    order = np.empty(entries.value.size, np.int64)
    for n in range(entries.value.size):
        order[ends[entries.value[n]]] = n
        ends[entries.value[n]] += 1
    return Entries(entries.place[order], entries.slot[order], entries.value[order], entries.sign[order])


@njit(cache=True, nogil=True)
def gather(entries, over, times):
    """Put what stands below each node of one depth together, cell by cell, values still in order.

    Parameters
    ----------
    entries
        In the order of their values.
    over
        For each place the organisation of the depth that holds it, -1 where none does.
    times
        Filled at the organisations of the depth: organisation by slot, how many there are.

    Returns
    -------
    Cells
    """
    slots = times.shape[1]
    begins = np.zeros(times.size + 2, np.int64)
    for n in range(entries.place.size):
        node = over[entries.place[n]]
        if node >= 0:
            begins[node * slots + entries.slot[n] + 2] += 1
            times[node, entries.slot[n]] += entries.sign[n]
    for cell in range(times.size + 1):
        begins[cell + 1] += begins[cell]
    value, sign = np.empty(begins[-1], np.int32), np.empty(begins[-1], np.int8)
    for n in range(entries.place.size):
        node = over[entries.place[n]]
        if node >= 0:
            cell = node * slots + entries.slot[n] + 1
            value[begins[cell]], sign[begins[cell]] = entries.value[n], entries.sign[n]
            begins[cell] += 1
    return Cells(begins[:-1], value, sign)


@njit(cache=True, nogil=True)
def rank_values(cells, times, values, ranks, ranked):
    """Take the value at each rank of what stands below each node.

    Parameters
    ----------
    values
        What the numbers in the cells stand for, in rising order.
    ranks
        Rank by (numerator, denominator): how far up, between neighbours in proportion (type 7 of Hyndman and
        Fan 1996); what is taken is multiplied by the denominator, and so is whole.
    ranked
        Filled where there is anything: organisation by slot by rank.
    """
    slots = times.shape[1]
    for cell in range(times.size):
        node, slot = cell // slots, cell % slots
        begin, end = cells.begins[cell], cells.begins[cell + 1]
        if end > begin and times[node, slot] > 0:
            for rank in range(ranks.shape[0]):
                up, whole = ranks[rank]
                reach = (times[node, slot] - 1) * up
                below = nth(cells.value, cells.sign, begin, end, reach // whole)
                above = nth(cells.value, cells.sign, begin, end, reach // whole + 1)
                part = reach % whole
                upper = values[above] if above >= 0 else 0
                ranked[node, slot, rank] = values[below] * (whole - part) + upper * part


@njit(cache=True, nogil=True)
def near_values(cells, times, ranks, reach, chosen, most):
    """Return the values around those that stand at each rank, and how many lie beyond.

    Parameters
    ----------
    reach
        How many to either side; of equal values all are returned.
    chosen
        Which organisations are asked for.
    most
        The number that stands for what lies above; -1 stands for what lies below.

    Returns
    -------
    array
        Rows of organisation, slot, rank, value and how many have it.
    """
    slots = times.shape[1]
    found = np.empty((0, 5), np.int32)
    for fill in (False, True):
        n = 0
        for cell in range(times.size):
            node, slot = cell // slots, cell % slots
            if chosen[node] and cells.begins[cell] < cells.begins[cell + 1]:
                for rank in range(ranks.shape[0]):
                    at = (times[node, slot] - 1) * ranks[rank, 0] // ranks[rank, 1]
                    before = n
                    n = put_near(cells, cell, at - reach, at + 1 + reach, times[node, slot], most, found, n)
                    for row in range(before, n if fill else before):
                        found[row, 0], found[row, 1], found[row, 2] = node, slot, rank
        if not fill:
            found = np.empty((n, 5), np.int32)
    return found[found[:, 4] != 0]


@njit(cache=True, nogil=True)
def put_near(cells, cell, first, last, times, most, found, n):
    """Write the values of a cell that stand from the first to the last place, if there is room for them.

    Returns
    -------
    int
        Where the rows of the next cell go.
    """
    met, below, opens = 0, 0, n
    here, end = cells.begins[cell], cells.begins[cell + 1]
    n += 1
    while here < end and met <= last:
        value, net = cells.value[here], 0
        while here < end and cells.value[here] == value:
            net += cells.sign[here]
            here += 1
        if met + net <= first:
            below += net
        else:
            put_times(found, n, value, net)
            n += 1
        met += net
    put_times(found, opens, -1, below)
    put_times(found, n, most, times - met)
    return n + 1


@njit(cache=True, nogil=True)
def put_times(found, n, value, times):
    """Write how many have a value, if there is room for it."""
    if n < found.shape[0]:
        found[n, 3], found[n, 4] = value, times


@njit(cache=True, nogil=True)
def nth(value, sign, begin, end, wanted):
    """Return the value with `wanted` others before it among signed values in order, -1 past the last."""
    at, met = begin, 0
    while at < end:
        here = value[at]
        while at < end and value[at] == here:
            met += sign[at]
            at += 1
        if met > wanted:
            return here
    return -1
