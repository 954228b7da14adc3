"""What a file really is, and whether it is safe to open, found from its bytes and never from its name."""

from __future__ import annotations

import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tongxin.workbooks.marking import gettext_noop as _
from tongxin.workbooks.refusals import WorkbookRefused

MEGABYTE = 1024 * 1024
MAX_FILE_MEGABYTES = 100
MAX_UNPACKED_MEGABYTES = 512
MAX_RATIO = 250
"""Packed sheets shrink 5 to 40 times; a bomb shrinks 1,000 times."""
RATIO_FREE_MEGABYTES = 32
"""Small parts may shrink as they like: thousands of equal cells do."""
MAX_PARTS = 5_000
CHUNK = MEGABYTE


class Container(Enum):
    """How a readable file is packed."""

    XLSX = "xlsx"
    XLS = "xls"
    TEXT = "text"


_SIGNATURES = (
    (b"\x89PNG", _("a PNG picture")),
    (b"\xff\xd8\xff", _("a JPEG picture")),
    (b"GIF8", _("a GIF picture")),
    (b"BM", _("a BMP picture")),
    (b"RIFF", _("a WebP picture or a media file")),
    (b"II*\x00", _("a TIFF picture")),
    (b"MM\x00*", _("a TIFF picture")),
    (b"%PDF", _("a PDF document")),
    (b"Rar!", _("a RAR archive")),
    (b"7z\xbc\xaf", _("a 7z archive")),
    (b"\x1f\x8b", _("a gzip archive")),
    (b"{\\rtf", _("an RTF document")),
    (b"MZ", _("a program")),
)
BROKEN_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
)
"""What Python's zip reader raises on damage of different kinds."""
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class Sending:
    """The bytes of a file that was sent, and what they are."""

    content: bytes
    container: Container


