"""Texts in the one form in which they are compared: case, width, script and punctuation make no difference.

The form of a text is put together from the forms of its characters, each for itself, so that a part of a text
is always a part of its form. Converting words instead would write one character in two ways.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from tongxin.ui.scripts import to_simplified

HAN = r"\u3005-\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RUN = re.compile(rf"[{HAN}]+|[^ {HAN}]+")
_IS_HAN = re.compile(rf"[{HAN}]")
_NOT_WRITTEN = {"Mn", "Me", "Cf"}
"""Accents, variants, joiners, soft hyphens: what is not seen or typed is not searched either."""


class _Forms(dict[int, str]):
    """The form of every character that was met."""

    def __missing__(self, code: int) -> str:
        self[code] = form = _form_of(chr(code))
        return form


_FORMS = _Forms()


def _form_of(character: str) -> str:
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", character).casefold())
    kept = [each for each in plain if unicodedata.category(each) not in _NOT_WRITTEN]
    form = "".join(to_simplified(each) if each.isalnum() else " " for each in kept)
    return form if form.strip() else form[:1]


def normalise(text: str) -> str:
    """Return the form of a text: Han runs as they follow each other, a blank before every other word."""
    return "".join(gap + run for gap, run, _ in _pieces(text.translate(_FORMS)))


def runs_of(normal: str) -> list[str]:
    """Return the runs of Han characters and the other words of a normal text."""
    return _RUN.findall(normal)


def is_han(run: str) -> bool:
    return _IS_HAN.match(run) is not None


def _pieces(forms: str) -> Iterator[tuple[str, str, int]]:
    """Yield each run, the gap before it, and where it stands.

    Between Han characters and a word of letters or digits, writers put a blank or none: no difference.
    """
    end, was_han = 0, False
    for found in _RUN.finditer(forms):
        run, start = found.group(), found.start()
        if not is_han(run):
            yield " ", run, start
            was_han = False
        else:
            yield (" " if was_han and start > end else ""), run, start
            was_han = True
        end = found.end()


def spans_in(text: str, normals: Sequence[str]) -> list[tuple[int, int]]:
    """Return where a text says any of these normal texts, as offsets into the text; overlaps are joined."""
    forms = text.translate(_FORMS)
    pieces = list(_pieces(forms))
    normal = "".join(gap + run for gap, run, _ in pieces)
    found = sorted(span for each in normals for span in _occurrences(normal, each))
    if not found:
        return []
    ends = accumulate(len(gap) + len(run) for gap, run, _ in pieces)
    starts = [end - len(run) for end, (_, run, _) in zip(ends, pieces, strict=True)]
    places = [place for _, _, place in pieces]
    origins = _origins(text)

    def origin(position: int) -> int:
        run = bisect_right(starts, position) - 1
        place = places[run] + position - starts[run]
        return place if origins is None else origins[place]

    return _joined((origin(start), _with_marks(text, origin(end - 1) + 1)) for start, end in found)


def _with_marks(text: str, end: int) -> int:
    """Return the end with the accents that follow, which are no part of the form."""
    while end < len(text) and not _FORMS[ord(text[end])]:
        end += 1
    return end


def _occurrences(normal: str, wanted: str) -> Iterator[tuple[int, int]]:
    lead = len(wanted) - len(wanted.lstrip())
    at = normal.find(wanted)
    while at >= 0:
        yield at + lead, at + len(wanted)
        at = normal.find(wanted, at + len(wanted))


def _origins(text: str) -> list[int] | None:
    """Return for each character of the forms which of the text it is of; none where they are one to one."""
    if all(len(_FORMS[ord(each)]) == 1 for each in set(text)):
        return None
    return [place for place, each in enumerate(text) for _ in _FORMS[ord(each)]]


def _joined(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
