"""A document read whole: cleaned, its structure, who speaks, what was asked of whom, and its duties."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from tongxin.documents.cleaning import Cleaned, clean
from tongxin.documents.duties import Reading, find_duties
from tongxin.documents.occasions import Occasion, occasions_of
from tongxin.documents.proposals import Proposal
from tongxin.documents.sources import Source, read_source
from tongxin.documents.speakers import Speaker, speakers_of
from tongxin.documents.structure import Heading, Paragraph, Section, describe, paragraphs_of, sections_of


@dataclass(frozen=True)
class Document:
    """What was read; all offsets but those of removals and corrections are into `cleaned.text`."""

    cleaned: Cleaned
    heading: Heading
    paragraphs: tuple[Paragraph, ...]
    sections: tuple[Section, ...]
    speakers: tuple[Speaker, ...]
    occasions: tuple[Occasion, ...]
    proposals: tuple[Proposal, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the document as the command line writes it."""
        day = self.heading.date
        return {
            "title": self.heading.title,
            "number": self.heading.number,
            "date": day.isoformat() if day else None,
            "source": self.heading.source,
            "script": self.cleaned.script,
            "text": self.cleaned.text,
            "paragraphs": [
                {"anchor": each.anchor, "start": each.start, "end": each.end} for each in self.paragraphs
            ],
            "sections": [asdict(each) for each in self.sections],
            "speakers": [asdict(each) for each in self.speakers],
            "occasions": [each.as_json() for each in self.occasions],
            "removed": [asdict(each) for each in self.cleaned.removed],
            "corrected": [asdict(each) for each in self.cleaned.corrected],
            "proposals": [each.as_json() for each in self.proposals],
        }


def read_document(content: bytes) -> Document:
    """Read the bytes of a file.

    Raises
    ------
    DocumentRefused
        The file is no document, damaged, protected, too large, or without text.
    """
    return read_text(read_source(content))


def read_text(source: Source) -> Document:
    """Read the text of a document."""
    cleaned = clean(source.text, has_pages=source.kind == "pdf")
    paragraphs = paragraphs_of(cleaned.text)
    heading, sections = describe(paragraphs), sections_of(paragraphs)
    speakers = speakers_of(paragraphs)
    reading = Reading(cleaned.text, heading, paragraphs, sections, speakers)
    return Document(
        cleaned,
        heading,
        tuple(paragraphs),
        tuple(sections),
        tuple(speakers),
        tuple(occasions_of(paragraphs, speakers)),
        tuple(find_duties(reading)),
    )
