"""What the fast reader does not tell about a sheet: merged cells, long numbers, formulas without a result.

Each sheet's XML is streamed once and searched with regular expressions; nothing is parsed into a tree. The
same pass counts the bytes that really unpack and refuses cells so far out that reading them takes all memory.
"""

from __future__ import annotations

import html
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.packed import BROKEN_ZIP, PartReader
from tongxin.workbooks.containers import attribute, open_parts
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workbooks.shared_texts import find_shared_part, refuse_repeated_texts

MAX_ROWS = 300_000
MAX_COLUMNS = 702
"""Column ZZ: the first column with three letters is refused."""

MAX_CELLS = 12_000_000
"""Of all sheets together, blanks inside the used block included: 300,000 rows of 40 columns."""

MAX_CAREFUL = 2_000_000
"""So many merged blocks, long numbers and formulas without a result are kept; nobody's roster has them."""

_OVERLAP = 16_384
_TWO_LETTERS = 26
# The quick pattern almost never matches; only then is the exact form of a cell with content looked for.
_MAYBE_FAR = re.compile(rb' r="(?:[A-Za-z]{2,7}\d|[A-Za-z](?:[3-9]\d{5}|\d{7}))')
_ODD_REFERENCES = (b" r='", b" r =", b'= "', b"\tr=", b"\nr=", b"\rr=")
"""Ways of writing an attribute that no spreadsheet program uses, but that XML allows."""
# Possessive throughout: whatever a sender writes is searched once, never again and again.
_FILLED = re.compile(rb"<(?:\w+:)?c(\s[^<>]*+)(?<!/)>(?!\s*+</)")
_PLACE = re.compile(rb"""\sr\s*+=\s*+["']([A-Za-z]{1,7})(\d{1,9})["']""")
_LONG_NUMBER = re.compile(rb"v>(\d{16,}(?:\.\d*)?|\d(?:\.\d+)?[eE]\+?0*(?:1[5-9]|[2-9]\d))\s*</")
_BARE_FORMULA = re.compile(
    rb"<(?:\w+:)?f(?:\s[^<>]*?)?(?:/>|>([^<]*+)</(?:\w+:)?f>)"
    rb"\s*+(<(?:\w+:)?v\s*+/>|<(?:\w+:)?v></(?:\w+:)?v>)?\s*+</(?:\w+:)?c>"
)
_DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
_CELL_START = re.compile(rb"<(?:\w+:)?c\s([^<>]*)>")
_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z]{1,3})(\d+):([A-Z]{1,3})(\d+)"')
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d+)")


@dataclass
class SheetPart:
    """Cells of one sheet that need care, by (row, column), both counted from 0."""

    is_wide: bool = False
    """Whether a column beyond Z has content."""
    is_searched: bool = True
    """Whether all long numbers were found: not where cells do not tell their place."""
    long_numbers: dict[tuple[int, int], str] = field(default_factory=dict)
    bare_formulas: dict[tuple[int, int], str] = field(default_factory=dict)
    merges: set[tuple[int, int, int, int]] = field(default_factory=set)
    """First row, first column, last row, last column."""


@dataclass(frozen=True)
class WorkbookParts:
    """The careful cells of each sheet by its name or in order, and whether days are counted from 1904."""

    sheets: dict[str, SheetPart]
    is_1904: bool
    in_order: tuple[SheetPart, ...] = ()

    def part(self, name: str, number: int) -> SheetPart:
        """Return what is known of a sheet; of one that nobody knows, nothing."""
        if name in self.sheets:
            return self.sheets[name]
        return self.in_order[number] if number < len(self.in_order) else SheetPart(is_searched=False)


