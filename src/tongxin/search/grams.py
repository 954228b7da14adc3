"""Grams by which an index finds a text: pairs of Han characters, and the other words whole.

A run of Han characters becomes its overlapping pairs and its last character, so that pairs of two runs never
follow each other: consecutive grams of a query are found exactly where its characters are.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from tongxin.search.normal_texts import is_han, normalise, runs_of

LONGEST_QUERY = 400
MOST_WORDS = 20
LONGEST_GRAM = 100
"""A longer word is indexed by its beginning."""
# Straight and curly double quotes, of which the last may be missing.
_QUOTE = r'"\u201c\u201d\uff02'
_PART = re.compile(rf"[{_QUOTE}]([^{_QUOTE}]*)[{_QUOTE}]?|([^\s{_QUOTE}]+)")


@dataclass(frozen=True)
class Word:
    """What a text must say, word or phrase: its normal text, and the grams that must follow each other.

    Attributes
    ----------
    is_open
        A gram of the text need only begin with the last.
    is_exact
        Whatever has these grams in this order says the word.
    """

    normal: str
    grams: tuple[str, ...]
    is_open: bool
    is_exact: bool

    def is_said_in(self, *normals: str) -> bool:
        return any(self.normal in each for each in normals)


def grams_of(normal: str) -> list[str]:
    """Return the grams of a normal text in their order."""
    grams: list[str] = []
    for run in runs_of(normal):
        if is_han(run):
            grams += map(str.__add__, run, run[1:])
            grams.append(run[-1])
        else:
            grams.append(run[:LONGEST_GRAM])
    return grams


def words_of(query: str) -> tuple[Word, ...]:
    """Return what a text must say to be found: each word, or phrase in quotes, without punctuation.

    A query that is longer than anybody types is read as far as its limit.
    """
    parts = (quoted or word for quoted, word in _PART.findall(query[:LONGEST_QUERY]))
    normals = dict.fromkeys(normal for part in parts if (normal := normalise(part)))
    return tuple(map(_word, list(normals)[:MOST_WORDS]))


def _word(normal: str) -> Word:
    runs = runs_of(normal)
    grams = grams_of(normal)
    goes_on = is_han(runs[-1]) and len(runs[-1]) > 1
    if goes_on:
        # The text may go on where the query ends.
        grams.pop()
    is_exact = all(is_han(run) or len(run) <= LONGEST_GRAM for run in runs)
    return Word(normal, tuple(grams), is_open=not goes_on, is_exact=is_exact)
