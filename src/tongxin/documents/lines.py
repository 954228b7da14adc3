"""The lines of a text, as one that looks for noise compares them."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from tongxin.documents.removals import Removal
from tongxin.documents.scripts import simplify_line


@dataclass(frozen=True)
class Line:
    """A line of the input: `[start, end)` with its line feed, and what it says in the simplified script."""

    start: int
    end: int
    text: str


def lines_of(text: str, removed: Sequence[Removal]) -> list[Line]:
    """Return the lines of a text without removals, without blanks at their ends, in the simplified script."""
    ends = [each.end() for each in re.finditer("[\n\f]", text)]
    starts = [0, *ends]
    edges = [*starts, len(text)] if starts[-1] < len(text) else starts
    at = [each.start for each in removed]
    found = []
    for start, end in pairwise(edges):
        inside = removed[max(bisect_right(at, start) - 1, 0) : bisect_right(at, end)]
        found.append(Line(start, end, simplify_line(_cut_line(text, start, end, inside).strip())))
    return found


def _cut_line(text: str, start: int, end: int, removed: Sequence[Removal]) -> str:
    pieces = []
    at = start
    for each in removed:
        if each.end <= start or each.start >= end:
            continue
        pieces.append(text[at : max(at, each.start)])
        at = max(at, each.end)
    pieces.append(text[at:end])
    return "".join(pieces)


def remove_line(text: str, line: Line, reason: str) -> Removal:
    """Return the removal of a whole line with its line feed."""
    return Removal(line.start, line.end, text[line.start : line.end], reason)
