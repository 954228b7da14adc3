"""Removals: pieces of a text that are noise, each with its place, its characters and its reason."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

_INVISIBLE = re.compile(
    "\r(?=\n)|[\ufeff\u200b-\u200f\u202a-\u202e\u2060-\u2064\u00ad\x00-\x08\x0b\x0e-\x1f\x7f\ue000-\uf8ff]+"
)
"""Line ends of Windows, marks without width, control and private characters; tab, line and form feed stay."""


@dataclass(frozen=True, order=True)
class Removal:
    """A piece of the input that is noise: `[start, end)` in it, and why."""

    start: int
    end: int
    text: str
    reason: str


def remove_characters(text: str) -> list[Removal]:
    """Return the characters that no reader sees."""
    return [
        Removal(each.start(), each.end(), each.group(), "character") for each in _INVISIBLE.finditer(text)
    ]


def merge(first: Sequence[Removal], second: Sequence[Removal]) -> list[Removal]:
    """Return all removals in order; one that lies within another gives way to it."""
    found: list[Removal] = []
    for each in sorted([*first, *second], key=lambda removal: (removal.start, -removal.end)):
        if not found or each.start >= found[-1].end:
            found.append(each)
    return found


def widen(text: str, found: Iterable[Removal], removed: Sequence[Removal]) -> list[Removal]:
    """Return all removals of a text, of which `found` were found in what the others leave of it.

    >>> [each.text for each in widen("abcdef", [Removal(0, 2, "ac", "x")], [Removal(1, 2, "b", "y")])]
    ['abc']
    """
    spans = list(spans_left(len(text), removed))
    lengths = [end - start for start, end in spans]
    begins = [0, *accumulate(lengths)]

    def input_of(place: int) -> int:
        number = bisect_right(begins, place) - 1
        return spans[number][0] + place - begins[number]

    ends = [(input_of(each.start), input_of(each.end - 1) + 1, each.reason) for each in found]
    return merge(removed, [Removal(start, end, text[start:end], reason) for start, end, reason in ends])


def cut(text: str, removed: Iterable[Removal]) -> str:
    """Return a text without its removals.

    >>> cut("abcdef", [Removal(1, 3, "bc", "x")])
    'adef'
    """
    return "".join(text[start:end] for start, end in spans_left(len(text), removed))


def spans_left(length: int, removed: Iterable[Removal]) -> Iterator[tuple[int, int]]:
    """Yield the pieces `[start, end)` of a text between its removals."""
    at = 0
    for each in removed:
        if at < each.start:
            yield at, each.start
        at = each.end
    if at < length:
        yield at, length
