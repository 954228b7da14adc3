"""The words and forms of official Chinese, which stand in `data/*.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tongxin.codes.loaders import LOADER

_FOLDER = Path(__file__).parent / "data"


@cache
def load(name: str) -> dict[str, Any]:
    """Return one file of words, as it stands."""
    text = (_FOLDER / f"{name}.yaml").read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, LOADER)  # noqa: S506 - a safe loader by another name
    return found


@cache
def words(name: str, key: str) -> tuple[str, ...]:
    """Return a list of words that is written with blanks between them, the longest first."""
    return tuple(sorted(str(load(name)[key]).split(), key=lambda word: (-len(word), word)))


@cache
def word_set(name: str, key: str) -> frozenset[str]:
    """Return such a list for membership."""
    return frozenset(words(name, key))


def any_of(choices: Iterable[str]) -> str:
    r"""Return the text of a regular expression that finds the longest of several words.

    >>> any_of(["ab", "abc", "a.b"])
    '(?:a\\.b|abc|ab)'
    """
    ordered = sorted(choices, key=lambda word: (-len(word), word))
    return f"(?:{'|'.join(map(re.escape, ordered))})"


@cache
def pattern(name: str, key: str) -> re.Pattern[str]:
    """Return a regular expression of a file; `{key}` in it stands for any word of the list of that name."""
    text = str(load(name)[key])
    filled = re.sub(r"\{([a-z_]+)\}", lambda found: any_of(words(name, found[1])), text)
    return re.compile(filled)


@cache
def patterns(name: str, key: str) -> tuple[re.Pattern[str], ...]:
    """Return a list of regular expressions of a file."""
    return tuple(re.compile(str(text)) for text in load(name)[key])
