"""Pinyin in brackets after the character that it reads: noise of pages made for learners."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache

from pypinyin import Style, pinyin

from tongxin.documents.removals import Removal

_HAN = r"[\u3400-\u9fff\uf900-\ufaff]"
_SYLLABLE = "[A-Za-z\u00c0-\u024f\u1e00-\u1eff\u0300-\u030c:]{1,7}[0-5]?"
_BLANK = r"[^\S\n\f]"
_BRACKET = re.compile(
    rf"(?<=({_HAN}))((?:[ \u3000]?[(（]{_BLANK}*{_SYLLABLE}(?:{_BLANK}+{_SYLLABLE}){{0,3}}{_BLANK}*[)）])+)"
    "( ?)"
)
_INSIDE = re.compile(r"[(（]([^()（）]*)[)）]")
_MOST_SYLLABLES = 4


def find_readings(text: str) -> list[Removal]:
    r"""Return the brackets that hold nothing but a reading of what stands before them.

    A bracket in capitals (an abbreviation) or with any other word stays. A blank that the page put behind the
    bracket goes with it.

    Examples
    --------
    >>> [each.text for each in find_readings("\u515a(dang)\u59d4 \u4eba\u5de5\u667a\u80fd(AI)")]
    ['(dang)']
    """
    return list(_find(text))


def _find(text: str) -> Iterator[Removal]:
    for found in _BRACKET.finditer(text):
        before = text[max(found.start() - _MOST_SYLLABLES, 0) : found.start()]
        start, end = found.span(2)
        held = list(_INSIDE.finditer(text, start, end))
        noise = [each for each in held if _reads(each[1], before)]
        if len(noise) == len(held):
            blank = found.end(3) if _follows_on(text, found.end(3)) else end
            yield Removal(start, blank, text[start:blank], "pinyin")
        else:
            for each in noise:
                yield Removal(each.start(), each.end(), each[0], "pinyin")


def _follows_on(text: str, at: int) -> bool:
    """Tell whether the sentence goes on: a blank before Chinese or its signs came with the bracket."""
    return at < len(text) and not (text[at].isspace() or (text[at].isascii() and text[at].isalpha()))


def _reads(held: str, before: str) -> bool:
    syllables = [_plain(each) for each in held.split()]
    if any(each is None for each in syllables) or not syllables:
        return False
    last = readings_of(before[-1])
    if all(each in last for each in syllables):
        return True
    tail = before[-len(syllables) :]
    return len(tail) == len(syllables) and all(
        each in readings_of(character) for each, character in zip(syllables, tail, strict=True)
    )


def _plain(syllable: str) -> str | None:
    """Return a syllable without tone, in small letters; None for what pinyin is not written like."""
    syllable = syllable.rstrip("012345")
    if syllable.isascii() and syllable.isupper():
        return None
    parts = unicodedata.normalize("NFD", syllable)
    if not parts[:1].isalpha() or any(letter.isupper() for letter in parts[1:]):
        return None
    plain = "".join("v" if part == "\u0308" else part for part in parts if not _is_tone(part))
    return plain.lower().replace("uv", "v").replace("u:", "v")


def _is_tone(part: str) -> bool:
    return unicodedata.combining(part) > 0 and part != "\u0308"


@lru_cache(maxsize=4096)
def readings_of(character: str) -> frozenset[str]:
    """Return every reading of a character without tones, a u with two dots as `v` and also as `u`.

    >>> sorted(readings_of("\u7eff"))
    ['lu', 'lv']
    """
    found = pinyin(character, style=Style.NORMAL, heteronym=True, errors="ignore")
    plain = {each.replace("\u00fc", "v") for each in (found[0] if found else ())}
    return frozenset(plain | {each.replace("v", "u") for each in plain})
