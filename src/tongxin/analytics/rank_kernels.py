"""Compiled loops that put values in order; `tongxin.analytics.native` is their caller.

How often a value stands at a node is counted as in `tongxin.analytics.kernels`: a key that stands at several
places below it is taken off again where they meet.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from tongxin.analytics.kernels import before_in, longest_run, shared_place, stand, weigh


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
