"""Refusals of workbooks: why a whole file cannot be read, and what its sender can do.

A refusal concerns the file; what is wrong with a single cell or row is a finding (`findings.py`).
"""

from __future__ import annotations

from collections.abc import Mapping

from tongxin.containers.marking import gettext_noop as _
from tongxin.containers.refusals import FileRefused, Refusal

_ALL = (
    Refusal("file_empty", _("The file is empty (0 bytes)."), _("Save the workbook again and send it.")),
    Refusal(
        "no_rows",
        _("The file holds no rows: no visible sheet has any text below a header."),
        _("Fill in the template and send it; hidden sheets are not read."),
    ),
    Refusal(
        "not_a_workbook",
        _("The file is %(found)s, not a workbook, whatever its name says."),
        _("Open it in a spreadsheet program, save it as .xlsx or .csv and send that file."),
    ),
    Refusal(
        "damaged",
        _("The workbook is damaged and cannot be opened (%(detail)s)."),
        _("Open it in a spreadsheet program, let it repair the file, save it as a new .xlsx and send that."),
    ),
    Refusal(
        "encrypted",
        _("The workbook is protected by a password."),
        _("Remove the password (File, Info, Protect Workbook), save it and send it again."),
    ),
    Refusal(
        "file_too_large",
        _("The file has %(found)s MB; at most %(limit)s MB are read."),
        _("Remove pictures and unused sheets, or split the rows over several files."),
    ),
    Refusal(
        "unpacks_too_large",
        _("The workbook unpacks to more than %(limit)s MB, or is packed suspiciously tightly."),
        _("Copy the rows into a fresh template and send that."),
    ),
    Refusal(
        "too_many_rows",
        _("Sheet “%(sheet)s” has cells beyond row %(limit)s."),
        _("Split the rows over several files; delete stray cells far below the table."),
    ),
    Refusal(
        "too_many_columns",
        _("Sheet “%(sheet)s” has cells beyond column %(limit)s."),
        _("Delete stray cells far to the right of the table, save and send it again."),
    ),
    Refusal(
        "too_many_cells",
        _("The sheets span more than %(limit)s cells."),
        _("Split the rows over several files; delete unused sheets and stray cells far from the table."),
    ),
    Refusal(
        "encoding_unknown",
        _("The text file is written neither in UTF-8, UTF-16 nor in GB18030."),
        _("Save it as .xlsx, or as CSV UTF-8, and send that file."),
    ),
    Refusal(
        "quotation_open",
        _("Row %(row)s opens a quotation mark that nothing closes; all rows below it would be lost."),
        _("Remove that quotation mark or save the table as .xlsx, and send the file again."),
    ),
    Refusal(
        "columns_missing",
        _("Required columns are missing: %(missing)s. Row %(row)s was taken for the header: %(headers)s."),
        _("Add these columns, or say which of your columns they are."),
    ),
    Refusal(
        "column_twice",
        _("Two columns say the same thing (%(column)s): %(headers)s."),
        _("Keep one of them, or say which one to read."),
    ),
)

REFUSALS: Mapping[str, Refusal] = {refusal.code: refusal for refusal in _ALL}


class WorkbookRefused(FileRefused):
    """A workbook that is refused as a whole.

    A file whose header lacks columns has `params["headers"]` (what was found) and `params["missing"]`,
    so that a page can offer a mapping.
    """

    refusals = REFUSALS
