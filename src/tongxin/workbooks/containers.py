"""What a sent workbook really is, and whether it is safe to open: found from its bytes, not its name."""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.packed import BROKEN_ZIP, MEGABYTE, Limits, PartReader, refuse_declared_sizes
from tongxin.containers.signatures import (
    OLE,
    ZIP,
    head_of_markup,
    is_binary,
    is_web_page,
    name_by_signature,
    name_of_zip,
)
from tongxin.workbooks.refusals import WorkbookRefused

MAX_FILE_MEGABYTES = 100
MAX_UNPACKED_MEGABYTES = 512
LIMITS = Limits(MAX_UNPACKED_MEGABYTES, WorkbookRefused)


class Container(Enum):
    """How a readable file is packed."""

    XLSX = "xlsx"
    XLS = "xls"
    TEXT = "text"


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
    if content.startswith(OLE):
        return _recognise_ole(content)
    if content.startswith(ZIP):
        return _recognise_zip(path)
    if content[:2] == b"\x09\x08" or content[:4] == b"\x09\x04\x06\x00":
        return Container.XLS
    if found := name_by_signature(content):
        raise _refuse_as(found)
    _refuse_markup(content)
    if is_binary(content):
        raise _refuse_as(_("a binary file"))
    return Container.TEXT


def _recognise_ole(content: bytes) -> Container:
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise WorkbookRefused("encrypted")
    if any(name.encode("utf-16-le") + b"\x00" in content for name in ("Workbook", "Book")):
        return Container.XLS
    raise _refuse_as(_("an old office document other than a workbook"))


def _refuse_markup(content: bytes) -> None:
    if is_web_page(content):
        raise _refuse_as(_("a web page saved under the name of a workbook"))
    if head_of_markup(content).startswith((b"<?xml", b"<workbook")):
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
        refuse_declared_sizes(parts, LIMITS)
        return Container.XLSX
    raise _refuse_as(name_of_zip(names))


def open_parts(archive: zipfile.ZipFile) -> PartReader:
    """Return the reader of a workbook's parts, which counts what comes out."""
    return PartReader(archive, LIMITS)


def attribute(tag: str, name: str) -> str | None:
    """Return one attribute of an XML tag, with or without a namespace prefix.

    >>> attribute('<sheet name="A" r:id="rId1"/>', "id")
    'rId1'
    """
    found = re.search(rf"""[\s:]{name}\s*=\s*(["'])(.*?)\1""", tag, re.DOTALL)
    return found.group(2) if found else None
