"""Refusals of documents: why a whole file cannot be read, and what its sender can do."""

from __future__ import annotations

from collections.abc import Mapping

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.refusals import FileRefused, Refusal

_ALL = (
    Refusal("file_empty", _("The file is empty (0 bytes)."), _("Save the document again and send it.")),
    Refusal(
        "no_text",
        _("The document holds no text."),
        _("Send the document itself, not an empty form of it."),
    ),
    Refusal(
        "scan",
        _("The PDF has %(pages)s pages and no text layer: it is probably a scan."),
        _("Send the original document, or run text recognition (OCR) over the scan and send the result."),
    ),
    Refusal(
        "not_a_document",
        _("The file is %(found)s, not UTF-8 text, DOCX or PDF, whatever its name says."),
        _("Save the document as .docx, as .pdf with text, or as UTF-8 text, and send that file."),
    ),
    Refusal(
        "damaged",
        _("The document is damaged and cannot be opened (%(detail)s)."),
        _("Open it in an office program, save it under a new name and send that file."),
    ),
    Refusal(
        "encrypted",
        _("The document is protected by a password."),
        _("Remove the password, save it and send it again."),
    ),
    Refusal(
        "file_too_large",
        _("The file has %(found)s MB; at most %(limit)s MB are read."),
        _("Remove pictures, or save the text alone."),
    ),
    Refusal(
        "unpacks_too_large",
        _("The document unpacks to more than %(limit)s MB, or is packed suspiciously tightly."),
        _("Copy the text into a new document and send that."),
    ),
    Refusal(
        "too_many_characters",
        _("The document has %(found)s characters; at most %(limit)s are read."),
        _("Send its parts one by one."),
    ),
    Refusal(
        "too_many_pages",
        _("The PDF has %(found)s pages; at most %(limit)s are read."),
        _("Send its parts one by one."),
    ),
    Refusal(
        "too_many_paragraphs",
        _("The document has %(found)s paragraphs; at most %(limit)s are read."),
        _("Send its parts one by one."),
    ),
)

REFUSALS: Mapping[str, Refusal] = {refusal.code: refusal for refusal in _ALL}


class DocumentRefused(FileRefused):
    """A document that is refused as a whole."""

    refusals = REFUSALS
