"""Sentences and clauses of a paragraph, with their places in the text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tongxin.documents.lexicon import load, pattern

COMMA = "，,"
SEMICOLON = "；;"
_OPEN, _CLOSE = load("structure")["opening"], load("structure")["closing"]
_LONGEST_QUOTE = 24


@dataclass(frozen=True)
class Piece:
    """A stretch `[start, end)` of the cleaned text, and its words."""

    start: int
    end: int
    text: str

    def part(self, start: int, end: int) -> Piece:
        """Return a stretch within this one, without blanks around it; places count from its beginning."""
        told = self.text[start:end]
        left = len(told) - len(told.lstrip())
        told = told.strip()
        return Piece(self.start + start + left, self.start + start + left + len(told), told)


def join(first: Piece, last: Piece, text: str) -> Piece:
    """Return what reaches from one piece to another; `text` is the whole text that they are in."""
    return Piece(first.start, last.end, text[first.start : last.end])


def sentences_of(piece: Piece) -> list[Piece]:
    """Split at full stops, question and exclamation marks that stand outside of brackets and quotes."""
    return split(piece, "。！？!?")


def clauses_of(piece: Piece) -> list[Piece]:
    """Split at commas that stand outside of brackets and quotes."""
    return split(piece, COMMA)


def split(piece: Piece, signs: str) -> list[Piece]:
    """Split a piece at signs; what stands in brackets or quotation marks stays together.

    >>> [each.text for each in split(Piece(0, 9, "ab,(c,d),"), ",")]
    ['ab', '(c,d)']
    """
    found, begin = [], 0
    for at, character in _outside(piece.text):
        if character in signs:
            found.append(piece.part(begin, at))
            begin = at + 1
    found.append(piece.part(begin, len(piece.text)))
    return [each for each in found if each.text]


def _outside(text: str) -> Iterator[tuple[int, str]]:
    """Yield the characters outside of brackets and quotes; one that nothing closes holds nothing."""
    closed = _closed(text)
    depth = 0
    for at, character in enumerate(text):
        if at in closed:
            depth += 1 if character in _OPEN else -1
        elif not depth:
            yield at, character


def _closed(text: str) -> set[int]:
    """Return the places of brackets and quotes that have their other half."""
    waiting: list[tuple[int, str]] = []
    found: set[int] = set()
    for at, character in enumerate(text):
        if character in _OPEN:
            waiting.append((at, _CLOSE[_OPEN.index(character)]))
        elif waiting and character in _CLOSE and any(close == character for _, close in waiting):
            while waiting[-1][1] != character:
                waiting.pop()
            found |= {waiting.pop()[0], at}
    return found


def without_quotes(text: str) -> str:
    """Return a text with short quotations blanked, letter for letter; others say them.

    >>> without_quotes("a \u201cb\u201d c")
    'a \u201c_\u201d c'
    """
    return re.sub(
        "[“「]([^”」]*)[”」]",
        lambda found: (
            found[0] if len(found[1]) > _LONGEST_QUOTE else found[0][0] + "_" * len(found[1]) + found[0][-1]
        ),
        text,
    )


def notes_of(piece: Piece) -> tuple[Piece, list[str]]:
    """Return a piece with notes on responsibility blanked, and these notes."""
    notes = [found[1] for found in pattern("fields", "note").finditer(piece.text)]
    blanked = pattern("fields", "note").sub(lambda found: " " * len(found[0]), piece.text)
    return Piece(piece.start, piece.end, blanked), notes
