"""Who leads and who supports, as notes, clauses and subjects of sentences say it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from tongxin.documents.lexicon import pattern, word_set

_LONGEST_NAME = 30


@dataclass(frozen=True)
class Responsible:
    """Bodies as the text names them."""

    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.lead or self.support)

    def or_else(self, other: Responsible) -> Responsible:
        """Return this, with what it does not say from another."""
        return Responsible(self.lead or other.lead, self.support or (() if self.lead else other.support))


NOBODY = Responsible()


def read_note(note: str) -> Responsible:
    """Read what a note in brackets, or a line of its own, says of who is responsible."""
    lead = pattern("fields", "lead_said").search(note)
    support = pattern("fields", "support_said").search(note)
    if lead or support:
        return Responsible(bodies_of(lead[1]) if lead else (), bodies_of(support[1]) if support else ())
    return read_clauses(re.split("[；;]", note)) or read_clauses([note])


def read_clauses(texts: Iterable[str]) -> Responsible:
    """Read clauses such as "led by A, B and C support"."""
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    for text in texts:
        found = _read_clause(text.strip(" ，,；;。"))
        lead, support = lead or found.lead, support or found.support
    return Responsible(lead, support)


def _read_clause(text: str) -> Responsible:
    if found := pattern("fields", "led_by").match(text):
        rest = text[found.end() :]
        return Responsible(bodies_of(found[1]), _read_support(rest))
    if found := pattern("fields", "by_duties").match(text):
        return Responsible(bodies_of(found[1]))
    if support := _read_support(text):
        return Responsible((), support)
    if found := pattern("fields", "responsible").match(text) or pattern("fields", "led_by_short").match(text):
        return Responsible(bodies_of(found[1]))
    return NOBODY


def _read_support(text: str) -> tuple[str, ...]:
    found = pattern("fields", "supported_by").match(text.strip())
    return bodies_of(found[1]) if found else ()


def is_only_responsibility(text: str) -> bool:
    """Tell whether a clause says who is responsible and nothing else."""
    return any(
        (found := pattern("fields", key).match(text)) is not None
        and found.end() >= len(text)
        and bool(bodies_of(found[1]))
        for key in ("led_by", "led_by_short", "supported_by", "by_duties")
    )


def together_with(text: str) -> tuple[str, ...]:
    """Return who acts together with the one whom a sentence is about."""
    found = pattern("fields", "together_with").search(text)
    return bodies_of(found[1]) if found else ()


def bodies_of(text: str) -> tuple[str, ...]:
    """Return the bodies that a list names, without what only closes the list; empty if one is none."""
    text = pattern("fields", "trailing").sub("", pattern("fields", "before_names").sub("", text.strip()))
    if pattern("fields", "not_split").match(text) and is_body(text):
        return (text,)
    named = [each.strip(" “”") for each in pattern("fields", "separators").split(text)]
    named = [part for each in named for part in _joined(each)]
    named = [each for each in named if each and each not in word_set("fields", "empty_cells")]
    return tuple(dict.fromkeys(named)) if named and all(map(is_body, named)) else ()


def _joined(text: str) -> list[str]:
    """Split at an "and" between two bodies; one within a name is part of it."""
    for found in pattern("fields", "joiners").finditer(text):
        first, second = text[: found.start()], text[found.end() :]
        if is_body(first) and is_body(second):
            return [first, *_joined(second)]
    return [text]


def is_body(text: str) -> bool:
    """Tell whether words name a body: short, without a verb's signs, ending like one."""
    if len(text) > _LONGEST_NAME or pattern("fields", "no_body").search(text):
        return False
    return bool(pattern("fields", "body").fullmatch(text))