def open_sending(path: Path) -> Sending:
    """Read a file that may be anything, or refuse it for what it is."""
    size = path.stat().st_size
    if size == 0:
        raise WorkbookRefused("file_empty")
    if size > MAX_FILE_MEGABYTES * MEGABYTE:
        raise WorkbookRefused("file_too_large", {"found": -(-size // MEGABYTE), "limit": MAX_FILE_MEGABYTES})
    content = path.read_bytes()
    return Sending(content, _recognise(content, path))


def _recognise(content: bytes, path: Path) -> Container:
    if content.startswith(_OLE):
        return _recognise_ole(content)
    if content.startswith(_ZIP):
        return _recognise_zip(path)
    if content[:2] == b"\x09\x08" or content[:4] == b"\x09\x04\x06\x00":
        return Container.XLS
    for signature, found in _SIGNATURES:
        if content.startswith(signature) and not _reads_as_text(signature, content):
            raise _refuse_as(found)
    _refuse_markup(content)
    if b"\x00" in content[:4096] and not content.startswith(_UTF16) and not _is_wide(content):
        raise _refuse_as(_("a binary file"))
    return Container.TEXT


def _reads_as_text(signature: bytes, content: bytes) -> bool:
    # "BM" and "MZ" can begin a header in plain text; a picture or a program has zero bytes soon after.
    return len(signature) == 2 and signature.isalpha() and b"\x00" not in content[:512]


def _is_wide(content: bytes) -> bool:
    """Tell whether text without a mark is UTF-16: every second byte of its Latin part is zero."""
    head = content[:4096]
    return max(head[0::2].count(0), head[1::2].count(0)) * 8 > len(head) and b"\x00\x00\x00" not in head


def _recognise_ole(content: bytes) -> Container:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise WorkbookRefused("encrypted")
    if any(name.encode("utf-16-le") + b"\x00" in content for name in ("Workbook", "Book")):
        return Container.XLS
    raise _refuse_as(_("an old office document other than a workbook"))


def _refuse_markup(content: bytes) -> None:
    head = content[:2048].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html", b"<table", b"<head", b"<meta", b"<style")):
        raise _refuse_as(_("a web page saved under the name of a workbook"))
    if head.startswith((b"<?xml", b"<workbook")):
        raise _refuse_as(_("an XML file"))


def _refuse_as(found: str) -> WorkbookRefused:
    return WorkbookRefused("not_a_workbook", {"found": found})


def _recognise_zip(path: Path) -> Container:
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except BROKEN_ZIP as error:
        raise WorkbookRefused("damaged", {"detail": _("its zip archive is broken")}) from error
    names = {part.filename.replace("\\", "/").lower() for part in parts}
    if any(name.startswith("xl/") and name.endswith("workbook.xml") for name in names):
        _refuse_declared_sizes(parts)
        return Container.XLSX
    raise _refuse_as(_name_of_zip(names))


def _name_of_zip(names: set[str]) -> str:
    if "xl/workbook.bin" in names:
        return _("a binary workbook (.xlsb)")
    if any(name.startswith("word/") for name in names):
        return _("a text document (.docx)")
    if any(name.startswith("ppt/") for name in names):
        return _("a presentation (.pptx)")
    if "content.xml" in names:
        return _("an OpenDocument file (.ods)")
    return _("a zip archive")


def _refuse_declared_sizes(parts: list[zipfile.ZipInfo]) -> None:
    if any(part.flag_bits & 1 for part in parts):
        raise WorkbookRefused("encrypted")
    if len({part.filename.lower() for part in parts}) < len(parts):
        # Of two parts with one name, what is measured need not be what is read.
        raise WorkbookRefused("damaged", {"detail": _("two of its parts have one name")})
    total = sum(part.file_size for part in parts)
    is_tight = any(is_suspiciously_tight(part.file_size, part.compress_size) for part in parts)
    if total > MAX_UNPACKED_MEGABYTES * MEGABYTE or len(parts) > MAX_PARTS or is_tight:
        raise WorkbookRefused("unpacks_too_large", {"limit": MAX_UNPACKED_MEGABYTES})


def is_suspiciously_tight(unpacked: int, packed: int) -> bool:
    """Tell whether a part unpacks to much more than sheets do.

    >>> is_suspiciously_tight(10_000_000_000, 10_000_000), is_suspiciously_tight(60_000_000, 13_000_000)
    (True, False)
    """
    return unpacked > RATIO_FREE_MEGABYTES * MEGABYTE and unpacked > MAX_RATIO * max(packed, 1)


class PartReader:
    """Unpacks the parts of a workbook while counting what really comes out.

    The zip directory is written by the sender: the sizes it declares prove nothing.
    """

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.unpacked = 0

    def chunks(self, name: str) -> Iterator[bytes]:
        """Yield a part in chunks, or refuse it as soon as it grows beyond the limits."""
        part = self.archive.getinfo(name)
        length = 0
        try:
            with self.archive.open(part) as stream:
                while chunk := stream.read(CHUNK):
                    length += len(chunk)
                    self.unpacked += len(chunk)
                    self._refuse_growth(length, part.compress_size)
                    yield chunk
        except BROKEN_ZIP as error:
            raise WorkbookRefused("damaged", {"detail": _("a part of it cannot be unpacked")}) from error

    def _refuse_growth(self, length: int, packed: int) -> None:
        if self.unpacked > MAX_UNPACKED_MEGABYTES * MEGABYTE or is_suspiciously_tight(length, packed):
            raise WorkbookRefused("unpacks_too_large", {"limit": MAX_UNPACKED_MEGABYTES})

    def text(self, name: str) -> str:
        """Return a small part as text."""
        return b"".join(self.chunks(name)).decode("utf-8", errors="replace")


def attribute(tag: str, name: str) -> str | None:
    """Return one attribute of an XML tag, with or without a namespace prefix.

    >>> attribute('<sheet name="A" r:id="rId1"/>', "id")
    'rId1'
    """
    found = re.search(rf"""[\s:]{name}\s*=\s*(["'])(.*?)\1""", tag, re.DOTALL)
    return found.group(2) if found else None
