"""What sort of duty a text is, and to which of the five dimensions it belongs."""

from __future__ import annotations

import re
from functools import cache

from tongxin.documents.lexicon import any_of, load, pattern, words
from tongxin.documents.targets import has_target

KINDS = ("objective", "task", "mechanism", "service", "assessment", "publicity", "experience")
_ORDER = ("assessment", "publicity", "service", "mechanism")


@cache
def _words(group: str, name: str) -> re.Pattern[str]:
    return re.compile(any_of(str(load("duties")[group][name]).split()))


def kind_of(text: str, heading: str = "", *, is_experience: bool = False) -> str:
    """Return the kind of a duty by its words; of two with as many words, the first of `_ORDER`."""
    if is_experience:
        return "experience"
    is_goal = any(word in heading for word in words("duties", "goal_headings"))
    if is_goal and has_target(text):
        return "objective"
    if pattern("duties", "goal_words").search(text) and (has_target(text) or not _counts(text)):
        return "objective"
    if text.startswith(words("duties", "makes")) and pattern("duties", "made").search(text):
        return "mechanism"
    counts = _counts(text)
    return max(_ORDER, key=lambda kind: counts.get(kind, 0)) if counts else "task"


def _counts(text: str) -> dict[str, int]:
    found = {kind: len(_words("kinds", kind).findall(text)) for kind in _ORDER}
    return {kind: count for kind, count in found.items() if count}


def dimension_of(text: str, heading: str) -> str | None:
    """Return the dimension that a duty has most words of, else that of its heading, else None."""
    return _dimension(text) or _dimension(heading)


def _dimension(text: str) -> str | None:
    text = pattern("duties", "said_everywhere").sub("", text)
    counts = {name: len(_words("dimensions", name).findall(text)) for name in load("duties")["dimensions"]}
    most = max(counts.values())
    best = [name for name, count in counts.items() if count == most]
    return best[0] if most and len(best) == 1 else None
