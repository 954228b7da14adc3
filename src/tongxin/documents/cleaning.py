"""Noise of scraped pages, removed where it is certainly noise, every removal listed.

The cleaned text is what is left of the input when the removals are taken out, written in the simplified
script: character for character, so that the two can always be compared.
"""

from __future__ import annotations

from dataclasses import dataclass

from tongxin.documents.line_noise import find_line_noise
from tongxin.documents.page_lines import find_page_noise, is_paged
from tongxin.documents.readings import find_readings
from tongxin.documents.removals import Removal, cut, merge, remove_characters, widen
from tongxin.documents.scripts import Correction, Script, simplify

_MOST_ROUNDS = 10


@dataclass(frozen=True)
class Cleaned:
    """A text without its noise; offsets of removals and corrections are into the text as it was sent."""

    text: str
    removed: tuple[Removal, ...]
    script: Script
    corrected: tuple[Correction, ...]


def clean(text: str, *, has_pages: bool = False) -> Cleaned:
    r"""Remove the noise of a page and write the text in the simplified script.

    Parameters
    ----------
    text
        The characters as sent. A form feed ends a page.
    has_pages
        The text comes from printed pages: their numbers and the ends of their lines are noise.

    Returns
    -------
    Cleaned
        Cleaning it again changes nothing.

    Examples
    --------
    >>> found = clean("Workers (gong) of Hangzhou\r\n")
    >>> found.text, [(each.start, each.reason) for each in found.removed]
    ('Workers (gong) of Hangzhou\n', [(26, 'character')])
    """
    removed = _find_noise(text, has_pages=has_pages)
    written = simplify(cut(text, removed), removed)
    for _ in range(_MOST_ROUNDS):
        # What is left may read as noise only now: a name of a line without its pinyin, or a simplified one.
        found = _find_noise(written[0], has_pages=False)
        if not found:
            break
        removed = widen(text, found, removed)
        written = simplify(cut(text, removed), removed)
    simplified, script, corrected = written
    return Cleaned(simplified, tuple(removed), script, corrected)


def _find_noise(text: str, *, has_pages: bool) -> list[Removal]:
    removed = remove_characters(text)
    removed = widen(text, find_readings(cut(text, removed)), removed)
    removed = merge(removed, find_line_noise(text, removed))
    if has_pages or is_paged(text):
        removed = merge(removed, find_page_noise(text, removed, is_wrapped=has_pages))
    return removed
