"""The table of shared texts of an .xlsx file: which of them are blank, and how much text the cells repeat.

A cell names a shared text by its number. A small file may name one long text a million times: read, every
cell has its own copy.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.packed import MEGABYTE, PartReader
from tongxin.workbooks.containers import MAX_UNPACKED_MEGABYTES, open_parts
from tongxin.workbooks.refusals import WorkbookRefused

MAX_TEXT = MAX_UNPACKED_MEGABYTES * MEGABYTE
"""So many bytes of text are read from all cells together."""

_SMALLEST_CELL = 20
"""A cell that names a shared text takes at least so many bytes."""
_MAX_ENTRY = 16 * MEGABYTE
_ENTRY_END = re.compile(rb"</(?:\w+:)?si\s*+>|<(?:\w+:)?si\s*+/>")
_READING_AID = re.compile(rb"<(?:\w+:)?rPh\b.*?</(?:\w+:)?rPh\s*+>", re.DOTALL)
_TEXT = re.compile(rb"<(?:\w+:)?t(?:\s[^<>]*+)?>([^<]*+)<")
_CELL_END = re.compile(rb"</(?:\w+:)?c>")
_PLAIN_NUMBER_OR_INDEX = re.compile(rb'<c(?:\s[rs]="[^"<>]*+")*+><v>[^<]*+</v>|v>\s*+(\d{1,9})\s*+<')


def find_shared_part(names: Iterable[str]) -> str | None:
    """Return the name of the part with the shared texts."""
    return next((name for name in names if name.lower().endswith("xl/sharedstrings.xml")), None)


def blank_texts(reader: PartReader, name: str) -> list[int]:
    """Return the numbers of the shared texts in which nothing can be seen."""
    return [i for i, entry in enumerate(_entries(reader, name)) if _is_blank(entry)]


def _entries(reader: PartReader, name: str) -> Iterator[bytes]:
    return pieces(reader, name, _ENTRY_END)


def pieces(reader: PartReader, name: str, end: re.Pattern[bytes]) -> Iterator[bytes]:
    """Yield what stands before each end sign of a part; one without an end for very long is damage."""
    tail = b""
    for chunk in reader.chunks(name):
        *whole, tail = end.split(tail + chunk)
        yield from whole
        if len(tail) > _MAX_ENTRY:
            raise WorkbookRefused("damaged", {"detail": _("a part of it cannot be unpacked")})
    yield tail


def _is_blank(entry: bytes) -> bool:
    texts = _TEXT.findall(_READING_AID.sub(b"", entry)) if b"rPh" in entry else _TEXT.findall(entry)
    text = html.unescape(b"".join(texts).decode("utf-8", "replace"))
    return not text.strip("\u200b\u200c\u200d\ufeff \t\r\n\xa0\u3000").strip()


def refuse_repeated_texts(reader: PartReader, shared: str | None, sheets: dict[str, int]) -> None:
    """Refuse a file whose cells repeat more text than can be read; sheets are parts with their bytes."""
    if shared is None:
        return
    lengths = [len(entry) for entry in _entries(open_parts(reader.archive), shared)]
    if sum(sheets.values()) // _SMALLEST_CELL * max(lengths) <= MAX_TEXT:
        return
    counted = 0
    for name in sheets:
        for window in windows(reader, name):
            for number in _PLAIN_NUMBER_OR_INDEX.findall(window):
                if number and int(number) < len(lengths):
                    counted += lengths[int(number)]
            if counted > MAX_TEXT:
                raise WorkbookRefused("unpacks_too_large", {"limit": MAX_UNPACKED_MEGABYTES})


def windows(reader: PartReader, name: str) -> Iterator[bytes]:
    """Yield a sheet in pieces of about a megabyte, each ending with a cell, so that none is seen twice."""
    tail = b""
    for chunk in open_parts(reader.archive).chunks(name):
        window = tail + chunk
        cut = max((found.end() for found in _CELL_END.finditer(window, len(tail))), default=0)
        yield window[:cut]
        tail = window[cut:]
        if len(tail) > _MAX_ENTRY:
            raise WorkbookRefused("damaged", {"detail": _("a part of it cannot be unpacked")})
    yield tail
