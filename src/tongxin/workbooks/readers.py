"""Reading a workbook: from a file of any kind to one table of text, exactly as sent."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from tongxin.workbooks.containers import MAX_UNPACKED_MEGABYTES
from tongxin.workbooks.findings import FINDINGS, SCHEMA, no_findings
from tongxin.workbooks.grids import Grid, read_grids
from tongxin.workbooks.headers import HeaderMatch, find_header, find_plain_header
from tongxin.workbooks.layouts import Layout
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workbooks.shared_texts import MAX_TEXT

ROW = "row"
_QUOTED = 200


@dataclass(frozen=True)
class Sheet:
    """A table of text as sent.

    `frame` has `row` (the number that the spreadsheet shows) and one text column for each key of the layout,
    all null where the file lacks the column; without a layout, one column for each header. Blank rows are
    left out and keep their numbers.
    """

    name: str
    header_row: int
    frame: pl.DataFrame
    headers: Mapping[str, str]
    """Header as sent, by key."""
    unknown_headers: tuple[str, ...] = ()
    is_1904: bool = False
    """Whether day numbers count from 1904, as in old files of Macintosh computers."""
    findings: pl.DataFrame = field(default_factory=no_findings)
    """Warnings about the file as a whole."""
    overlong_rows: frozenset[int] = frozenset()
    """The rows with text in a column that has no header; only of a table read with its own headers."""


def read_sheet(
    path: Path | str, layout: Layout | None = None, *, mapping: Mapping[str, str] | None = None
) -> Sheet:
    r"""Read the table of a workbook or text file.

    Parameters
    ----------
    path : Path or str
        An .xlsx, .xls or delimited text file; its name does not matter.
    layout : Layout, optional
        The columns to look for. Without one the fullest visible sheet is read with its own headers.
    mapping : mapping of str to str, optional
        The sender's own headers to keys of the layout; an empty key leaves a column unread.

    Returns
    -------
    Sheet

    Raises
    ------
    WorkbookRefused
        When the file cannot be read as a whole, or lacks required columns.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "pay.csv"
    ...     _ = path.write_text("Pay of 2025\nfirm,pay\n7,1200\n\n8,900\n")
    ...     read_sheet(path).frame.rows()
    [(3, '7', '1200'), (5, '8', '900')]
    """
    grids = [grid for grid in read_grids(Path(path)) if find_plain_header(grid.cells) is not None]
    if not grids:
        raise WorkbookRefused("no_rows")
    return _read_plain(grids) if layout is None else _read_laid_out(grids, layout, mapping or {})


def _read_plain(grids: list[Grid]) -> Sheet:
    grid = max(grids, key=_count_filled)
    header = find_plain_header(grid.cells) or 0
    headers = _distinct_headers(grid.cells.row(header))
    frame = _take_rows(grid, header, {name: i for i, name in headers.items()})
    return Sheet(
        grid.name,
        header + 1,
        frame,
        {name: name for name in headers.values()},
        is_1904=grid.is_1904,
        overlong_rows=_overlong_rows(grid, header, headers),
    )


def _overlong_rows(grid: Grid, header: int, headers: Mapping[int, str]) -> frozenset[int]:
    beside = {str(i): i for i in range(grid.cells.width) if i not in headers}
    return frozenset(_take_rows(grid, header, beside)[ROW]) if beside else frozenset()


def _count_filled(grid: Grid) -> int:
    return sum(column.count() for column in grid.cells)


def _distinct_headers(texts: tuple[str | None, ...]) -> dict[int, str]:
    headers: dict[int, str] = {}
    for i, text in enumerate(texts):
        if text and text.strip():
            name = text.strip()
            if name in headers.values() or name == ROW:
                raise WorkbookRefused("column_twice", {"column": name, "headers": [name]})
            headers[i] = name
    return headers


def _read_laid_out(grids: list[Grid], layout: Layout, mapping: Mapping[str, str]) -> Sheet:
    matches, refused = _match_grids(grids, layout, mapping)
    if not matches:
        raise refused[0]
    grid, match = max(matches, key=lambda pair: pair[1].score)
    if missing := [column for column in layout.required if column.key not in match.columns]:
        raise WorkbookRefused(
            "columns_missing",
            {
                "missing": [column.header for column in missing],
                "row": match.last_row + 1,
                "headers": [text.strip() for text in match.headers.values()],
            },
        )
    frame = _show_dates(_take_rows(grid, match.last_row, match.columns, layout.keys), layout)
    # Long tables repeat their header for printing.
    repeats = [pl.col(column.key) == match.headers[match.columns[column.key]] for column in layout.required]
    frame = frame.filter(~pl.all_horizontal(repeats).fill_null(value=False)) if repeats else frame
    if frame.is_empty():
        raise WorkbookRefused("no_rows")
    others = [other.name for other, found in matches if other is not grid and _is_complete(found, layout)]
    return Sheet(
        name=grid.name,
        header_row=match.last_row + 1,
        frame=frame,
        headers={key: match.headers[i] for key, i in match.columns.items()},
        unknown_headers=match.ignored,
        is_1904=grid.is_1904,
        findings=pl.concat(
            [
                _warn_of_unread(match.ignored, others, grid.name),
                _warn_of_merges(grid, match, frame[ROW], layout),
            ]
        ),
    )


def _match_grids(
    grids: list[Grid], layout: Layout, mapping: Mapping[str, str]
) -> tuple[list[tuple[Grid, HeaderMatch]], list[WorkbookRefused]]:
    matches, refused = [], []
    for grid in grids:
        try:
            matches.append((grid, find_header(grid.cells, layout, mapping)))
        except WorkbookRefused as refusal:
            refused.append(refusal)
    return matches, refused


def _is_complete(match: HeaderMatch, layout: Layout) -> bool:
    return all(column.key in match.columns for column in layout.required)


def _take_rows(
    grid: Grid, header: int, columns: Mapping[str, int], keys: tuple[str, ...] | None = None
) -> pl.DataFrame:
    cells = _fill_merges(grid, header)
    present = [
        pl.col(str(columns[key])).alias(key) if key in columns else pl.lit(None, pl.String).alias(key)
        for key in (keys or tuple(columns))
    ]
    taken = cells.with_row_index(ROW, offset=1).slice(header + 1)
    frame = taken.select(pl.col(ROW).cast(pl.Int64), *present)
    has_text = pl.any_horizontal(pl.exclude(ROW).str.strip_chars().str.len_bytes().fill_null(0).gt(0))
    return frame.filter(has_text)


def _show_dates(frame: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Take off the midnight that the reader adds to date cells: nobody saw or sent it."""
    keys = [column.key for column in layout.columns if column.kind == "date"]
    return frame.with_columns(pl.col(keys).str.replace(r"^(\d{4}-\d\d-\d\d) 00:00:00$", "$1"))


