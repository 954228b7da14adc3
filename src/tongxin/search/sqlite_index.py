"""The index in SQLite: a full-text table without content of its own, its rows numbered as the entries."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from tongxin.search.grams import Word, grams_of
from tongxin.search.models import SearchEntry

ADD = "INSERT INTO search_index (rowid, title, text) VALUES (%s, %s, %s)"
REMOVE = "INSERT INTO search_index (search_index, rowid, title, text) VALUES ('delete', %s, %s, %s)"
CLEAR = "INSERT INTO search_index (search_index) VALUES ('delete-all')"
OPTIMISE = "INSERT INTO search_index (search_index) VALUES ('optimize')"
WEIGHT = "-bm25(search_index, 8.0, 1.0)"
IN_TITLE = "search_index.rowid IN (SELECT rowid FROM search_index WHERE search_index MATCH %s)"


def add_to_index(entry: SearchEntry) -> None:
    _execute(ADD, *_row(entry))


def remove_from_index(entry: SearchEntry) -> None:
    """Take out an entry as it was put in: SQLite must be told the same grams."""
    _execute(REMOVE, *_row(entry))


def clear_index() -> None:
    _execute(CLEAR)


def optimise_index() -> None:
    _execute(OPTIMISE)


def matching(entries: QuerySet[SearchEntry], words: Sequence[Word]) -> QuerySet[SearchEntry]:
    """Return the entries that say all these words, with `in_title` and `weight`; the best has the most."""
    wanted = " AND ".join(map(_phrase, words))
    found = entries.extra(  # noqa: S610 - constants
        tables=["search_index"],
        where=["search_index.rowid = search_searchentry.id", "search_index MATCH %s"],
        params=[wanted],
        select={"in_title": IN_TITLE, "weight": WEIGHT},
        select_params=[f"{{title}} : ({wanted})"],
    )
    for word in words:
        if not word.is_exact:
            found = found.extra(
                where=["(instr(normal_title, %s) > 0 OR instr(normal_text, %s) > 0)"],
                params=[word.normal] * 2,
            )
    return found


def _phrase(word: Word) -> str:
    # Grams are letters and digits alone, so quotes keep them from being read as operators.
    return f'"{" ".join(word.grams)}"{"*" if word.is_open else ""}'


def _row(entry: SearchEntry) -> tuple[int, str, str]:
    return entry.pk, " ".join(grams_of(entry.normal_title)), " ".join(grams_of(entry.normal_text))


def _execute(statement: str, *values: int | str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
