"""What a file sent as a proof may be: known by its content, which its name must not contradict."""

from __future__ import annotations

import io
import zipfile
from collections import deque
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from math import ceil
from pathlib import PurePath
from typing import Any

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.packed import BROKEN_ZIP, MEGABYTE, Limits, PartReader, refuse_declared_sizes
from tongxin.containers.refusals import FileRefused, Refusal
from tongxin.containers.signatures import (
    OLE,
    PDF,
    ZIP,
    is_binary,
    is_web_page,
    name_by_signature,
    name_of_zip,
)

MAX_UNPACKED_MEGABYTES = 200
CONTENT_TYPES = "[content_types].xml"

_ALL = (
    Refusal("file_empty", _("The file is empty (0 bytes)."), _("Please save it again and send it.")),
    Refusal(
        "file_too_large",
        _("The file has %(found)s MB; at most %(limit)s MB are kept."),
        _("Please make its pictures smaller, or send it in parts."),
    ),
    Refusal(
        "not_a_proof",
        _("The file is %(found)s. Kept are %(kept)s."),
        _("Please save it as one of these and send that file."),
    ),
    Refusal(
        "false_ending",
        _("The file ends in %(ending)s, but it is %(found)s."),
        _("Please give it the ending %(right)s, or send the file that was meant."),
    ),
    Refusal(
        "with_macros",
        _("The file carries a program (macros)."),
        _("Please save it without macros and send it again."),
    ),
    Refusal(
        "encrypted",
        _("The file is protected by a password."),
        _("Please take the password off and send it again."),
    ),
    Refusal(
        "damaged",
        _("The file is damaged and cannot be opened (%(detail)s)."),
        _("Please open it, save it under a new name and send that file."),
    ),
    Refusal(
        "unpacks_too_large",
        _("The file unpacks to more than %(limit)s MB, or is packed suspiciously tightly."),
        _("Please save it again without large pictures."),
    ),
)
REFUSALS: Mapping[str, Refusal] = {each.code: each for each in _ALL}


class AttachmentRefused(FileRefused):
    """A file that is not kept as a proof."""

    refusals = REFUSALS


@dataclass(frozen=True)
class AttachmentKind:
    """A sort of file that is kept: how people call it, and the endings that its name may have."""

    name: str
    endings: tuple[str, ...]
    media_type: str


PDF_KIND = AttachmentKind(_("a PDF document"), (".pdf",), "application/pdf")
PNG = AttachmentKind(_("a PNG picture"), (".png",), "image/png")
JPEG = AttachmentKind(_("a JPEG picture"), (".jpg", ".jpeg"), "image/jpeg")
TEXT = AttachmentKind(_("a text file"), (".txt", ".csv", ".md"), "text/plain")
_OFFICE = "application/vnd.openxmlformats-officedocument"
PACKED = {
    "word/document.xml": AttachmentKind(
        _("a text document (.docx)"), (".docx",), f"{_OFFICE}.wordprocessingml.document"
    ),
    "xl/workbook.xml": AttachmentKind(_("a workbook (.xlsx)"), (".xlsx",), f"{_OFFICE}.spreadsheetml.sheet"),
    "ppt/presentation.xml": AttachmentKind(
        _("a presentation (.pptx)"), (".pptx",), f"{_OFFICE}.presentationml.presentation"
    ),
}
KINDS = (PDF_KIND, *PACKED.values(), JPEG, PNG, TEXT)
ENDINGS = tuple(ending for kind in KINDS for ending in kind.endings)


def kind_of_attachment(name: str, content: bytes, *, most_megabytes: int) -> AttachmentKind:
    """Return what a file is by its content.

    Raises
    ------
    AttachmentRefused
        It is empty, too large, damaged, protected, carries a program, is none of the sorts that are kept, or
        has the ending of another sort.
    """
    if not content:
        raise AttachmentRefused("file_empty")
    if len(content) > most_megabytes * MEGABYTE:
        # Rounded up: a file a byte too large does not have the size that is allowed.
        found = f"{ceil(len(content) / MEGABYTE * 10) / 10:.1f}"
        raise AttachmentRefused("file_too_large", {"found": found, "limit": most_megabytes})
    kind = _kind(content)
    ending = PurePath(name.replace("\\", "/")).suffix.lower()
    if ending not in kind.endings:
        told = {"ending": ending or _("no ending"), "found": kind.name, "right": kind.endings[0]}
        raise AttachmentRefused("false_ending", told)
    return kind


def _kind(content: bytes) -> AttachmentKind:
    if content.startswith(ZIP):
        return _packed(content)
    if content.startswith(OLE):
        # Word and Excel keep a protected file in the old container, too.
        is_protected = "EncryptedPackage".encode("utf-16-le") in content
        raise (
            AttachmentRefused("encrypted")
            if is_protected
            else _not_kept(_("a file of an old office program"))
        )
    found = name_by_signature(content)
    for kind, signature in ((PDF_KIND, PDF), (PNG, b"\x89PNG\r\n\x1a\n"), (JPEG, b"\xff\xd8\xff")):
        if content.startswith(signature):
            return kind
        if found == kind.name:
            raise AttachmentRefused("damaged", {"detail": _("its beginning is spoilt")})
    if found is not None:
        raise _not_kept(found)
    if is_binary(content) or not _is_text(content):
        raise _not_kept(_("of an unknown sort"))
    if is_web_page(content):
        raise _not_kept(_("a web page"))
    return TEXT


def _is_text(content: bytes) -> bool:
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return "\x00" not in text
    return False


def _packed(content: bytes) -> AttachmentKind:
    limits = Limits(MAX_UNPACKED_MEGABYTES, AttachmentRefused)
    try:
        archive = zipfile.ZipFile(io.BytesIO(content))
    except BROKEN_ZIP as error:
        detail = {"detail": _("it is not a whole zip archive")}
        raise AttachmentRefused("damaged", detail) from error
    with archive:
        parts = archive.infolist()
        refuse_declared_sizes(parts, limits)
        names = {part.filename.lower() for part in parts}
        kind = next((kind for main, kind in PACKED.items() if main in names), None)
        if kind is None:
            raise _not_kept(name_of_zip(names))
        types = next((part.filename for part in parts if part.filename.lower() == CONTENT_TYPES), None)
        if types is None:
            raise AttachmentRefused("damaged", {"detail": _("a part of it is missing")})
        reader = PartReader(archive, limits)
        if _carries_program(names, reader.text(types)):
            raise AttachmentRefused("with_macros")
        # Only what is unpacked to its end proves to be whole.
        for part in parts:
            deque(reader.chunks(part.filename), maxlen=0)
    return kind


def _carries_program(names: Collection[str], types: str) -> bool:
    """Tell whether an office file has a part that runs: named so, of such a type, or a sheet of macros."""
    told = types.lower()
    is_typed = "vbaproject" in told or "macroenabled" in told
    return is_typed or any(name.endswith("vbaproject.bin") or "/macrosheets/" in name for name in names)


def _not_kept(found: str) -> AttachmentRefused:
    kept = [each.removeprefix(".").upper() for each in ENDINGS]
    told: dict[str, Any] = {"found": found, "kept": kept}
    return AttachmentRefused("not_a_proof", told)
