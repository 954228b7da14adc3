"""The passage of a text that a hit shows, and where in it the words stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongxin.search.normal_texts import spans_in

Marks = tuple[tuple[int, int], ...]
BEFORE = 30
LENGTH = 120
STEP, OVERLAP = 20_000, 2_000
"""So much of a long text is looked at in one go, and so much of it once more, for words at the seam."""


@dataclass(frozen=True)
class Snippet:
    """A passage of a text; each mark is a start and an end within it."""

    text: str
    marks: Marks
    is_cut_before: bool
    is_cut_after: bool


def marks_in(text: str, normals: Sequence[str]) -> Marks:
    return tuple(spans_in(text, normals))


def cut_snippet(text: str, normals: Sequence[str]) -> Snippet:
    """Return the passage around the first of these normal texts, or the beginning where there is none."""
    origin, marks = _first_marks(text, normals)
    part = text[origin : origin + STEP + OVERLAP]
    start = max(marks[0][0] - BEFORE, 0) if marks else 0
    end = min(max(start + LENGTH, marks[0][1] if marks else 0), len(part))
    return Snippet(
        part[start:end],
        tuple((first - start, min(last, end) - start) for first, last in marks if first < end),
        is_cut_before=origin + start > 0,
        is_cut_after=origin + end < len(text),
    )


def _first_marks(text: str, normals: Sequence[str]) -> tuple[int, Marks]:
    """Return the marks in the first stretch of a text that has any, and where the stretch begins."""
    for origin in range(0, len(text), STEP):
        marks = marks_in(text[origin : origin + STEP + OVERLAP], normals)
        if marks:
            return origin, marks
    return 0, ()
