"""What a file is, found from its bytes and never from its name."""

from __future__ import annotations

from tongxin.containers.marking import gettext_noop as _

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
PDF = b"%PDF"
UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SIGNATURES = (
    (b"\x89PNG", _("a PNG picture")),
    (b"\xff\xd8\xff", _("a JPEG picture")),
    (b"GIF8", _("a GIF picture")),
    (b"BM", _("a BMP picture")),
    (b"RIFF", _("a WebP picture or a media file")),
    (b"II*\x00", _("a TIFF picture")),
    (b"MM\x00*", _("a TIFF picture")),
    (PDF, _("a PDF document")),
    (b"Rar!", _("a RAR archive")),
    (b"7z\xbc\xaf", _("a 7z archive")),
    (b"\x1f\x8b", _("a gzip archive")),
    (b"{\\rtf", _("an RTF document")),
    (b"MZ", _("a program")),
    (b"\x7fELF", _("a program")),
)
_WEB_PAGE = (b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")


def name_by_signature(content: bytes) -> str | None:
    """Return what the first bytes say that a file is; None where they say nothing.

    >>> name_by_signature(b"%PDF-1.7"), name_by_signature(b"BMI of workers")
    ('a PDF document', None)
    """
    for signature, found in _SIGNATURES:
        if content.startswith(signature) and not _reads_as_text(signature, content):
            return found
    return None


def _reads_as_text(signature: bytes, content: bytes) -> bool:
    # "BM" and "MZ" can begin a header in plain text; a picture or a program has zero bytes soon after.
    return len(signature) == 2 and signature.isalpha() and b"\x00" not in content[:512]


def is_web_page(content: bytes) -> bool:
    """Tell whether text begins like HTML."""
    return head_of_markup(content).startswith(_WEB_PAGE)


def head_of_markup(content: bytes) -> bytes:
    """Return the beginning of a text in small letters, without a mark and blanks before it."""
    return content[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()


def is_binary(content: bytes) -> bool:
    """Tell whether a file cannot be text: it has zero bytes and is not UTF-16."""
    return b"\x00" in content[:4096] and not content.startswith(UTF16) and not _is_wide(content)


def _is_wide(content: bytes) -> bool:
    """Tell whether text without a mark is UTF-16: every second byte of its Latin part is zero."""
    head = content[:4096]
    return max(head[0::2].count(0), head[1::2].count(0)) * 8 > len(head) and b"\x00\x00\x00" not in head


def name_of_zip(names: set[str]) -> str:
    """Return what a zip archive is, by the names of its parts in small letters."""
    if "xl/workbook.bin" in names:
        return _("a binary workbook (.xlsb)")
    for folder, found in (
        ("word/", _("a text document (.docx)")),
        ("ppt/", _("a presentation (.pptx)")),
    ):
        if any(name.startswith(folder) for name in names):
            return found
    if "content.xml" in names:
        return _("an OpenDocument file (.ods)")
    return _("a zip archive")