def _fill_merges(grid: Grid, header: int) -> pl.DataFrame:
    """Repeat the value of cells merged downwards: each of their rows was meant to have it."""
    cells = grid.cells
    sources: dict[int, list[int]] = {}
    filled: dict[int, int] = {}
    for top, left, bottom, _ in sorted(grid.merges):
        if top > header and bottom > top and left < cells.width and top < cells.height:
            if left not in sources:
                sources[left] = list(range(cells.height))
            rows = sources[left]
            # Real blocks never overlap; made ones are filled once, not again and again.
            first, last = max(top, filled.get(left, 0)), min(bottom, cells.height - 1)
            rows[first : last + 1] = [top] * (last + 1 - first)
            filled[left] = max(last + 1, filled.get(left, 0))
    columns = [cells[str(i)].gather(rows) for i, rows in sources.items()]
    if sum(int(column.str.len_bytes().sum() or 0) for column in columns) > MAX_TEXT:
        raise WorkbookRefused("unpacks_too_large", {"limit": MAX_UNPACKED_MEGABYTES})
    return cells.with_columns(columns)


def _warn_of_unread(headers: tuple[str, ...], sheets: list[str], sheet: str) -> pl.DataFrame:
    unread = [(None, None, None, "column_unknown", text.strip(), None) for text in headers]
    ignored = [
        (None, None, None, "sheet_ignored", other, json.dumps({"sheet": sheet}, ensure_ascii=False))
        for other in sheets
    ]
    return _warnings([*unread, *ignored])


def _warn_of_merges(grid: Grid, match: HeaderMatch, rows: pl.Series, layout: Layout) -> pl.DataFrame:
    """Say for cells merged sideways that only the first has a value: the others merely look blank."""
    keys = {i: key for key, i in match.columns.items()}
    read = set(rows)
    found = []
    for top, left, _bottom, right in sorted(grid.merges):
        covered = next((keys[i] for i in range(left + 1, right + 1) if i in keys), None)
        if covered is not None and top + 1 in read and 0 <= left < grid.cells.width:
            text = (grid.cells.item(top, left) or "")[:_QUOTED]
            found.append((top + 1, covered, layout.header(covered), "merged_sideways", text, None))
    return _warnings(found)


def _warnings(found: Sequence[tuple[object, ...]]) -> pl.DataFrame:
    frame = pl.DataFrame(
        found,
        schema={name: dtype for name, dtype in SCHEMA.items() if name != "severity"},
        orient="row",
    )
    severity = {code: finding.severity for code, finding in FINDINGS.items()}
    return frame.with_columns(
        severity=pl.col("code").replace_strict(severity, return_dtype=pl.String)
    ).select(list(SCHEMA))
