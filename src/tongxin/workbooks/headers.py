"""Where a table begins in a sheet, and which of its columns is which."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import polars as pl

from tongxin.workbooks.layouts import Layout
from tongxin.workbooks.refusals import WorkbookRefused

SEARCHED_ROWS = 100
"""A header below this row is not looked for."""

_BRACKETED = re.compile(r"[(\[\u3010\u3014].*?[)\]\u3011\u3015]")
_DECORATION = re.compile(r"[\s*:;\u2605\u203b\u200b\ufeff]+")
"""Spaces, asterisks, colons, star and reference mark, zero-width signs."""


@dataclass(frozen=True)
class HeaderMatch:
    """The header found in a grid: its rows, counted from 0, and the key of each column that is known."""

    first_row: int
    last_row: int
    headers: Mapping[int, str]
    """The text of each column's header as sent, by column."""
    columns: Mapping[str, int]
    """The column of each key."""
    ignored: tuple[str, ...] = ()
    """Headers of columns that are not read."""

    @property
    def score(self) -> int:
        """How many columns of the layout were recognised."""
        return len(self.columns)


@lru_cache(maxsize=4096)
def fold_header(text: str) -> str:
    """Return a header without width, case, spaces and marks that do not count.

    >>> fold_header(" Full Name* :")
    'fullname'
    """
    return _DECORATION.sub("", unicodedata.normalize("NFKC", text).casefold())


def find_header(cells: pl.DataFrame, layout: Layout, mapping: Mapping[str, str]) -> HeaderMatch:
    """Return the best header among the first rows; without any known header, the fullest row."""
    names = _Names(layout, mapping)
    rows = cells.head(SEARCHED_ROWS).rows()
    scores = [len({names.key(text) for text in row if text} - {None}) for row in rows]
    best = max(range(len(rows)), key=lambda i: (scores[i], -i))
    if scores[best] < 2 and (plain := find_plain_header(cells)) is not None:
        best = plain if scores[best] <= scores[plain] else best
    first, last, headers = _join_header_rows(rows, best, names)
    return _match_columns(first, last, headers, names)


def find_plain_header(cells: pl.DataFrame) -> int | None:
    """Return the first row at least half as full as the fullest, so no title; None if all are blank."""
    counts = [sum(bool(text and text.strip()) for text in row) for row in cells.head(SEARCHED_ROWS).rows()]
    fullest = max(counts, default=0)
    if fullest == 0:
        return None
    return next(i for i, count in enumerate(counts) if count * 2 >= fullest and count >= min(fullest, 2))


class _Names:
    """Which key a header stands for: the user's own mapping first, then template headers, then aliases."""

    def __init__(self, layout: Layout, mapping: Mapping[str, str]) -> None:
        self.layout = layout
        self.mapped = {fold_header(header): key for header, key in mapping.items()}
        self.exact = {fold_header(column.header): column.key for column in layout.columns}
        self.aliases = {
            fold_header(name): column.key
            for column in layout.columns
            for name in (*column.aliases, column.key)
        }
        self.verdicts = {fold_header(name) for name in (layout.verdict, *layout.verdict_aliases) if name}

    def key(self, text: str) -> str | None:
        return self.rank(text)[1]

    def rank(self, text: str) -> tuple[int, str | None]:
        """Return how sure the match is (0 surest) and the key."""
        folded = fold_header(text)
        bare = _BRACKETED.sub("", folded)
        for rank, known in enumerate((self.mapped, self.exact, self.aliases)):
            for form in (folded, bare):
                if form in known:
                    # A header mapped to nothing is one that the user asked not to read.
                    return rank, known[form] if known[form] in self.layout.keys else None
        return 9, None


def _join_header_rows(
    rows: Sequence[tuple[str | None, ...]], best: int, names: _Names
) -> tuple[int, int, dict[int, str]]:
    """Complete a header that stands in two rows, as merged cells make it."""
    headers = {i: text for i, text in enumerate(rows[best]) if text and text.strip()}
    first = last = best
    known = {names.key(text) for text in headers.values()}
    for neighbour in (best - 1, best + 1):
        if not 0 <= neighbour < len(rows):
            continue
        # A row is a part of the header only where it names what the best row leaves blank.
        extra = {
            i: text
            for i, text in enumerate(rows[neighbour])
            if text and names.key(text) not in known and names.key(headers.get(i, "")) is None
        }
        others = {i for i, text in enumerate(rows[neighbour]) if text and i not in extra}
        if neighbour > best and any(names.key(text) is None for text in extra.values()):
            extra = {}
        recognised = {i: text for i, text in extra.items() if names.key(text) is not None}
        if recognised and (neighbour < best or not others):
            headers |= recognised
            known |= {names.key(text) for text in recognised.values()}
            first, last = min(first, neighbour), max(last, neighbour)
    return first, last, dict(sorted(headers.items()))


def _match_columns(first: int, last: int, headers: Mapping[int, str], names: _Names) -> HeaderMatch:
    candidates: dict[str, list[tuple[int, int]]] = {}
    for i, text in headers.items():
        rank, key = names.rank(text)
        if key is not None:
            candidates.setdefault(key, []).append((rank, i))
    columns = {}
    for key, found in candidates.items():
        surest = min(rank for rank, _ in found)
        same = [i for rank, i in found if rank == surest]
        if len(same) > 1:
            raise WorkbookRefused(
                "column_twice", {"column": names.layout.header(key), "headers": [headers[i] for i in same]}
            )
        columns[key] = same[0]
    ignored = tuple(
        text
        for i, text in headers.items()
        if i not in columns.values() and fold_header(text) not in names.verdicts
    )
    return HeaderMatch(first, last, headers, columns, ignored)
