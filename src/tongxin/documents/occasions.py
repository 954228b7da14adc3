"""Occasions: meetings, instructions and speeches, and who asked whom for what in them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from tongxin.documents.lexicon import pattern
from tongxin.documents.sentences import Piece, sentences_of
from tongxin.documents.speakers import Speaker, Speech
from tongxin.documents.structure import Paragraph


@dataclass(frozen=True)
class Occasion:
    """A meeting, a written instruction or a demand: its words `[start, end)`, who, of whom, where.

    What the text does not say is empty.
    """

    kind: Literal["meeting", "instruction", "demand"]
    quote: str
    start: int
    end: int
    paragraph: str
    who: str
    whom: str
    place: str

    def as_json(self) -> dict[str, Any]:
        """Return the fields by their names."""
        return asdict(self)


def occasions_of(paragraphs: Sequence[Paragraph], speakers: Sequence[Speaker]) -> list[Occasion]:
    """Return the occasions of a text in their order."""
    speech = Speech(speakers)
    found: list[Occasion] = []
    for paragraph in paragraphs:
        speech.begin_paragraph()
        whole = Piece(paragraph.start, paragraph.end, paragraph.text)
        for sentence in sentences_of(whole):
            speaker = speech.speaker_of(sentence.text) or ""
            found += _in_sentence(sentence, paragraph.anchor, speaker, speakers)
    return found


def _in_sentence(
    sentence: Piece, anchor: str, speaker: str, speakers: Sequence[Speaker]
) -> Iterator[Occasion]:
    for told in pattern("structure", "meeting").finditer(sentence.text):
        yield _occasion("meeting", sentence.part(*told.span()), anchor, place=told[2])
    for told in pattern("structure", "instruction").finditer(sentence.text):
        named = [each.name for each in speakers if each.name in told[1]]
        if who := ", ".join(named) or _signed(told[1]):
            yield _occasion("instruction", sentence.part(*told.span()), anchor, who=who)
    asked = pattern("structure", "asks").search(sentence.text)
    if speaker and asked:
        yield _occasion("demand", sentence, anchor, who=speaker, whom=asked[1])


def _signed(text: str) -> str:
    """Return persons that are named before their office, as instructions name them."""
    found = pattern("structure", "signed").search(text)
    return found.group() if found else ""


def _occasion(
    kind: Literal["meeting", "instruction", "demand"],
    piece: Piece,
    anchor: str,
    *,
    who: str = "",
    whom: str = "",
    place: str = "",
) -> Occasion:
    return Occasion(kind, piece.text, piece.start, piece.end, anchor, who, whom, place)
