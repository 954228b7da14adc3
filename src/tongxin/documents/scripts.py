"""Traditional characters written as simplified ones, character for character."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import groupby
from typing import Literal

import opencc

from tongxin.documents.lexicon import any_of, load, word_set, words
from tongxin.documents.removals import Removal, spans_left

Script = Literal["simplified", "traditional", "mixed"]
_STRAYS = 5
"""A text with more than one traditional character to so many simplified ones mixes both."""


@dataclass(frozen=True)
class Correction:
    """Traditional characters that strayed into simplified text: `[start, end)` of the input."""

    start: int
    end: int
    text: str
    replacement: str


def simplify(kept: str, removed: Sequence[Removal]) -> tuple[str, Script, tuple[Correction, ...]]:
    """Write a text in the simplified script.

    Parameters
    ----------
    kept
        A text without its removals.
    removed
        The removals, with offsets into the input.

    Returns
    -------
    tuple
        The text, of the same length; the script of the input; and, where that was simplified, what was
        corrected.
    """
    if _converter("t2s").convert(kept) == kept:
        return kept, "simplified", ()
    written = "".join(map(simplify_line, kept.splitlines(keepends=True)))
    places = [place for place, (old, new) in enumerate(zip(kept, written, strict=True)) if old != new]
    script = _script_of(kept)
    corrected = tuple(_corrections(places, kept, written, removed)) if script != "traditional" else ()
    return written, script, corrected


def _script_of(text: str) -> Script:
    n_traditional, n_simplified = _count(text)
    if n_traditional > n_simplified:
        return "traditional"
    return "mixed" if n_traditional * _STRAYS > n_simplified else "simplified"


def _count(text: str) -> tuple[int, int]:
    """Return how many characters are of the traditional, and of the simplified script alone."""
    return _changes(text, _converter("t2s")), _changes(text, _converter("s2t"))


def _changes(text: str, converter: opencc.OpenCC) -> int:
    written = str(converter.convert(text))
    if len(written) != len(text):
        return sum(str(converter.convert(character)) != character for character in text)
    return sum(old != new for old, new in zip(text, written, strict=True))


@cache
def _converter(name: str) -> opencc.OpenCC:
    return opencc.OpenCC(name)


@lru_cache(maxsize=20_000)
def _one(character: str) -> str:
    found = str(_converter("t2s").convert(character))
    return found if len(found) == 1 else character


def simplify_line(line: str) -> str:
    """Write a line in the simplified script; what that script keeps in names and places stays."""
    written = str(_converter("t2s").convert(line))
    if written == line:
        return line
    if len(written) != len(line):
        written = "".join(map(_one, line))
    n_traditional, n_simplified = _count(line)
    is_traditional = n_traditional > n_simplified
    kept = "".join(
        old if old != new and _stays(old, is_traditional=is_traditional) else new
        for old, new in zip(line, written, strict=True)
    )
    if is_traditional:
        kept = _zhu().sub(load("noise")["zhu"]["to"], kept)
    for found in _kept_words().finditer(line):
        kept = kept[: found.start()] + load("noise")["kept_words"][found.group()] + kept[found.end() :]
    return kept


@cache
def _zhu() -> re.Pattern[str]:
    """Return what finds the old form of a particle outside the words that are still written with it."""
    character = load("noise")["zhu"]["from"]
    before = {word[0] for word in words("noise", "written_with_zhu") if word.endswith(character)}
    after = {word[1] for word in words("noise", "written_with_zhu") if word.startswith(character)}
    return re.compile(f"(?<![{''.join(before)}]){character}(?![{''.join(after)}])")


def _stays(character: str, *, is_traditional: bool) -> bool:
    """Tell whether a character belongs to simplified Chinese as it stands: in a name, or in such a line."""
    if character in word_set("noise", "name_characters"):
        return True
    return not is_traditional and _is_in_gb2312(character)


def _is_in_gb2312(character: str) -> bool:
    # The national set of 1980 holds simplified characters alone.
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


@cache
def _kept_words() -> re.Pattern[str]:
    return re.compile(any_of(load("noise")["kept_words"]))


def _corrections(
    places: Sequence[int], kept: str, written: str, removed: Sequence[Removal]
) -> Iterator[Correction]:
    """Yield runs of corrected characters, with offsets into the input."""
    inputs = _inputs_of(places, len(kept), removed)
    for _shift, run in groupby(enumerate(places), lambda each: inputs[each[1]] - each[0]):
        at = [place for _, place in run]
        start = inputs[at[0]]
        text, replacement = kept[at[0] : at[-1] + 1], written[at[0] : at[-1] + 1]
        yield Correction(start, start + len(at), text, replacement)


def _inputs_of(places: Sequence[int], length: int, removed: Sequence[Removal]) -> dict[int, int]:
    """Return for places of the kept text (ascending) where they are in the input."""
    total = length + sum(each.end - each.start for each in removed)
    found: dict[int, int] = {}
    waiting = iter(places)
    place = next(waiting, None)
    before = 0
    for start, end in spans_left(total, removed):
        while place is not None and place < before + end - start:
            found[place] = start + place - before
            place = next(waiting, None)
        before += end - start
    return found
