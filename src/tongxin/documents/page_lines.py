"""What printing leaves in a text: page numbers, running heads, and lines that end where the paper does."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from tongxin.documents.lexicon import pattern
from tongxin.documents.lines import Line, lines_of, remove_line
from tongxin.documents.removals import Removal, merge

_FULL_LINE = 0.82
"""A line is full when it is nearly as long as the long lines of its text."""
_RUNNING_HEADS = 3
_SHORTEST_FULL = 12
_LONGEST_NUMBER = 40
_FEED_WITHIN = re.compile("[^\n\f]\f")


@dataclass(frozen=True)
class _Edge:
    """A line at the edge of a page, and the number it holds if it could be the page's."""

    line: Line
    page: int
    is_below: bool
    number: int | None
    outer: Line | None
    """The page number or running head between it and the edge, without which it is part of the text."""


def find_page_noise(text: str, removed: Sequence[Removal], *, is_wrapped: bool) -> list[Removal]:
    """Return page numbers and running heads; of wrapped lines also the line feeds within paragraphs."""
    lines = lines_of(text, removed)
    furniture = _furniture(text, lines)
    found = [remove_line(text, line, reason) for line, reason in furniture.items()]
    found = merge(
        found, [Removal(each.start(), each.end(), "\f", "page") for each in re.finditer("\f", text)]
    )
    body = [line for line in lines if line not in furniture and line.text]
    joined = list(_wraps(text, body, found)) if is_wrapped else []
    return sorted([*found, *joined])


def is_paged(text: str) -> bool:
    """Tell whether form feeds part pages; within a line one may mean anything."""
    return "\f" in text and not _FEED_WITHIN.search(text)


def _furniture(text: str, lines: Sequence[Line]) -> dict[Line, str]:
    """Return the lines at the edges of pages that are their numbers, or stand at the edge of most of them."""
    edges = list(_edges(text, lines))
    times = Counter(line.text for line in {edge.line for edge in edges})
    numbers = Counter((edge.is_below, edge.number - edge.page) for edge in edges if edge.number is not None)
    n_pages = text.count("\f") + 1
    found = {}
    for edge in edges:
        if edge.outer is not None and edge.outer not in found:
            continue
        if edge.number is not None:
            count = numbers[edge.is_below, edge.number - edge.page]
            is_own = edge.is_below and edge.number == edge.page
            if is_own or _is_marked(edge.line.text) or count >= max(2, n_pages // 3):
                found[edge.line] = "page_number"
        elif times[edge.line.text] >= max(_RUNNING_HEADS, n_pages // 2):
            found[edge.line] = "running_head"
    return found


def _is_marked(text: str) -> bool:
    """Tell whether a number says itself that it is of a page; a bare one may be a year or a row."""
    return bool(pattern("noise", "marked_number").search(text))


def _edges(text: str, lines: Sequence[Line]) -> Iterator[_Edge]:
    """Yield the first and the last line with text of every page; by a page number also the one next to it."""
    page: list[Line] = []
    n_pages = 1
    for line in lines:
        if line.text:
            page.append(line)
        if text[line.end - 1 : line.end] == "\f":
            yield from _edges_of_page(page, n_pages)
            page, n_pages = [], n_pages + 1
    yield from _edges_of_page(page, n_pages)


def _edges_of_page(page: Sequence[Line], number: int) -> Iterator[_Edge]:
    for is_below, pair in ((True, page[::-1][:2]), (False, page[:2])):
        numbers = [_number_of(line.text) for line in pair]
        outers = [None, *pair]
        n_edges = 1 if numbers == [None, None] else 2
        for line, found, outer in list(zip(pair, numbers, outers, strict=False))[:n_edges]:
            yield _Edge(line, number, is_below, found, outer)


def _number_of(text: str) -> int | None:
    is_number = len(text) <= _LONGEST_NUMBER and pattern("noise", "page_number").fullmatch(text)
    digits = re.search(r"\d+", text)
    return int(digits[0]) if is_number and digits else None


def _wraps(text: str, body: Sequence[Line], found: Sequence[Removal]) -> Iterator[Removal]:
    """Yield the line ends within paragraphs, apart from what is removed between their lines anyway."""
    lengths = sorted(len(line.text) for line in body)
    full = lengths[int(len(lengths) * 0.9)] if lengths else 0
    starts = [each.start for each in found]
    for line, following in pairwise(body):
        if _goes_on(line.text, following.text, full):
            at = line.start + len(text[line.start : line.end].rstrip())
            line_after = text[following.start : following.end]
            end = following.start + len(line_after) - len(line_after.lstrip())
            for each in found[bisect_left(starts, at) : bisect_left(starts, end)]:
                if at < each.start:
                    yield Removal(at, each.start, text[at : each.start], "line_end")
                at = each.end
            if at < end:
                yield Removal(at, end, text[at:end], "line_end")


def _goes_on(line: str, following: str, full: int) -> bool:
    if len(line) < max(full * _FULL_LINE, _SHORTEST_FULL) or "\t" in line:
        return False
    ends = pattern("noise", "sentence_end").search(line) or line.endswith(("：", ":"))
    begins = pattern("noise", "numbered").match(following)
    return not ends and not begins
