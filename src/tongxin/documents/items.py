"""Enumerations: items that a text numbers, or counts before or behind them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from tongxin.documents.lexicon import pattern, words
from tongxin.documents.numerals import read_number
from tongxin.documents.phrases import modal_in
from tongxin.documents.sentences import SEMICOLON, Piece, split

_FEWEST, _MOST = 2, 12


@dataclass(frozen=True)
class Items:
    """The items of an enumeration, `[start, end)` of the paragraph that it takes, and what leads up to it."""

    start: int
    end: int
    lead: str
    noun: str
    parts: tuple[Piece, ...]


def find_items(piece: Piece) -> Items | None:
    """Return the first enumeration of a paragraph."""
    return _marked(piece) or _counted(piece)


def _marked(piece: Piece) -> Items | None:
    """Return items that begin with "first", "second" and so on; the last one ends with its sentence."""
    marks = list(pattern("duties", "item_mark").finditer(piece.text))
    if len(marks) < _FEWEST:
        return None
    ends = [each.start() for each in marks[1:]]
    ends.append(_sentence_end(piece.text, marks[-1].end()))
    parts = tuple(_trimmed(piece.part(mark.end(), end)) for mark, end in zip(marks, ends, strict=True))
    first = marks[0].start()
    begin = _sentence_start(piece.text, first)
    return Items(begin, ends[-1], piece.text[begin:first], "", parts)


def _sentence_start(text: str, end: int) -> int:
    return max(text.rfind(sign, 0, end) for sign in "。！？") + 1


def _sentence_end(text: str, begin: int) -> int:
    found = re.search("[。！？]", text[begin:])
    return begin + found.start() if found else len(text)


def _trimmed(piece: Piece) -> Piece:
    return piece.part(0, len(piece.text.rstrip("，,；;、。 ")))


def _counted(piece: Piece) -> Items | None:
    """Return items behind or before their number: "five aspects: …", or "from …, … five aspects"."""
    for found in pattern("duties", "counted_before").finditer(piece.text):
        count, noun = read_number(found["n"]), found["noun"]
        end = _sentence_end(piece.text, found.end())
        parts = parts_of(piece.part(found.end(), end), count or 0)
        if parts:
            begin = _sentence_start(piece.text, found.start())
            return Items(begin, end, piece.text[begin : found.start()], noun, parts)
    for found in pattern("duties", "counted_behind").finditer(piece.text):
        parts = parts_of(piece.part(*found.span("items")), read_number(found["n"]) or 0)
        if parts:
            end = _sentence_end(piece.text, found.end())
            begin = _sentence_start(piece.text, found.start())
            lead = piece.text[begin : found.start()] + piece.text[found.end() : end]
            return Items(begin, end, lead, "", parts)
    return None


def parts_of(piece: Piece, count: int) -> tuple[Piece, ...]:
    """Return exactly as many items as a text counts; none where its signs do not give that many.

    >>> [each.text for each in parts_of(Piece(0, 5, "a;b;c"), 3)], parts_of(Piece(0, 3, "a;b"), 3)
    (['a', 'b', 'c'], ())
    """
    if not _FEWEST <= count <= _MOST:
        return ()
    for signs in (SEMICOLON, "，,", "、"):
        parts = split(piece, signs)
        if len(parts) == count:
            return tuple(map(_trimmed, parts))
        if len(parts) == count - 1 and (last := _split_last(parts[-1])):
            return tuple(map(_trimmed, [*parts[:-1], *last]))
    return ()


def _split_last(piece: Piece) -> Sequence[Piece]:
    """Split the last part at its "and"; of several the one that leaves two parts most alike in length."""
    joins = [found.span() for found in re.finditer("|".join(words("duties", "joins")), piece.text)]
    if not joins:
        return ()
    start, end = min(joins, key=lambda span: abs(span[0] - (len(piece.text) - span[1])))
    return [piece.part(0, start), piece.part(end, len(piece.text))]


def is_experience(items: Items) -> bool:
    """Tell whether items sum up what was done, for others to learn from."""
    named = any(word in items.noun for word in words("duties", "experience_words"))
    told = pattern("duties", "experience_lead").search(items.lead) or named
    return bool(items.noun and told) and modal_in(items.lead) is None


def are_facts(items: Items) -> bool:
    """Tell whether items are no duties by what they are called: thoughts, results, problems."""
    return any(word in items.noun or word in items.lead[-12:] for word in words("duties", "no_items"))
