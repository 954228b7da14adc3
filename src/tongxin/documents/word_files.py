"""The text of a DOCX: paragraphs, automatic numbers and table rows, in their order."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from typing import Any

from docx import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml import etree

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.packed import BROKEN_ZIP, Limits, PartReader, refuse_declared_sizes
from tongxin.containers.signatures import name_of_zip
from tongxin.documents.refusals import DocumentRefused
from tongxin.documents.word_numbers import Numbering

MAX_UNPACKED_MEGABYTES = 64
LIMITS = Limits(MAX_UNPACKED_MEGABYTES, DocumentRefused)
_PART = "word/document.xml"
_BREAKS = {qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:tab"): "\t", qn("w:noBreakHyphen"): "-"}
_LEFT_OUT = {
    qn("w:del"),
    qn("w:moveFrom"),
    qn("w:txbxContent"),
    qn("w:pPr"),
    qn("w:rPr"),
    qn("w:rt"),
    qn("w:footnoteReference"),
}
"""Deleted text, text boxes, readings above characters, and what only describes."""
_WRAPPINGS = {qn(f"w:{name}") for name in ("sdt", "sdtContent", "ins", "moveTo", "smartTag", "customXml")}
_DELETED_END = f"{qn('w:pPr')}/{qn('w:rPr')}/{qn('w:del')}"
_DELETED_ROW = f"{qn('w:trPr')}/{qn('w:del')}"
_DOCTYPE = b"<!DOCTYPE"


def read_word(content: bytes) -> str:
    """Return the text of a DOCX: a line for each paragraph, a line with tabs for each row of a table.

    Raises
    ------
    DocumentRefused
        It is another zip archive, damaged, protected, or unpacks to too much.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            _refuse_foreign(archive)
            _refuse_bombs(archive)
    except BROKEN_ZIP as error:
        raise DocumentRefused("damaged", {"detail": _("its zip archive is broken")}) from error
    try:
        document = Document(io.BytesIO(content))
        return "\n".join(_lines(document))
    except (PackageNotFoundError, etree.LxmlError, KeyError, AttributeError, *BROKEN_ZIP) as error:
        raise DocumentRefused("damaged", {"detail": _("its text part cannot be read")}) from error


def _refuse_foreign(archive: zipfile.ZipFile) -> None:
    names = {part.filename.replace("\\", "/").lower() for part in archive.infolist()}
    if _PART in names:
        return
    is_workbook = any(name.startswith("xl/") for name in names)
    found = _("a workbook (.xlsx)") if is_workbook else name_of_zip(names)
    raise DocumentRefused("not_a_document", {"found": found})


def _refuse_bombs(archive: zipfile.ZipFile) -> None:
    """Unpack every part once, counting; Word writes no entities, and one who does means harm."""
    parts = archive.infolist()
    refuse_declared_sizes(parts, LIMITS)
    reader = PartReader(archive, LIMITS)
    for part in parts:
        is_xml = part.filename.lower().endswith((".xml", ".rels"))
        tail = b""
        for chunk in reader.chunks(part.filename):
            # Without its zero bytes UTF-16 reads like ASCII here.
            seen = tail + chunk.replace(b"\x00", b"")
            if is_xml and _DOCTYPE in seen:
                raise DocumentRefused(
                    "damaged", {"detail": _("it declares entities, which no office program writes")}
                )
            tail = seen[-len(_DOCTYPE) :]


def _lines(document: Any) -> Iterator[str]:
    numbering = Numbering.of(document)
    yield from _lines_of(document.element.body, numbering)


def _lines_of(body: Any, numbering: Numbering) -> Iterator[str]:
    begun = ""
    for element in _unwrapped(body):
        if element.tag == qn("w:p") and element.find(_DELETED_END) is not None:
            # A paragraph whose end was deleted goes on in the next, and has that one's number.
            begun += _text_of(element)
        elif element.tag == qn("w:p"):
            yield numbering.label(element) + begun + _text_of(element)
            begun = ""
        elif element.tag == qn("w:tbl"):
            yield from (_row_text(row, numbering) for row in _rows(element))
    if begun:
        yield begun


def _unwrapped(element: Any) -> Iterator[Any]:
    """Yield what an element holds, without the wrappings of content controls and insertions."""
    for child in element:
        if child.tag in _WRAPPINGS:
            yield from _unwrapped(child)
        else:
            yield child


def _rows(table: Any) -> Iterator[Any]:
    for child in _unwrapped(table):
        if child.tag == qn("w:tr") and child.find(_DELETED_ROW) is None:
            yield child


def _row_text(row: Any, numbering: Numbering) -> str:
    """Return the cells of a row with tabs between; several paragraphs of a cell are joined by blanks."""
    cells = []
    for cell in _unwrapped(row):
        if cell.tag == qn("w:tc"):
            texts = (re.sub(r"[\t\n]", " ", line).strip() for line in _lines_of(cell, numbering))
            cells.append(" ".join(text for text in texts if text))
    return "\t".join(cells)


def _text_of(element: Any) -> str:
    return "".join(_runs(element))


def _runs(element: Any) -> Iterator[str]:
    for child in element:
        if child.tag == qn("w:t"):
            yield child.text or ""
        elif child.tag in _BREAKS:
            yield _BREAKS[child.tag]
        elif child.tag not in _LEFT_OUT and not _is_fallback(child):
            yield from _runs(child)


def _is_fallback(element: Any) -> bool:
    # Word writes drawings twice; the older form would repeat their text.
    return isinstance(element.tag, str) and element.tag.endswith("}Fallback")
