"""The text layer of a PDF, page by page."""

from __future__ import annotations

import pypdfium2 as pdfium

from tongxin.containers.marking import gettext_noop as _
from tongxin.documents.refusals import DocumentRefused

PAGE_BREAK = "\n\f"
"""PDFium ends no page with a line feed; without one, two paragraphs would become one line."""
MAX_PAGES = 2_000
_PASSWORD = 4
"""PDFium's FPDF_ERR_PASSWORD."""


def read_pdf(content: bytes) -> str:
    """Return the text of all pages, a form feed between them.

    Raises
    ------
    DocumentRefused
        The file is damaged, protected, or a scan without a text layer.
    """
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        # PDFium may still name the error of the file before, so the file itself is asked too.
        if getattr(error, "err_code", None) == _PASSWORD and b"/Encrypt" in content:
            raise DocumentRefused("encrypted") from None
        raise DocumentRefused("damaged", {"detail": _("its pages cannot be found")}) from None
    try:
        return _read_pages(document)
    finally:
        document.close()


def _read_pages(document: pdfium.PdfDocument) -> str:
    count = len(document)
    if count > MAX_PAGES:
        raise DocumentRefused("too_many_pages", {"found": count, "limit": MAX_PAGES})
    try:
        pages = [_read_page(document, number) for number in range(count)]
    except pdfium.PdfiumError:
        raise DocumentRefused("damaged", {"detail": _("a page cannot be read")}) from None
    if not any(page.strip() for page in pages):
        raise DocumentRefused("scan", {"pages": count})
    return PAGE_BREAK.join(pages)


def _read_page(document: pdfium.PdfDocument, number: int) -> str:
    page = document[number]
    try:
        text_page = page.get_textpage()
        try:
            text: str = text_page.get_text_range()
        finally:
            text_page.close()
    finally:
        page.close()
    # PDFium ends lines like Windows and marks a hyphen at a line's end with U+FFFE.
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\ufffe", "-").replace("\x00", "")
