"""Compiled loops that put dated facts side by side; `tongxin.analytics.row_makers` is their caller.

Days are whole numbers. `spells` are those of keys that count from 0, each from `begins` to `ends` (excluded),
in the order of keys and days; `starts` says where those of each key begin. Those of one key do not overlap.
"""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(cache=True, nogil=True)
def attach(spells, keys, days):
    """Return for each row which spell of its key holds on its day, -1 where none does."""
    held = np.full(keys.size, -1, np.int32)
    for row in range(keys.size):
        if keys[row] < 0:
            continue
        for at in range(spells.starts[keys[row] + 1] - 1, spells.starts[keys[row]] - 1, -1):
            if spells.begins[at] <= days[row]:
                if days[row] < spells.ends[at]:
                    held[row] = at
                break
    return held


@njit(cache=True, nogil=True)
def note_changes(spells, key, begin, end, changes, n):
    """Add the days inside a span on which what a key holds changes; return how many there are now."""
    if key < 0:
        return n
    for at in range(spells.starts[key], spells.starts[key + 1]):
        for day in (spells.begins[at], spells.ends[at]):
            if not begin < day < end:
                continue
            here = n
            while here > 0 and changes[here - 1] > day:
                here -= 1
            if here > 0 and changes[here - 1] == day:
                continue
            for later in range(n, here, -1):
                changes[later] = changes[later - 1]
            changes[here] = day
            n += 1
    return n


@njit(cache=True, nogil=True)
def cut(spells, keys, begins, ends):
    """Cut spans wherever a spell of one of their keys (key by span) begins or ends.

    Returns
    -------
    tuple
        Of each piece: which span it is of, its first day, and the day on which it ends.
    """
    longest, size = 0, 0
    for key in range(spells.starts.size - 1):
        longest = max(longest, spells.starts[key + 1] - spells.starts[key])
    changes = np.empty(2 * longest * keys.shape[0] + 1, np.int32)
    for span in range(begins.size):
        n = 0
        for which in range(keys.shape[0]):
            n = note_changes(spells, keys[which, span], begins[span], ends[span], changes, n)
        size += n + 1
    of, first, last = np.empty(size, np.int32), np.empty(size, np.int32), np.empty(size, np.int32)
    piece = 0
    for span in range(begins.size):
        n, begin = 0, begins[span]
        for which in range(keys.shape[0]):
            n = note_changes(spells, keys[which, span], begin, ends[span], changes, n)
        for change in range(n):
            of[piece], first[piece], last[piece] = span, begin, changes[change]
            begin = changes[change]
            piece += 1
        of[piece], first[piece], last[piece] = span, begin, ends[span]
        piece += 1
    return of, first, last
