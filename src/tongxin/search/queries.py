from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from tongxin.search.grams import Word, words_of
from tongxin.search.index import index
from tongxin.search.models import SearchEntry
from tongxin.search.snippets import Marks, Snippet, cut_snippet, marks_in


@dataclass(frozen=True)
class Hit:
    """An entry that says every word of a query, with the passage that says one; a greater rank is better.

    Ranks compare hits of one query on one database and mean nothing else.
    """

    entry: SearchEntry
    title_marks: Marks
    snippet: Snippet
    is_in_title: bool
    rank: float


@dataclass(frozen=True)
class Found:
    """A page of hits, and how many there are on all pages."""

    hits: tuple[Hit, ...]
    total: int


def find(
    query: str,
    *,
    kinds: Collection[str] | None = None,
    within: Q | None = None,
    limit: int = 20,
    offset: int = 0,
) -> Found:
    """Return the entries that say every word of the query: first those whose titles do, the best first.

    `within` is a condition on entries, as rights and filters give it. A query without a letter, digit or
    character finds nothing.
    """
    words = words_of(query)
    if not words:
        return Found((), 0)
    found = _entries_saying(words, kinds, within)
    page, hits = _page_of(found, words, limit, offset)
    # A page that is not full ends the answer.
    is_last = 0 < page < limit
    return Found(hits, offset + page if is_last else found.count())


def find_hits(
    query: str, *, kinds: Collection[str], within: Q | None = None, limit: int, offset: int = 0
) -> tuple[Hit, ...]:
    """Return the hits that `find` does, for whoever has counted them with `count_by_kind`."""
    words = words_of(query)
    return _page_of(_entries_saying(words, kinds, within), words, limit, offset)[1] if words else ()


def count_by_kind(query: str, *, kinds: Collection[str], within: Q | None = None) -> dict[str, int]:
    """Return how many entries of each kind say every word of the query."""
    words = words_of(query)
    if not words:
        return {}
    found = _entries_saying(words, kinds, within).order_by()
    return dict(found.values("kind").annotate(n_entries=Count("pk")).values_list("kind", "n_entries"))


def _page_of(
    found: QuerySet[SearchEntry], words: Sequence[Word], limit: int, offset: int
) -> tuple[int, tuple[Hit, ...]]:
    """Return how many entries a page has, and its hits."""
    ranked = found.extra(order_by=["-in_title", "-weight", "-changed_at", "-id"])
    page = list(ranked.values_list("pk", "in_title", "weight")[offset : offset + limit])
    entries = SearchEntry.objects.in_bulk([pk for pk, _, _ in page])
    hits = tuple(
        _hit(entries[pk], words, is_in_title=bool(in_title), rank=float(weight))
        for pk, in_title, weight in page
        if _says(entries[pk], words)
    )
    return len(page), hits


def find_keys(
    query: str, *, kinds: Collection[str] | None = None, within: Q | None = None
) -> list[tuple[str, int]]:
    """Return kind and target of all entries that say every word of the query, in no order."""
    words = words_of(query)
    if not words:
        return []
    return list(_entries_saying(words, kinds, within).order_by().values_list("kind", "target_id"))


def targets_of(kind: str) -> QuerySet[SearchEntry, int]:
    """Return the targets of a kind that have an entry, for a condition."""
    return SearchEntry.objects.filter(kind=kind).order_by().values_list("target_id", flat=True)


def _entries_saying(
    words: Sequence[Word], kinds: Collection[str] | None, within: Q | None
) -> QuerySet[SearchEntry]:
    entries = SearchEntry.objects.all()
    if kinds is not None:
        entries = entries.filter(kind__in=kinds)
    if within is not None:
        entries = entries.filter(within)
    matching: QuerySet[SearchEntry] = index().matching(entries, words)
    return matching


def _says(entry: SearchEntry, words: Sequence[Word]) -> bool:
    return all(word.is_said_in(entry.normal_title, entry.normal_text) for word in words)


def _hit(entry: SearchEntry, words: Sequence[Word], *, is_in_title: bool, rank: float) -> Hit:
    normals = [word.normal for word in words]
    return Hit(entry, marks_in(entry.title, normals), cut_snippet(entry.text, normals), is_in_title, rank)
