"""Stray blanks: a space far below or beside the table, which would make a sheet of a few rows a huge one.

Only a file that would be refused for its size is looked through; its blank cells are left out and it is
searched anew. Row numbers stay, since every cell that is left out tells its own place.
"""

from __future__ import annotations

import io
import re
import zipfile

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.packed import BROKEN_ZIP
from tongxin.workbooks.containers import open_parts
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workbooks.shared_texts import blank_texts, find_shared_part, windows
from tongxin.workbooks.sheet_parts import WorkbookParts, scan_parts

_FAR = frozenset({"too_many_rows", "too_many_columns", "too_many_cells"})
_MAX_BLANKS = 50
"""A table of shared texts has one blank text, or a few; with more, the sender has something else in mind."""
_SHEET = re.compile(r"^/?xl/worksheets/[^/]+\.xml$", re.IGNORECASE)
_BLANK = (
    rb"(?:[ \t\r\n]|\xc2\xa0|\xe3\x80\x80|\xe2\x80[\x80-\x8f]|\xef\xbb\xbf"
    rb"|&#(?:9|10|13|32|160|12288|x[aA]0|x20|x3000);|_x000[9adAD]_)*+"
)


def scan_without_strays(content: bytes) -> tuple[bytes, WorkbookParts]:
    """Search all parts of an .xlsx file; return them with the content, less far blank cells if need be."""
    try:
        return content, scan_parts(content)
    except WorkbookRefused as refusal:
        fewer = _without_blank_cells(content) if refusal.code in _FAR else None
        if fewer is None:
            raise
        return fewer, scan_parts(fewer)


def _without_blank_cells(content: bytes) -> bytes | None:
    """Return the file without its blank cells, or None where it has none."""
    target = io.BytesIO()
    n_dropped = 0
    try:
        with (
            zipfile.ZipFile(io.BytesIO(content)) as archive,
            zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new,
        ):
            blank = _blank_cell(archive)
            for name in archive.namelist():
                reader = open_parts(archive)
                with new.open(name, "w", force_zip64=True) as part:
                    if not _SHEET.match(name):
                        part.writelines(reader.chunks(name))
                        continue
                    for window in windows(reader, name):
                        kept, n = blank.subn(b"", window)
                        n_dropped += n
                        part.write(kept)
    except BROKEN_ZIP as error:
        raise WorkbookRefused("damaged", {"detail": _("its zip archive is broken")}) from error
    return target.getvalue() if n_dropped else None


def _blank_cell(archive: zipfile.ZipFile) -> re.Pattern[bytes]:
    """Return the pattern of a cell that has a place and nothing that can be seen."""
    shared = find_shared_part(archive.namelist())
    numbers = blank_texts(open_parts(archive), shared) if shared else []
    tag = rb"<(?:\w+:)?c(?=\s)(?=[^<>]*?\sr=)%s[^<>]*+(?<!/)>\s*+"
    texts = rb"<(?:\w+:)?is>\s*+<(?:\w+:)?t(?:\s[^<>]*+)?>" + _BLANK + rb"</(?:\w+:)?t>\s*+</(?:\w+:)?is>"
    result = rb"(?:<(?:\w+:)?f[^<>]*+>(?:[^<]*+</(?:\w+:)?f>)?+)?+<(?:\w+:)?v(?:\s[^<>]*+)?>"
    forms = [
        tag % rb'(?=[^<>]*?\st="inlineStr")' + texts,
        tag % rb'(?=[^<>]*?\st="str")' + result + _BLANK + rb"</(?:\w+:)?v>",
    ]
    if 0 < len(numbers) <= _MAX_BLANKS:
        named = rb"<(?:\w+:)?v>(?:" + b"|".join(b"%d" % number for number in numbers) + rb")</(?:\w+:)?v>"
        forms.append(tag % rb'(?=[^<>]*?\st="s")' + named)
    return re.compile(rb"(?:" + b"|".join(forms) + rb")\s*+</(?:\w+:)?c>")
