"""What the words of a resolution or an instruction propose as tasks, read by the rules of official text.

It loads the words and readings of Chinese; ask for it through `tongxin.codes.later`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date

from tongxin.documents.classes import dimension_of, kind_of
from tongxin.documents.cleaning import clean
from tongxin.documents.deadlines import find_deadline
from tongxin.documents.duties import Reading, find_duties
from tongxin.documents.responsibility import read_clauses, read_note
from tongxin.documents.speakers import speakers_of
from tongxin.documents.structure import Heading, paragraphs_of, sections_of
from tongxin.documents.targets import find_target

LONGEST_TITLE = 300


@dataclass(frozen=True)
class Words:
    """A task as the text words it; empty where it does not say something."""

    title: str
    kind: str = "task"
    dimension: str = ""
    lead: tuple[str, ...] = ()
    support: tuple[str, ...] = ()
    due_on: date | None = None
    due_text: str = ""
    target: str = ""


def words_of(text: str, day: date) -> list[Words]:
    """Return the tasks that a text proposes, in its order; a text without a duty is one task as a whole.

    "This year" and months without a year count from the day of the meeting or the instruction.
    """
    cleaned = clean(text).text.strip()
    paragraphs = paragraphs_of(cleaned)
    reading = Reading(
        cleaned, Heading("", "", "", day), paragraphs, sections_of(paragraphs), speakers_of(paragraphs)
    )
    found = [
        Words(
            title=each.quote[:LONGEST_TITLE],
            kind=each.kind,
            dimension=each.dimension or "",
            lead=each.lead,
            support=each.support,
            due_on=each.deadline,
            due_text=each.deadline_text[:120],
            target=each.target[:120],
        )
        for each in find_duties(reading)
    ]
    return found or [_whole(cleaned, day)]


def _whole(text: str, day: date) -> Words:
    due = find_deadline(text, day)
    bodies = read_note(text) or read_clauses(re.split("[\uff0c,\uff1b;\u3002]", text))
    return Words(
        title=" ".join(text.split()).rstrip("\u3002.")[:LONGEST_TITLE],
        kind=kind_of(text, "", is_experience=False),
        dimension=dimension_of(text, "") or "",
        lead=bodies.lead,
        support=bodies.support,
        due_on=due.day,
        due_text=due.text[:120],
        target=find_target(text)[:120],
    )


def with_defaults(words: Words, *, lead: tuple[str, ...] = (), due_on: date | None = None) -> Words:
    """Fill in whom and by when what was entered beside the text says; its day goes before the text's."""
    if due_on is not None:
        words = replace(words, due_on=due_on, due_text="")
    return words if words.lead else replace(words, lead=lead)
