"""The text of a file of unknown kind: UTF-8, DOCX, or PDF with a text layer; all else is refused."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.packed import MEGABYTE
from tongxin.containers.signatures import (
    OLE,
    PDF,
    UTF16,
    ZIP,
    head_of_markup,
    is_binary,
    is_web_page,
    name_by_signature,
)
from tongxin.documents.lexicon import word_set
from tongxin.documents.limits import MAX_CHARACTERS, MAX_FILE_MEGABYTES, MAX_PARAGRAPHS
from tongxin.documents.pdf_files import read_pdf
from tongxin.documents.refusals import DocumentRefused
from tongxin.documents.word_files import read_word

_ENCODINGS = (
    ("gb18030", _("text in GB18030 (GBK)")),
    ("big5", _("text in Big5")),
    ("utf-16-le", _("text in UTF-16")),
    ("utf-16-be", _("text in UTF-16")),
)
_LEAST_COMMON = 0.02
"""How much of a Chinese text at least are the signs and characters that almost every text has."""
_LOOKED_AT = 200_000

Kind = Literal["text", "docx", "pdf"]


@dataclass(frozen=True)
class Source:
    """The characters of a document as they were sent; in a PDF a form feed stands between pages."""

    text: str
    kind: Kind


def read_source(content: bytes) -> Source:
    """Return the text of a file, whatever its name says.

    Raises
    ------
    DocumentRefused
        The file is something else, cannot be opened, is too large, or holds no text.
    """
    if not content:
        raise DocumentRefused("file_empty")
    if len(content) > MAX_FILE_MEGABYTES * MEGABYTE:
        found = -(-len(content) // MEGABYTE)
        raise DocumentRefused("file_too_large", {"found": found, "limit": MAX_FILE_MEGABYTES})
    source = _read(content)
    if not source.text.strip("\ufeff \t\r\n\f\u3000"):
        raise DocumentRefused("no_text")
    _refuse_size(source.text)
    return source


def _read(content: bytes) -> Source:
    if head_of_markup(content).startswith(PDF.lower()):
        return Source(read_pdf(content), "pdf")
    if content.startswith(ZIP):
        return Source(read_word(content), "docx")
    return Source(_decode(content), "text")


def _refuse_size(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise DocumentRefused("too_many_characters", {"found": len(text), "limit": MAX_CHARACTERS})
    paragraphs = sum(1 for line in text.splitlines() if line.strip())
    if paragraphs > MAX_PARAGRAPHS:
        raise DocumentRefused("too_many_paragraphs", {"found": paragraphs, "limit": MAX_PARAGRAPHS})


def _decode(content: bytes) -> str:
    found = _name_of(content)
    if found is not None:
        raise DocumentRefused("not_a_document", {"found": found})
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        found = _name_encoding(content) or _("text in an unknown encoding")
        raise DocumentRefused("not_a_document", {"found": found}) from None


def _name_of(content: bytes) -> str | None:
    """Return what a file is when it is certainly no UTF-8 text."""
    if content.startswith(OLE):
        is_locked = "EncryptedPackage".encode("utf-16-le") in content
        if is_locked:
            raise DocumentRefused("encrypted")
        return _("an old office document (.doc, .xls, .ppt)")
    if content.startswith(UTF16):
        return _("text in UTF-16")
    if found := name_by_signature(content):
        return found
    if is_web_page(content):
        return _("a web page")
    return _name_with_zeros(content) if b"\x00" in content else None


def _name_with_zeros(content: bytes) -> str:
    is_wide = b"\x00" in content[:4096] and not is_binary(content)
    return _("text in UTF-16") if is_wide else _name_encoding(content) or _("a binary file")


def _name_encoding(content: bytes) -> str | None:
    """Return the encoding that turns bytes into likely Chinese; the wrong one finds rare characters alone."""
    shares = {_share_of_common(content, encoding): name for encoding, name in _ENCODINGS}
    return shares[max(shares)] if max(shares) > _LEAST_COMMON else None


def _share_of_common(content: bytes, encoding: str) -> float:
    try:
        text = content[:_LOOKED_AT].decode(encoding, errors="ignore")
        content.decode(encoding)
    except UnicodeDecodeError:
        return 0.0
    foreign = [character for character in text if not character.isascii()]
    common = word_set("noise", "common_characters")
    return sum(character in common for character in foreign) / max(len(foreign), 1)
