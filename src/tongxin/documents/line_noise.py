"""Whole lines that belong to a web page: navigation, disclaimers, and a caption said again and again."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from tongxin.documents.lexicon import pattern, patterns, word_set
from tongxin.documents.lines import Line, lines_of, remove_line
from tongxin.documents.removals import Removal

_CAPTION_LENGTH = (8, 60)
_CAPTION_TIMES = 3
_HEAD_LINES = 12
"""Titles and their like, among which a page puts its navigation."""
_LONGEST_OF_PAGE = 500
_RELATED_LENGTH = 60


def find_line_noise(text: str, removed: Sequence[Removal]) -> list[Removal]:
    """Return lines that are no part of the document; what could be a part of it stays.

    Navigation and disclaimers are looked for before the first and behind the last sentence alone. A caption
    is a line that names an event and stands at least three times; its first stays.
    """
    lines = lines_of(text, removed)
    first, last = _prose(lines)
    found = dict.fromkeys(_head(lines[:first]), "navigation")
    found |= dict(_tail(lines[last + 1 :]))
    found |= dict.fromkeys(_captions(lines), "caption")
    return [
        remove_line(text, line, reason)
        for line, reason in sorted(found.items(), key=lambda each: each[0].start)
    ]


def _prose(lines: Sequence[Line]) -> tuple[int, int]:
    """Return the numbers of the first and the last line that is a sentence of the document."""
    found = [
        number
        for number, line in enumerate(lines)
        if pattern("noise", "sentence_end").search(line.text) and not _is_disclaimer(line.text)
    ]
    return (found[0], found[-1]) if found else (len(lines), len(lines))


def _head(lines: Sequence[Line]) -> Iterator[Line]:
    n_others = 0
    for line in lines:
        if _is_navigation(line.text):
            yield line
        elif line.text:
            n_others += 1
        if n_others == _HEAD_LINES:
            break


def _is_navigation(line: str) -> bool:
    is_short = 0 < len(line) <= _LONGEST_OF_PAGE
    return is_short and any(each.fullmatch(line) for each in patterns("noise", "navigation"))


def _is_disclaimer(line: str) -> bool:
    return len(line) <= _LONGEST_OF_PAGE and bool(pattern("noise", "disclaimer").fullmatch(line))


def _tail(lines: Sequence[Line]) -> Iterator[tuple[Line, str]]:
    is_related = False
    for line in lines:
        if not line.text:
            continue
        is_related = is_related or line.text.rstrip(":：") in word_set("noise", "related_words")
        if pattern("noise", "metadata").fullmatch(line.text):
            continue
        if _is_disclaimer(line.text):
            yield line, "disclaimer"
        elif _is_navigation(line.text) or (is_related and len(line.text) <= _RELATED_LENGTH):
            yield line, "navigation"


def _captions(lines: Sequence[Line]) -> Iterator[Line]:
    times = Counter(line.text for line in lines)
    wanted = {text for text, count in times.items() if _is_caption(text, count)}
    seen = set()
    for line in lines:
        if line.text in wanted:
            if line.text in seen:
                yield line
            seen.add(line.text)


def _is_caption(text: str, count: int) -> bool:
    shortest, longest = _CAPTION_LENGTH
    if count < 2 or not shortest <= len(re.sub(r"\s", "", text)) <= longest or "\t" in text:
        return False
    if pattern("noise", "numbered").match(text) or re.search("[：:!?]$", text):
        return False
    if pattern("noise", "sentence_end").search(text):
        return False
    return count >= _CAPTION_TIMES and bool(pattern("noise", "caption").fullmatch(text))
