"""Proposals: what a duty sentence says, field by field, for a person to confirm."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from tongxin.documents.classes import dimension_of, kind_of
from tongxin.documents.deadlines import NO_DEADLINE, Deadline, find_deadline
from tongxin.documents.phrases import action_and_object
from tongxin.documents.responsibility import NOBODY, Responsible
from tongxin.documents.sentences import Piece
from tongxin.documents.targets import find_target


@dataclass(frozen=True)
class Proposal:
    """A duty: its words `[start, end)` in the cleaned text, and what they say; empty where they do not.

    `deadline` is the last day as a date, `deadline_text` how it is written; what is due again and again, or
    counts from an unknown day, has only the latter.
    """

    quote: str
    start: int
    end: int
    paragraph: str
    speaker: str | None
    action: str
    object: str
    lead: tuple[str, ...]
    support: tuple[str, ...]
    deadline: date | None
    deadline_text: str
    target: str
    dimension: str | None
    kind: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields by their names, the date as ISO 8601 writes it."""
        told = asdict(self)
        told |= {"lead": list(self.lead), "support": list(self.support)}
        told["deadline"] = self.deadline.isoformat() if self.deadline else None
        return told


@dataclass(frozen=True)
class Surroundings:
    """What is known of a duty from around it."""

    paragraph: str
    heading: str = ""
    speaker: str | None = None
    responsible: Responsible = NOBODY
    deadline: Deadline = NO_DEADLINE
    target: str = ""
    issued: date | None = None
    is_experience: bool = False


def propose(piece: Piece, around: Surroundings) -> Proposal:
    """Return what a stretch of the text proposes."""
    own = find_deadline(piece.text, around.issued)
    deadline = own if own.text else around.deadline
    action, what = action_and_object(piece.text)
    return Proposal(
        quote=piece.text,
        start=piece.start,
        end=piece.end,
        paragraph=around.paragraph,
        speaker=around.speaker,
        action=action,
        object=what,
        lead=around.responsible.lead,
        support=around.responsible.support,
        deadline=deadline.day,
        deadline_text=deadline.text,
        target=around.target or find_target(piece.text),
        dimension=dimension_of(piece.text, around.heading),
        kind=kind_of(piece.text, around.heading, is_experience=around.is_experience),
    )
