"""Code lists: an English code, Chinese and English names, and the short forms that people write."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any

import yaml

from tongxin.codes.industries import load_industries
from tongxin.codes.loaders import LOADER


class UnknownCodeError(LookupError):
    """A list or a code that does not exist."""


@dataclass(frozen=True)
class Entry:
    """One code of a list.

    `digit` is the level digit of a skill certificate, which runs opposite to the rank; `lower` and `upper`
    are the years of an age band, both included.
    """

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()
    rank: int = 0
    digit: str | None = None
    lower: int | None = None
    upper: int | None = None

    def label(self, language: str) -> str:
        """Return the name in a language: English for en, Chinese for every zh."""
        return self.en if language.startswith("en") else self.zh


@dataclass(frozen=True)
class CodeList:
    """A list of codes; in an ordered one `rank` compares."""

    name: str
    ordered: bool
    entries: tuple[Entry, ...]
    _by_code: Mapping[str, Entry] = field(repr=False, compare=False)
    _by_text: Mapping[str, Entry] = field(repr=False, compare=False)

    def __contains__(self, code: object) -> bool:
        return code in self._by_code

    def codes(self) -> tuple[str, ...]:
        return tuple(self._by_code)

    def entry(self, code: str) -> Entry:
        """Return the entry of a code, or raise UnknownCodeError."""
        try:
            return self._by_code[code]
        except KeyError:
            raise UnknownCodeError(f"The list {self.name} has no code “{code}”.") from None

    def find(self, text: str) -> Entry | None:
        """Return the entry with this code, name or short form, whatever its width, case or spaces."""
        return self._by_text.get(fold(text))

    def texts(self) -> Mapping[str, Entry]:
        """Return every folded text that `find` knows, for whole columns."""
        return self._by_text

    def labels(self, language: str) -> dict[str, str]:
        """Return the name of each code in a language."""
        return {entry.code: entry.label(language) for entry in self.entries}


def fold(text: str) -> str:
    """Return a text without the differences that do not count: width, case, spaces.

    >>> fold(" Full time ")
    'fulltime'
    """
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def get_list(name: str) -> CodeList:
    """Return a code list by name, or raise UnknownCodeError.

    >>> get_list("skill_grade").entry("senior").rank
    4
    """
    try:
        return load_lists()[name]
    except KeyError:
        raise UnknownCodeError(f"There is no code list “{name}”.") from None


@lru_cache(maxsize=1)
def load_lists() -> Mapping[str, CodeList]:
    text = files("tongxin.codes").joinpath("data/lists.yaml").read_text(encoding="utf-8")
    bodies = yaml.load(text, Loader=LOADER) | {"industry_section": _industry_sections()}  # noqa: S506
    return {name: _build_list(name, body) for name, body in bodies.items()}


def _industry_sections() -> dict[str, Any]:
    sections = [each for each in load_industries().values() if each.level == "section"]
    return {"entries": [{"code": each.code, "zh": each.name_zh, "en": each.name_en} for each in sections]}


def _build_list(name: str, body: dict[str, Any]) -> CodeList:
    entries = tuple(
        Entry(**{"rank": rank, **fields, "aliases": tuple(fields.get("aliases", ()))})
        for rank, fields in enumerate(body["entries"], start=1)
    )
    by_text: dict[str, Entry] = {}
    for entry in entries:
        for text in (entry.code, entry.zh, entry.en, *entry.aliases):
            if by_text.setdefault(fold(text), entry) is not entry:
                raise ValueError(f"The list {name} gives “{text}” to two codes.")
    return CodeList(
        name=name,
        ordered=body.get("ordered", False),
        entries=entries,
        _by_code={entry.code: entry for entry in entries},
        _by_text=by_text,
    )
