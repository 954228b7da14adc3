"""Under which headings a paragraph stands, and whether its sentences are tasks although no word says so."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tongxin.documents.lexicon import pattern, words
from tongxin.documents.phrases import Role, role_of
from tongxin.documents.structure import Heading, Paragraph, Section


@dataclass(frozen=True)
class Scope:
    """Where a paragraph stands: its headings from the outermost, and what they make of its sentences."""

    heading: str
    is_imperative: bool
    tells_facts: bool


class Scopes:
    """Finds the scope of each paragraph of a document."""

    def __init__(self, heading: Heading, sections: Sequence[Section]) -> None:
        is_event = bool(pattern("noise", "title_of_event").fullmatch(heading.title))
        self._is_order = not is_event and any(
            word in heading.title for word in words("duties", "own_text_words")
        )
        self._waiting = list(reversed(sections))
        self._open: list[Section] = []

    def of(self, paragraph: Paragraph) -> Scope:
        """Return the scope of a paragraph, its own heading included; they are asked for in their order."""
        while self._waiting and self._waiting[-1].start <= paragraph.start:
            self._open.append(self._waiting.pop())
        self._open = [each for each in self._open if paragraph.start < each.end]
        headings = [each.title for each in self._open if each.title]
        tells_facts = any(
            _has(title, "facts_headings") and not _has(title, "tasks_headings") for title in headings
        )
        is_task = self._is_order or any(map(_names_tasks, headings))
        is_imperative = bool(self._open) and is_task and not tells_facts
        return Scope(" ".join(reversed(headings)), is_imperative, tells_facts)


def _names_tasks(title: str) -> bool:
    return _has(title, "tasks_headings") or role_of(title) is Role.ACTION


def _has(title: str, key: str) -> bool:
    return any(word in title for word in words("duties", key))
