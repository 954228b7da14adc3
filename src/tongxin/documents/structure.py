"""The structure of a cleaned text: title, date, issuer, numbered sections, paragraphs with anchors."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise

from tongxin.documents.lexicon import load, pattern, word_set, words
from tongxin.documents.numerals import read_number

_HEAD = 12
_HEADING_LENGTH = 48
_TITLE_LENGTH = (5, 80)


@dataclass(frozen=True)
class Paragraph:
    """A line of the text, `[start, end)` without blanks around it.

    The anchor is made from the words alone, without number, blanks and signs: it stays when the document is
    read again, when other paragraphs come or go, and when noise is removed that was not before.
    """

    anchor: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class Section:
    """A numbered part: its number and heading as written, and the span up to the next part of its level."""

    number: str
    title: str
    level: int
    start: int
    end: int
    anchor: str


@dataclass(frozen=True)
class Heading:
    """What a document says of itself; empty where the text does not say it."""

    title: str
    number: str
    source: str
    date: date | None


def paragraphs_of(text: str) -> list[Paragraph]:
    """Return the paragraphs of a text; equal ones are told apart by their order."""
    seen: Counter[str] = Counter()
    found = []
    for line in re.finditer(r"[^\n\f]+", text):
        words_of_line = line.group().strip()
        if not words_of_line:
            continue
        start = line.start() + line.group().index(words_of_line)
        anchor = _anchor(words_of_line)
        seen[anchor] += 1
        suffix = f"-{seen[anchor]}" if seen[anchor] > 1 else ""
        found.append(Paragraph(anchor + suffix, start, start + len(words_of_line), words_of_line))
    return found


def _anchor(text: str) -> str:
    number = number_of(text)
    told = re.sub(r"[\W_]", "", text[len(number[0]) :] if number else text) or text
    return hashlib.sha256(told.encode()).hexdigest()[:12]


@cache
def _numbers() -> tuple[tuple[re.Pattern[str], int], ...]:
    return tuple((re.compile(text), level) for text, level in load("structure")["sections"])


def number_of(text: str) -> tuple[str, int] | None:
    """Return the number with which a paragraph begins, and its level from 1."""
    for form, level in _numbers():
        if found := form.match(text):
            return found.group(), level
    return None


def sections_of(paragraphs: Sequence[Paragraph]) -> list[Section]:
    """Return the numbered parts of a text; each ends where the next of its level or above begins."""
    found: list[Section] = []
    waiting: list[int] = []
    for each in paragraphs:
        number = number_of(each.text)
        if number is None:
            continue
        while waiting and found[waiting[-1]].level >= number[1]:
            _end(found, waiting.pop(), each.start)
        waiting.append(len(found))
        title = heading_of(each.text[len(number[0]) :])
        found.append(Section(number[0].strip(), title, number[1], each.start, each.end, each.anchor))
    for place in waiting:
        _end(found, place, paragraphs[-1].end)
    return found


def _end(sections: list[Section], place: int, end: int) -> None:
    sections[place] = replace(sections[place], end=end)


def heading_of(text: str) -> str:
    """Return the heading with which a paragraph begins, without its text; empty where it has none.

    >>> heading_of(" Training: it begins in May"), heading_of(" Training, and more: it begins")
    ('Training', '')
    """
    if re.search("[；，,;]$", text.strip()):
        return ""
    first = re.split("[。：:]", text.strip(), maxsplit=1)[0].strip()
    is_alone = first == text.strip().rstrip("。：:")
    has_list = re.search("[，；,;]", first)
    return first if len(first) <= _HEADING_LENGTH and (is_alone or not has_list) else ""


def describe(paragraphs: Sequence[Paragraph]) -> Heading:
    """Return what a document says of itself."""
    head = _head(paragraphs)
    title, issuer = _title(head)
    return Heading(title, _document_number(head), _source(paragraphs, issuer), _date(paragraphs))


def _head(paragraphs: Sequence[Paragraph]) -> list[Paragraph]:
    """Return the lines before the first sentence."""
    found = []
    for each in paragraphs[:_HEAD]:
        if re.search("[。！？；]$", each.text) or number_of(each.text):
            break
        found.append(each)
    return found


def _title(head: Sequence[Paragraph]) -> tuple[str, str]:
    """Return the title and the body in it; a title on two lines begins with the body that issues."""
    lines = [each.text for each in head if not is_metadata(each.text) and not _is_number(each.text)]
    lines = [text for text in lines if _TITLE_LENGTH[0] <= len(text) <= _TITLE_LENGTH[1] and "\t" not in text]
    lines = [text for text in lines if not text.endswith(("：", ":"))]
    for place, text in enumerate(lines):
        if pattern("structure", "about").match(text) and place and _is_body(lines[place - 1]):
            return lines[place - 1] + text, lines[place - 1]
    told = [text for text in lines if not _is_body(text)]
    best = max(told, key=_title_score, default="")
    issued = pattern("structure", "issuer_of_title").match(best)
    return best, issued[1] if issued else ""


def _title_score(text: str) -> int:
    """Count the words that titles have; of two with as many, the first stands."""
    return sum(word in text for word in words("structure", "title_words"))


def is_metadata(text: str) -> bool:
    """Tell whether a line names source, date, contact and the like."""
    return bool(pattern("structure", "metadata").match(text))


def _is_number(text: str) -> bool:
    return bool(pattern("structure", "number").fullmatch(text))


def _is_body(text: str) -> bool:
    return bool(pattern("structure", "body_line").match(text))


def _document_number(head: Sequence[Paragraph]) -> str:
    found = (pattern("structure", "number").search(each.text) for each in head)
    return next((each.group() for each in found if each), "")


def _source(paragraphs: Sequence[Paragraph], issuer: str) -> str:
    told = _said(paragraphs, "source_keys")
    if told:
        return told
    return issuer or _signature(paragraphs)


def _said(paragraphs: Iterable[Paragraph], keys: str) -> str:
    """Return what a line of source or date says, up to the next blank."""
    for each in paragraphs:
        found = pattern("structure", "metadata").match(each.text)
        if found and found[1] in word_set("structure", keys) and found[2]:
            return str(found[2]).split()[0]
    return ""


def _signature(paragraphs: Sequence[Paragraph]) -> str:
    """Return the body above a date that stands alone."""
    for above, below in pairwise(paragraphs):
        if _is_body(above.text) and _only_date(below.text):
            return above.text
    return ""


def _only_date(text: str) -> date | None:
    found = list(dates_in(text))
    is_alone = found and re.sub(r"[\s（）()]", "", text) == re.sub(r"\s", "", found[0][0])
    return found[0][1] if is_alone else None


def _date(paragraphs: Sequence[Paragraph]) -> date | None:
    """Return the date that is said to be the document's, else the last one that stands alone."""
    said = next((day for _, day in dates_in(_said(paragraphs, "date_keys"))), None)
    alone = [found for each in paragraphs if (found := _only_date(each.text))]
    return said or (alone[-1] if alone else None)


def dates_in(text: str) -> Iterator[tuple[str, date]]:
    """Yield the whole dates in a text with how they are written."""
    for found in pattern("structure", "date").finditer(text):
        if day := _day(*map(int, found.groups())):
            yield found.group(), day
    for found in pattern("structure", "date_words").finditer(text):
        numbers = [read_number(each) for each in found.groups()]
        if all(numbers) and (day := _day(*(each or 0 for each in numbers))):
            yield found.group(), day


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None
