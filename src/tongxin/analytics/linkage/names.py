"""Names made comparable: one script, one spelling, one sound."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

import opencc
from pypinyin import lazy_pinyin

CHINESE = re.compile(r"^[\u3007\u3400-\u9fff\U00020000-\U0003ffff]+$")
NO_LETTER = re.compile(r"[^\w]|_")
SLURRED = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("ng", "n"))
"""What many speakers do not tell apart, and so mistype."""


def name_keys(names: Iterable[str]) -> list[str]:
    """Return each name as it is compared: simplified, without spaces and dots; Latin words in order.

    Doing it twice changes nothing.

    Examples
    --------
    >>> name_keys(["李 偉", "阿依古丽·买买提", "Anna  SMITH", "smith, anna"])
    ['李伟', '阿依古丽买买提', 'ANNA SMITH', 'ANNA SMITH']
    """
    spelt = [_spell(name) for name in names]
    # A name has no line break, so all are converted in one go.
    return str(_to_simplified().convert("\n".join(spelt))).split("\n") if spelt else []


def _spell(name: str) -> str:
    words = NO_LETTER.sub(" ", unicodedata.normalize("NFKC", name)).upper().split()
    joined = "".join(words)
    return joined if CHINESE.match(joined) else " ".join(sorted(words))


def name_sound(key: str) -> str:
    """Return how a name that was made comparable sounds, without tones and without what is often slurred.

    Examples
    --------
    >>> name_sound("张伟") == name_sound("章维")
    True
    >>> name_sound("ANNA SMITH")
    'ANNA SMITH'
    """
    return " ".join(map(_sound, key)) if CHINESE.match(key) else key


@lru_cache(maxsize=65536)
def _sound(character: str) -> str:
    (sound,) = lazy_pinyin(character)
    for spoken, slurred in SLURRED:
        sound = sound.replace(spoken, slurred)
    return str(sound)


@lru_cache(maxsize=1)
def _to_simplified() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
