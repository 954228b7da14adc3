"""Text files with separators: their encoding and separator are found, their lines kept as sent."""

from __future__ import annotations

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from itertools import islice

import polars as pl

from tongxin.containers.marking import gettext_noop as _
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workbooks.sheet_parts import MAX_CELLS, MAX_COLUMNS, MAX_ROWS

SEPARATORS = (",", "\t", ";", "|")
MAX_FIELD = 100_000
MAX_LINE = 1_000_000
_BATCH = 20_000
_SAMPLE_LINES = 50


def decode(content: bytes) -> str:
    r"""Return the text of a file in UTF-8, UTF-16 or GB18030, without its byte order mark.

    >>> decode(b"\xd0\xd5\xc3\xfb") == decode(b"\xef\xbb\xbf\xe5\xa7\x93\xe5\x90\x8d")
    True
    """
    encodings = ["utf-8-sig", "gb18030"]
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    elif b"\x00" in content[:4096]:
        # Latin separators and digits put a zero byte second in little-endian text.
        head = content[:4096]
        encodings = ["utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"]
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise WorkbookRefused("encoding_unknown")


def find_separator(text: str) -> str:
    r"""Return the separator that splits most of the first lines into the same number of fields.

    >>> find_separator("a;b;c\n1,5;2;3\n2,5;3;4")
    ';'
    """
    lines = [line[:MAX_FIELD] for line in text[:200_000].splitlines()[:_SAMPLE_LINES] if line.strip()]

    def agreement(separator: str) -> tuple[int, int]:
        widths = Counter(len(row) for row in csv.reader(lines, delimiter=separator)) or Counter([1])
        width, count = max(widths.items(), key=lambda item: ((item[0] > 1) * item[1], item[0]))
        return (count, width) if width > 1 else (0, 1)

    return max(SEPARATORS, key=agreement)


def read_delimited(content: bytes) -> pl.DataFrame:
    """Return all lines as text columns; line n of the frame is record n of the file, blank ones included."""
    text = decode(content)
    csv.field_size_limit(MAX_FIELD)
    if max(map(len, _lines(text)), default=0) > MAX_LINE:
        raise WorkbookRefused("too_many_columns", {"sheet": "CSV", "limit": MAX_COLUMNS})
    frames: list[pl.DataFrame] = []
    batch: list[list[str]] = []
    for number, record in enumerate(_records(text)):
        if number >= MAX_ROWS:
            if any(field.strip() for field in record):
                raise WorkbookRefused("too_many_rows", {"sheet": "CSV", "limit": MAX_ROWS})
            continue
        batch.append(record)
        if len(batch) == _BATCH:
            frames.append(_to_frame(batch))
            batch = []
            _refuse_many_cells(frames)
    frames.append(_to_frame(batch))
    return pl.concat(frames, how="diagonal")


def _lines(text: str) -> io.StringIO:
    """Return the lines of a text, whichever of the three usual signs ends them."""
    return io.StringIO(text, newline=None)


def _records(text: str) -> Iterator[list[str]]:
    """Yield the records, or refuse a quotation that swallows all that follows it."""
    number = begun = before = 0
    try:
        reader = csv.reader(_lines(text), delimiter=find_separator(text))
        for number, record in enumerate(reader, start=1):  # noqa: B007
            begun, before = reader.line_num, begun
            yield record
    except csv.Error as error:
        if '"' in next(islice(_lines(text), begun, None), ""):
            raise WorkbookRefused("quotation_open", {"row": number + 1}) from error
        raise WorkbookRefused(
            "damaged", {"detail": _("a cell holds more than 100,000 characters")}
        ) from error
    if number and begun - before > 1 and "".join(islice(_lines(text), before, None)).count('"') % 2:
        raise WorkbookRefused("quotation_open", {"row": number})


def _refuse_many_cells(frames: list[pl.DataFrame]) -> None:
    if sum(frame.height * frame.width for frame in frames) > MAX_CELLS:
        raise WorkbookRefused("too_many_cells", {"limit": MAX_CELLS})


def _to_frame(records: list[list[str]]) -> pl.DataFrame:
    width = max((len(record) for record in records), default=0)
    if width > MAX_COLUMNS:
        raise WorkbookRefused("too_many_columns", {"sheet": "CSV", "limit": MAX_COLUMNS})
    # A blank record must stay a row: without it every later row number would be wrong.
    columns = {
        str(i): [record[i] if i < len(record) and record[i] != "" else None for record in records]
        for i in range(max(width, 1))
    }
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))
