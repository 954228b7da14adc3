"""Duty sentences: which stretches of a text say what somebody is to do."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from tongxin.documents.clauses import duties_in, is_duty, lead_named, lead_obliges
from tongxin.documents.deadlines import NO_DEADLINE, opening_deadline
from tongxin.documents.items import Items, are_facts, find_items, is_experience
from tongxin.documents.lexicon import pattern
from tongxin.documents.phrases import modal_in
from tongxin.documents.proposals import Proposal, Surroundings, propose
from tongxin.documents.responsibility import Responsible, read_note
from tongxin.documents.scopes import Scope, Scopes
from tongxin.documents.sentences import Piece, notes_of, sentences_of
from tongxin.documents.speakers import Speaker, Speech
from tongxin.documents.structure import (
    Heading,
    Paragraph,
    Section,
    dates_in,
    heading_of,
    is_metadata,
    number_of,
)
from tongxin.documents.tables import propose_rows, tables_of

_FIRST = 6
"""How many paragraphs may tell when the document was written."""
_HEADING_LENGTH = {1: 40, 2: 30, 3: 24, 4: 16, 5: 16}
"""How long a heading may be, by its level, with which a paragraph begins."""
_TOP_LEVELS = 2
"""Parts of these levels have headings; below them a short sentence is a task."""


@dataclass(frozen=True)
class Reading:
    """A document as far as it is read before its duties."""

    text: str
    heading: Heading
    paragraphs: Sequence[Paragraph]
    sections: Sequence[Section]
    speakers: Sequence[Speaker]

    @property
    def issued(self) -> date | None:
        """The day that "this year" counts from: the document's, else of its title, else the first told."""
        year = re.search(r"(20\d{2})", self.heading.title + self.heading.number)
        told = (day for each in self.paragraphs[:_FIRST] for _, day in dates_in(each.text))
        return self.heading.date or (date(int(year[1]), 1, 1) if year else next(told, None))


def find_duties(reading: Reading) -> list[Proposal]:
    """Return what a document proposes, in the order of its text."""
    tables = tables_of(reading.paragraphs)
    rows = {row.start for table in tables for row in table.rows}
    scopes = Scopes(reading.heading, reading.sections)
    found: list[Proposal] = []
    speech = Speech(reading.speakers)
    left_out = rows | attachments(reading.paragraphs)
    for paragraph in reading.paragraphs:
        speech.begin_paragraph()
        if paragraph.start not in left_out:
            found += _find_in_paragraph(reading, paragraph, scopes, speech, found)
    for table in tables:
        found += propose_rows(table, reading.heading.title, reading.issued)
    return sorted(found, key=lambda each: each.start)


def _find_in_paragraph(
    reading: Reading, paragraph: Paragraph, scopes: Scopes, speech: Speech, found: list[Proposal]
) -> list[Proposal]:
    if pattern("fields", "note_line").match(paragraph.text):
        _apply_note(found, read_note(paragraph.text))
        return []
    if is_metadata(paragraph.text) or paragraph.text == reading.heading.title:
        return []
    scope = scopes.of(paragraph)
    body, notes = notes_of(_body(paragraph))
    around = Surroundings(paragraph.anchor, scope.heading, issued=reading.issued)
    duties = list(_read_body(body, reading.text, scope, speech, around))
    for note in notes:
        _apply_note(duties, read_note(note))
    return duties


def _body(paragraph: Paragraph) -> Piece:
    """Return a paragraph without its number, and without the heading with which it begins."""
    whole = Piece(paragraph.start, paragraph.end, paragraph.text)
    number = number_of(paragraph.text)
    if number is None:
        return whole
    body = whole.part(len(number[0]), len(whole.text))
    heading = heading_of(body.text)
    return body.part(len(heading) + 1, len(body.text)) if _is_heading(heading, number, body) else body


def _is_heading(heading: str, number: tuple[str, int], body: Piece) -> bool:
    """Tell a heading from a task that is as short: a task has a full stop or a note behind it, no text."""
    is_article = pattern("structure", "article_number").match(number[0].strip())
    if not heading or is_article or modal_in(heading) or len(heading) > _HEADING_LENGTH[number[1]]:
        return False
    rest, notes = notes_of(body.part(len(heading), len(body.text)))
    stop = rest.text.strip()
    is_alone = len(stop) <= 1
    return not (is_alone and (notes or (stop and number[1] > _TOP_LEVELS)))


def attachments(paragraphs: Sequence[Paragraph]) -> set[int]:
    """Return where the paragraphs begin that only list what is attached."""
    found: set[int] = set()
    is_list = False
    for each in paragraphs:
        is_first = bool(pattern("structure", "attached").match(each.text))
        is_list = is_first or (is_list and number_of(each.text) is not None)
        if is_list:
            found.add(each.start)
    return found


def _read_body(
    body: Piece, text: str, scope: Scope, speech: Speech, around: Surroundings
) -> Iterator[Proposal]:
    """Yield the duties of a paragraph: its first enumeration as a whole, all else sentence by sentence."""
    items = find_items(body)
    stretches = [body] if items is None else [body.part(0, items.start), body.part(items.end, len(body.text))]
    yield from _read_sentences(stretches[0], text, scope, speech, around)
    if items is not None:
        yield from _read_items(items, scope, speech, around)
        yield from _read_sentences(stretches[1], text, scope, speech, around)


def _read_sentences(
    stretch: Piece, text: str, scope: Scope, speech: Speech, around: Surroundings
) -> Iterator[Proposal]:
    for sentence in sentences_of(stretch):
        speaker = speech.speaker_of(sentence.text)
        duties = duties_in(sentence, text, is_imperative=scope.is_imperative)
        due = opening_deadline(duties[0].piece.text, around.issued) if duties else NO_DEADLINE
        for duty in duties:
            told = replace(around, speaker=speaker, responsible=duty.responsible, deadline=due)
            yield propose(duty.piece, told)


def _read_items(items: Items, scope: Scope, speech: Speech, around: Surroundings) -> Iterator[Proposal]:
    """Yield the items that are duties: by what leads up to them, by where they stand, or as experience."""
    speaker = speech.speaker_of(items.lead)
    told = is_experience(items)
    if are_facts(items) or (scope.tells_facts and not told):
        return
    obliges = told or scope.is_imperative or lead_obliges(items.lead) or speaker is not None
    responsible = lead_named(items.lead)
    for part in items.parts:
        if told or is_duty(part.text, obliges=obliges):
            yield propose(part, replace(around, speaker=speaker, responsible=responsible, is_experience=told))


def _apply_note(duties: list[Proposal], said: Responsible) -> None:
    """Give what a note says to the duties before it that nobody answers for yet."""
    for at in range(len(duties) - 1, -1, -1):
        each = duties[at]
        if each.paragraph != duties[-1].paragraph:
            break
        if not each.lead and not each.support:
            duties[at] = replace(each, lead=said.lead, support=said.support)