def scan_parts(content: bytes) -> WorkbookParts:
    """Search all parts of an .xlsx file, or refuse it for its size or its damage."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            reader = open_parts(archive)
            names = {
                part.filename.lstrip("/").replace("\\", "/"): part.filename for part in archive.infolist()
            }
            book = next(name for name in names if name.lower().endswith("xl/workbook.xml"))
            workbook = reader.text(names[book])
            titles = _titles_of_parts(workbook, _read_relations(reader, names))
            sheets = {}
            sizes = {}
            for name, real_name in names.items():
                title = titles.get(name.lower())
                before = reader.unpacked
                part = _scan_part(reader, real_name, title)
                if title is not None:
                    sheets[title] = part
                    sizes[real_name] = reader.unpacked - before
            refuse_repeated_texts(reader, find_shared_part(archive.namelist()), sizes)
    except (*BROKEN_ZIP, StopIteration, KeyError) as error:
        raise WorkbookRefused("damaged", {"detail": _("its list of sheets is missing or broken")}) from error
    properties = re.search(r"<(?:\w+:)?workbookPr[^<>]*>", workbook)
    is_1904 = properties is not None and attribute(properties.group(), "date1904") in {"1", "true"}
    return WorkbookParts(sheets, is_1904)


def _read_relations(reader: PartReader, names: dict[str, str]) -> str:
    name = next((name for name in names if name.lower().endswith("xl/_rels/workbook.xml.rels")), None)
    return "" if name is None else reader.text(names[name])


def _titles_of_parts(workbook: str, relations: str) -> dict[str, str]:
    """Return the sheet names by the lower-case names of their parts."""
    targets = {}
    for tag in re.findall(r"<(?:\w+:)?Relationship\s[^<>]*>", relations):
        target = html.unescape(attribute(tag, "Target") or "").lstrip("/").lower()
        targets[attribute(tag, "Id")] = target if target.startswith("xl/") else f"xl/{target}"
    tags = re.findall(r"<(?:\w+:)?sheet\s[^<>]*>", workbook)
    return {
        targets[attribute(tag, "id")]: html.unescape(attribute(tag, "name") or "")
        for tag in tags
        if attribute(tag, "id") in targets
    }


def _scan_part(reader: PartReader, name: str, title: str | None) -> SheetPart:
    part = SheetPart()
    tail = b""
    for chunk in reader.chunks(name):
        window = tail + chunk
        if not tail and _DECLARED.search(window[:_OVERLAP]):
            raise WorkbookRefused(
                "damaged", {"detail": _("it declares entities, which no spreadsheet writes")}
            )
        part.is_wide |= _refuse_far_cells(window, title or name)
        if title is not None:
            _collect_cells(window, part)
        tail = window[-_OVERLAP:]
    if part.is_wide:
        _refuse_wide_and_long(reader, name, title or name)
    return part


def _refuse_far_cells(window: bytes, title: str) -> bool:
    """Refuse cells beyond the limits; return whether a column beyond Z has content."""
    if not _MAYBE_FAR.search(window) and not any(odd in window for odd in _ODD_REFERENCES):
        return False
    is_wide = False
    for row, column in _filled_places(window):
        if column >= MAX_COLUMNS:
            raise WorkbookRefused("too_many_columns", {"sheet": title, "limit": "ZZ"})
        if row > MAX_ROWS:
            raise WorkbookRefused("too_many_rows", {"sheet": title, "limit": MAX_ROWS})
        is_wide |= column >= _TWO_LETTERS
    return is_wide


def _refuse_wide_and_long(reader: PartReader, name: str, title: str) -> None:
    """Refuse a sheet whose cells span too large a block: the fast reader fills it whole, blanks included."""
    rows = columns = 0
    tail = b""
    for chunk in open_parts(reader.archive).chunks(name):
        window = tail + chunk
        for row, column in _filled_places(window):
            rows, columns = max(rows, row), max(columns, column + 1)
        tail = window[-_OVERLAP:]
    if rows * columns > MAX_CELLS:
        raise WorkbookRefused("too_many_cells", {"sheet": title, "limit": MAX_CELLS})


def _filled_places(window: bytes) -> Iterator[tuple[int, int]]:
    """Yield the row, counted from 1, and the column, counted from 0, of each cell with content."""
    for tag in _FILLED.finditer(window):
        if found := _PLACE.search(tag.group(1)):
            yield int(found.group(2)), column_index(found.group(1).decode().upper())


def _collect_cells(window: bytes, part: SheetPart) -> None:
    end = 0
    for found in _LONG_NUMBER.finditer(window) if part.is_searched else ():
        cell = _cell_around(window, end, found.start())
        if cell is None:
            part.is_searched = False
            break
        end = found.end()
        if cell[1] in {None, "n"}:
            part.long_numbers[cell[0]] = found.group(1).decode()
    if b"<f" in window or b":f" in window:
        _collect_formulas(window, part)
    if b"mergeCell" in window:
        part.merges.update(_read_merges(window))
    if len(part.merges) + len(part.long_numbers) + len(part.bare_formulas) > MAX_CAREFUL:
        raise WorkbookRefused("too_many_cells", {"limit": MAX_CELLS})


def _collect_formulas(window: bytes, part: SheetPart) -> None:
    end = 0
    for found in _BARE_FORMULA.finditer(window):
        cell = _cell_around(window, end, found.start())
        end = found.end()
        # A formula whose result is an empty text has been worked out: the cell is blank.
        if cell is not None and not (cell[1] == "str" and found.group(2)):
            formula = (found.group(1) or b"").decode("utf-8", "replace")
            part.bare_formulas[cell[0]] = "=" + html.unescape(formula)


def _cell_around(window: bytes, begin: int, position: int) -> tuple[tuple[int, int], str | None] | None:
    """Return place and type of the cell whose content stands at a position, begun after another one."""
    start = max(window.rfind(b"<c ", begin, position), window.rfind(b":c ", begin, position) - 8, begin)
    tags = list(_CELL_START.finditer(window, start, position))
    if not tags:
        return None
    tag = " " + tags[-1].group(1).decode("ascii", "replace")
    reference = _REFERENCE.fullmatch(attribute(tag, "r") or "")
    if reference is None:
        return None
    return (int(reference.group(2)) - 1, column_index(reference.group(1))), attribute(tag, "t")


def _read_merges(window: bytes) -> Iterator[tuple[int, int, int, int]]:
    for left, top, right, bottom in _MERGE.findall(window):
        yield int(top) - 1, column_index(left.decode()), int(bottom) - 1, column_index(right.decode())


def column_index(letters: str) -> int:
    """Return the number of a column, counted from 0.

    >>> column_index("A"), column_index("AA")
    (0, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1
