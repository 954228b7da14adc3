"""Automatic numbers of a DOCX: Word keeps only the form of a list, and counts when it shows it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from docx.oxml.ns import qn

from tongxin.documents.numerals import to_chinese

_CIRCLED = 0x2460
_CHINESE = {
    "chineseCounting",
    "chineseCountingThousand",
    "chineseLegalSimplified",
    "japaneseCounting",
    "taiwaneseCounting",
    "taiwaneseCountingThousand",
    "ideographDigital",
}


_Place = tuple[str, int]
"""A list (or the form of one) and a level of it."""


@dataclass(frozen=True)
class _Level:
    form: str
    text: str
    start: int


@dataclass
class Numbering:
    """The lists of a document and how far each has counted."""

    levels: dict[_Place, _Level] = field(default_factory=dict)
    lists: dict[str, str] = field(default_factory=dict)
    restarts: dict[_Place, int] = field(default_factory=dict)
    styles: dict[str, _Place] = field(default_factory=dict)
    counts: dict[_Place, int] = field(default_factory=dict)

    @classmethod
    def of(cls, document: Any) -> Numbering:
        """Read the lists of a document; one without lists has none."""
        try:
            root = document.part.numbering_part.element
        except (KeyError, NotImplementedError, AttributeError):
            return cls()
        found = cls(styles=_read_styles(document.styles.element))
        for abstract in root.findall(qn("w:abstractNum")):
            for level in abstract.findall(qn("w:lvl")):
                place = (abstract.get(qn("w:abstractNumId")), int(level.get(qn("w:ilvl"))))
                found.levels[place] = _read_level(level)
        for number in root.findall(qn("w:num")):
            abstract = number.find(qn("w:abstractNumId"))
            if abstract is not None:
                found.lists[number.get(qn("w:numId"))] = abstract.get(qn("w:val"))
                found.restarts |= _read_restarts(number)
        return found

    def label(self, paragraph: Any) -> str:
        """Return the number that Word would show before a paragraph, and count on."""
        place = self._place_of(paragraph)
        if place is None or place[0] not in self.lists:
            return ""
        abstract, depth = self.lists[place[0]], place[1]
        level = self.levels.get((abstract, depth))
        if level is None or level.form in {"bullet", "none"}:
            return ""
        following = self.counts.get((abstract, depth), level.start - 1) + 1
        self.counts[abstract, depth] = self.restarts.pop(place, following)
        for deeper in range(depth + 1, 9):
            self.counts.pop((abstract, deeper), None)
        return re.sub(r"%(\d)", lambda found: self._written(abstract, int(found[1]) - 1), level.text)

    def _place_of(self, paragraph: Any) -> _Place | None:
        """Return the list and the level of a paragraph: its own, or those of its style."""
        style = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        inherited = None if style is None else self.styles.get(style.get(qn("w:val")))
        return _read_place(paragraph, inherited)

    def _written(self, abstract: str, depth: int) -> str:
        level = self.levels.get((abstract, depth))
        if level is None:
            return ""
        return _write(self.counts.get((abstract, depth), level.start), level.form)


def _read_level(level: Any) -> _Level:
    def value(name: str, default: str) -> str:
        found = level.find(qn(f"w:{name}"))
        return default if found is None else found.get(qn("w:val"), default)

    return _Level(value("numFmt", "decimal"), value("lvlText", ""), int(value("start", "1")))


def _read_restarts(number: Any) -> dict[_Place, int]:
    """Return at what a list of its own begins to count anew, although its form was used before."""
    name = number.get(qn("w:numId"))
    return {
        (name, int(override.get(qn("w:ilvl")))): int(start.get(qn("w:val")))
        for override in number.findall(qn("w:lvlOverride"))
        for start in override.findall(qn("w:startOverride"))
    }


def _read_styles(root: Any) -> dict[str, _Place]:
    """Return the list and level of each numbered style; a style has those of the one it is based on."""
    styles = {style.get(qn("w:styleId")): style for style in root.findall(qn("w:style"))}
    found = {}
    for name in styles:
        chain: list[str] = []
        step = name
        while step in styles and step not in chain:
            chain.append(step)
            base = styles[step].find(qn("w:basedOn"))
            step = None if base is None else base.get(qn("w:val"))
        place: _Place | None = None
        for each in reversed(chain):
            place = _read_place(styles[each], place)
        if place is not None:
            found[name] = place
    return found


def _read_place(element: Any, inherited: _Place | None) -> _Place | None:
    found = element.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
    if found is None:
        return inherited
    number, depth = found.find(qn("w:numId")), found.find(qn("w:ilvl"))
    name = None if number is None else number.get(qn("w:val"))
    if name == "0" or (name is None and inherited is None):
        return None
    above = inherited or ("", 0)
    return name or above[0], above[1] if depth is None else int(depth.get(qn("w:val")))


def _write(number: int, form: str) -> str:
    if form in _CHINESE:
        return to_chinese(number)
    if form == "decimalEnclosedCircle" and number <= 20:
        return chr(_CIRCLED + number - 1)
    if form in {"lowerLetter", "upperLetter"} and number <= 26:
        return chr((ord("a") if form == "lowerLetter" else ord("A")) + number - 1)
    return str(number)
