"""Who speaks: persons named with their offices, and whose words a sentence gives."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from tongxin.documents.lexicon import any_of, pattern, word_set, words
from tongxin.documents.structure import Paragraph


@dataclass(frozen=True)
class Speaker:
    """A person whom a text names with an office, as it is written first."""

    name: str
    office: str


@cache
def _named() -> re.Pattern[str]:
    offices = any_of(words("structure", "offices"))
    surnames = any_of(words("structure", "surnames"))
    follows = any_of(words("structure", "name_follows"))
    # A full name has one or two characters after the surname, and then comes what a name is followed by.
    name = rf"(?P<name>{surnames}[\u4e00-\u9fff]{{1,2}})(?={follows}|[，,。；;：:、）)\s]|$)"
    return re.compile(rf"(?P<office>[^，,。；;：:“”（）()\n]{{0,60}}?{offices}){name}")


def speakers_of(paragraphs: Sequence[Paragraph]) -> list[Speaker]:
    """Return the persons whom a text names with their offices, each once, in their order."""
    found: dict[str, Speaker] = {}
    for each in paragraphs:
        for told in _named().finditer(each.text):
            name, office = told["name"], _office(told["office"])
            if not _is_office_word(name):
                found.setdefault(name, Speaker(name, office))
    return list(found.values())


def _office(text: str) -> str:
    return re.sub(pattern("structure", "before_office").pattern, "", text).strip("、 ")


def _is_office_word(name: str) -> bool:
    return any(name in office or office in name for office in word_set("structure", "offices"))


class Speech:
    """Follows who speaks through a text: a name, then "he" or "she", until another is named."""

    def __init__(self, speakers: Sequence[Speaker]) -> None:
        names = [each.name for each in speakers]
        after = str(pattern("structure", "speaking_after").pattern)
        who = any_of([*names, *words("structure", "pronouns")])
        self._says = re.compile(f"(?P<who>{who}){after}")
        self._names = re.compile(any_of(names)) if names else None
        self._last: str | None = None
        self._speaks: str | None = None

    def begin_paragraph(self) -> None:
        """Nobody speaks on into another paragraph without being named again."""
        self._speaks = None

    def speaker_of(self, sentence: str) -> str | None:
        """Return whose words a sentence gives: of who is named in it, else of who spoke before it."""
        found = self._says.search(sentence)
        if found is None:
            self._remember(sentence)
            return self._speaks
        if found["who"] not in word_set("structure", "pronouns"):
            self._last = found["who"]
        self._speaks = self._last
        return self._speaks

    def _remember(self, sentence: str) -> None:
        """Keep the one named last as a subject: "he" is that person."""
        if self._names and (found := self._names.search(sentence)):
            self._last = found.group()
