"""Old .xls files: merged cells, and how large a block cells span before the fast reader takes memory for it.

The file is a small file system (MS-CFB) with one stream of records (MS-XLS). Whatever does not hold together
is damage.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from tongxin.containers.marking import gettext_noop as _
from tongxin.workbooks.containers import MAX_UNPACKED_MEGABYTES
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workbooks.shared_texts import MAX_TEXT
from tongxin.workbooks.sheet_parts import MAX_CAREFUL, MAX_CELLS, SheetPart, WorkbookParts

MAX_COLUMNS = 256
"""The format has no more; a cell beyond is damage."""

_HEADER_FAT_SECTORS = 109
_LAST_SECTOR = 0xFFFFFFFA
_LONGEST_TEXT = 3 * 32_767
_BEGINNING = 0x0809
_CELLS = frozenset({0x0006, 0x00BD, 0x00D6, 0x00FD, 0x0203, 0x0204, 0x0205, 0x027E})
"""Formula, several numbers, rich text, shared text, number, text, truth or error, compact number."""
_PROTECTED = 0x002F
_SHEET_NAMED = 0x0085
_MERGED = 0x00E5
_DATE_MODE = 0x0022
_SHARED_TEXT = 0x00FD
_TEXTS = 0x00FC
_CONTINUED = 0x003C
_OF_USE = _CELLS | {_SHEET_NAMED, _MERGED, _DATE_MODE, _TEXTS, _CONTINUED}
_BEYOND = _("a cell lies beyond the last column of its format")
_BROKEN = _("its inner directory is broken")


def scan_records(content: bytes) -> WorkbookParts:
    """Search an .xls file for merged cells, or refuse one that is encrypted or too large to be read."""
    stream = content if content[:1] == b"\x09" else _find_stream(content)
    book = _Book()
    for kind, place, body in _records(stream):
        if kind == _BEGINNING:
            book.begin_sheet(place)
        elif kind == _PROTECTED:
            raise WorkbookRefused("encrypted")
        elif kind in _CELLS and len(body) >= 4:
            book.add_cell(kind, *struct.unpack_from("<HH", body))
        elif kind == _SHEET_NAMED and len(body) >= 4:
            book.starts.append(*struct.unpack_from("<I", body))
        elif kind == _MERGED:
            book.add_merges(body)
        elif kind == _DATE_MODE and len(body) >= 2:
            book.is_1904 = body[:2] != b"\x00\x00"
        elif kind == _TEXTS or (kind == _CONTINUED and book.is_in_texts):
            book.texts.append(body)
        book.is_in_texts = kind == _TEXTS or (kind == _CONTINUED and book.is_in_texts)
    book.refuse_size()
    return WorkbookParts({}, book.is_1904, book.sheets_in_order())


@dataclass
class _Book:
    """What is known of a workbook so far: its sheets by where their records begin, and how large they are."""

    starts: list[int] = field(default_factory=list)
    merges: dict[int, set[tuple[int, int, int, int]]] = field(default_factory=dict)
    texts: list[bytes] = field(default_factory=list)
    """The shared texts: one record and those that continue it."""
    is_1904: bool = False
    is_in_texts: bool = False
    n_shared: int = 0
    _sheet: int = -1
    _rows: int = 0
    _columns: int = 0
    _spanned: int = 0

    def begin_sheet(self, start: int) -> None:
        self._spanned += self._rows * self._columns
        self._rows = self._columns = 0
        # A chart inside a sheet begins anew, but the sheet goes on after it.
        if start in self.starts:
            self._sheet = start

    def add_cell(self, kind: int, row: int, column: int) -> None:
        if column >= MAX_COLUMNS:
            raise WorkbookRefused("damaged", {"detail": _BEYOND})
        self._rows, self._columns = max(self._rows, row + 1), max(self._columns, column + 1)
        self.n_shared += kind == _SHARED_TEXT

    def add_merges(self, body: bytes) -> None:
        blocks = struct.iter_unpack("<HHHH", body[2 : 2 + (len(body) - 2) // 8 * 8])
        found = self.merges.setdefault(self._sheet, set())
        found.update((top, left, bottom, right) for top, bottom, left, right in blocks)
        if len(found) > MAX_CAREFUL:
            raise WorkbookRefused("too_many_cells", {"limit": MAX_CELLS})

    def refuse_size(self) -> None:
        if self._spanned + self._rows * self._columns > MAX_CELLS:
            raise WorkbookRefused("too_many_cells", {"limit": MAX_CELLS})
        size = sum(map(len, self.texts))
        if self.n_shared * size > MAX_TEXT and self.n_shared * longest_text(self.texts) > MAX_TEXT:
            raise WorkbookRefused("unpacks_too_large", {"limit": MAX_UNPACKED_MEGABYTES})

    def sheets_in_order(self) -> tuple[SheetPart, ...]:
        return tuple(
            SheetPart(is_searched=False, merges=self.merges.get(start, set())) for start in self.starts
        )


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    """Yield the kind of each record, where it begins, and its body where that is of use."""
    position, end = 0, len(stream)
    while position + 4 <= end:
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind, position, stream[position + 4 : position + 4 + length] if kind in _OF_USE else b""
        position += 4 + length


def _find_stream(content: bytes) -> bytes:
    """Return the stream of records out of the file system."""
    try:
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        directory_start, small_limit = struct.unpack_from("<I4xI", content, 48)
        if shift not in {9, 12} or small_shift != 6:
            raise WorkbookRefused("damaged", {"detail": _BROKEN})
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
        raise WorkbookRefused("damaged", {"detail": _BROKEN}) from error


def _name_of(entry: bytes) -> str:
    (length,) = struct.unpack_from("<H", entry, 64)
    return entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace").lower()


def _read_fat(content: bytes, size: int) -> tuple[int, ...]:
    """Return the table of following sectors, put together from the sectors that the header lists."""
    sectors = list(struct.unpack_from(f"<{_HEADER_FAT_SECTORS}I", content, 76))
    more, count = struct.unpack_from("<II", content, 68)
    for _sector in range(min(count, len(content) // size)):
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
            raise WorkbookRefused("damaged", {"detail": _BROKEN})
        parts.append(content[offset + sector * size : offset + (sector + 1) * size])
        sector = chain[sector]
    return b"".join(parts)


def longest_text(records: Sequence[bytes]) -> int:
    """Return the bytes of the longest shared text; what cannot be followed counts as the longest possible."""
    try:
        return max(_text_lengths(records), default=0)
    except (struct.error, IndexError):
        return _LONGEST_TEXT


def _text_lengths(records: Sequence[bytes]) -> Iterator[int]:
    """Yield the bytes of each text: its head, then its characters, which may go on in a further record."""
    number, position = 0, 8
    while number < len(records):
        if position >= len(records[number]):
            number, position = number + 1, position - len(records[number])
            continue
        length, flags = struct.unpack_from("<HB", records[number], position)
        runs, extension = 0, 0
        position += 3
        if flags & 8:
            (runs,) = struct.unpack_from("<H", records[number], position)
            position += 2
        if flags & 4:
            (extension,) = struct.unpack_from("<I", records[number], position)
            position += 4
        yield length * 3
        width, left = 1 + (flags & 1), length
        while (here := (len(records[number]) - position) // width) < left:
            left -= max(here, 0)
            number, position = number + 1, 1
            width = 1 + (records[number][0] & 1)
        position += left * width + runs * 4 + extension
