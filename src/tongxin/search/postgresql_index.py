"""The index in PostgreSQL: of each entry its different grams, without their places.

PostgreSQL keeps no place beyond the 16,383rd, and no more than 256 of one gram. So grams alone choose, and
the texts chosen are compared.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from tongxin.search.grams import Word, grams_of
from tongxin.search.models import SearchEntry

MOST_BYTES = 1_000_000
"""A vector holds a little more; an entry with more than this has none and is always compared."""
ADD = "UPDATE search_searchentry SET grams = array_to_tsvector(%s) WHERE id = %s"
CLEAR = "UPDATE search_searchentry SET grams = NULL"
CHOSEN = "(grams @@ %s::tsquery OR grams IS NULL)"
IN_TITLE = "strpos(normal_title, %s) > 0"
SAID = f"({IN_TITLE} OR strpos(normal_text, %s) > 0)"
SAID_OR_PROVEN = f"(grams IS NOT NULL OR {SAID})"
# Bytes, not characters: those of a text stand beside it and need not be counted.
TIMES = "(octet_length(normal_text) - octet_length(replace(normal_text, %s, ''))) / octet_length(%s)::float8"
# How often a word is said counts less and less, as in the ranking that SQLite computes.
WEIGHT = f"(1 - 1.2 / ({TIMES} + 1.2))"


def add_to_index(entry: SearchEntry) -> None:
    grams = list(dict.fromkeys([*grams_of(entry.normal_title), *grams_of(entry.normal_text)]))
    is_too_long = sum(len(gram.encode()) for gram in grams) > MOST_BYTES
    with connection.cursor() as cursor:
        cursor.execute(ADD, [None if is_too_long else grams, entry.pk])


def remove_from_index(entry: SearchEntry) -> None:
    """Do nothing: the vector is a part of the entry's row."""


def clear_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(CLEAR)


def optimise_index() -> None:
    """Do nothing: the server does it on its own."""


def matching(entries: QuerySet[SearchEntry], words: Sequence[Word]) -> QuerySet[SearchEntry]:
    """Return the entries that say all these words, with `in_title` and `weight`; the best has the most."""
    normals = [word.normal for word in words]
    found = entries.extra(  # noqa: S610 - put together from constants
        where=[CHOSEN],
        params=[" & ".join(map(_all_grams, words))],
        select={
            "in_title": " AND ".join([IN_TITLE] * len(words)),
            "weight": " + ".join([WEIGHT] * len(words)),
        },
        select_params=[*normals, *(each for normal in normals for each in (normal, normal))],
    )
    for word in words:
        is_proven = word.is_exact and len(word.grams) == 1
        said = SAID_OR_PROVEN if is_proven else SAID
        found = found.extra(where=[said], params=[word.normal] * 2)  # noqa: S610
    return found


def _all_grams(word: Word) -> str:
    # Grams are letters and digits alone, so quotes keep them from being read as operators.
    quoted = [f"'{gram}'" for gram in word.grams]
    return " & ".join([*quoted[:-1], f"{quoted[-1]}:*" if word.is_open else quoted[-1]])
