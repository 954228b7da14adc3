"""Old .xls files: how large a block the cells span, found before the fast reader takes memory for all of it.

The file is a small file system (MS-CFB) with one stream of records (MS-XLS). Whatever does not hold together
is damage.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workbooks.sheet_parts import MAX_CELLS

MAX_COLUMNS = 256
"""The format has no more; a cell beyond is damage."""

_HEADER_FAT_SECTORS = 109
_LAST_SECTOR = 0xFFFFFFFA
_BEGINNING = 0x0809
_CELLS = frozenset({0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})
"""Formula, several numbers, rich text, shared text, number, text, truth or error, compact number."""
_PROTECTED = 0x002F


def refuse_wide_records(content: bytes) -> None:
    """Refuse an .xls file that is encrypted, or whose cells span too large a block."""
    stream = content if content[:1] == b"\x09" else _find_stream(content)
    rows = columns = spanned = 0
    for kind, place in _records(stream):
        if kind == _BEGINNING:
            spanned += rows * columns
            rows = columns = 0
        elif kind == _PROTECTED:
            raise WorkbookRefused("encrypted")
        elif kind in _CELLS and place is not None:
            rows, columns = max(rows, place[0] + 1), max(columns, place[1] + 1)
    if columns > MAX_COLUMNS:
        raise WorkbookRefused("damaged", {"detail": "column"})
    if spanned + rows * columns > MAX_CELLS:
        raise WorkbookRefused("too_many_cells", {"limit": MAX_CELLS})


def _records(stream: bytes) -> Iterator[tuple[int, tuple[int, int] | None]]:
    """Yield the kind of each record and, where it is long enough to have one, a cell's row and column."""
    position, end = 0, len(stream)
    while position + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, position)
        place = None
        if kind in _CELLS and length >= 4 and position + 8 <= end:
            place = struct.unpack_from("<HH", stream, position + 4)
            if place[1] >= MAX_COLUMNS:
                raise WorkbookRefused("damaged", {"detail": "column"})
        yield kind, place
        position += 4 + length


def _find_stream(content: bytes) -> bytes:
    """Return the stream of records out of the file system."""
    try:
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        directory_start, small_limit = struct.unpack_from("<I4xI", content, 48)
        if shift not in {9, 12} or small_shift != 6:
            raise WorkbookRefused("damaged", {"detail": "sector"})
        size = 1 << shift
        fat = _read_fat(content, size)
        directory = _follow(content, directory_start, fat, size, size)
        entries = [directory[i : i + 128] for i in range(0, len(directory) - 127, 128)]
        entry = next(each for each in entries if _name_of(each) in {"workbook", "book"})
        start, length = struct.unpack_from("<II", entry, 116)
        if length >= small_limit:
            return _follow(content, start, fat, size, size)[:length]
        container = _follow(content, struct.unpack_from("<I", entries[0], 116)[0], fat, size, size)
        small_fat = _follow(content, struct.unpack_from("<I", content, 60)[0], fat, size, size)
        chain = struct.unpack(f"<{len(small_fat) // 4}I", small_fat)
        return _follow(container, start, chain, 1 << small_shift, 0)[:length]
    except (struct.error, StopIteration) as error:
        raise WorkbookRefused("damaged", {"detail": "directory"}) from error


def _name_of(entry: bytes) -> str:
    (length,) = struct.unpack_from("<H", entry, 64)
    return entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()


def _read_fat(content: bytes, size: int) -> tuple[int, ...]:
    """Return the table of following sectors, put together from the sectors that the header lists."""
    sectors = list(struct.unpack_from(f"<{_HEADER_FAT_SECTORS}I", content, 76))
    more, count = struct.unpack_from("<II", content, 68)
    for _ in range(min(count, len(content) // size)):
        if more >= _LAST_SECTOR:
            break
        listed = struct.unpack_from(f"<{size // 4}I", content, (more + 1) * size)
        sectors += listed[:-1]
        more = listed[-1]
    parts = [content[(n + 1) * size : (n + 2) * size] for n in sectors if n < _LAST_SECTOR]
    table = b"".join(parts)
    return struct.unpack(f"<{len(table) // 4}I", table[: len(table) // 4 * 4])


def _follow(content: bytes, start: int, chain: tuple[int, ...], size: int, offset: int) -> bytes:
    """Return the sectors of a chain in order; one that runs in circles is damage."""
    parts: list[bytes] = []
    sector = start
    while sector < _LAST_SECTOR:
        if sector >= len(chain) or len(parts) > len(chain):
            raise WorkbookRefused("damaged", {"detail": "chain"})
        parts.append(content[offset + sector * size : offset + (sector + 1) * size])
        sector = chain[sector]
    return b"".join(parts)
