"""The check of a roster: typed rows that may go on, and everything found in the others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import polars as pl

from tongxin.workbooks.cell_checks import check_cells
from tongxin.workbooks.certificate_checks import check_certificates
from tongxin.workbooks.employment_checks import check_employments
from tongxin.workbooks.findings import ERROR
from tongxin.workbooks.layouts import Layout, load_layout
from tongxin.workbooks.ledger import Ledger
from tongxin.workbooks.person_checks import check_people
from tongxin.workbooks.readers import ROW, Sheet
from tongxin.workbooks.row_checks import check_rows

WAGE = "wage_fen"


@dataclass(frozen=True)
class RosterCheck:
    """What a check found.

    `rows` has `row` and the keys of the layout, normalised: codes of the code lists, dates, `is_member` as a
    boolean, `wage_fen` (int64) in place of `monthly_wage`; only rows without an error. `findings` has the
    columns of `findings.SCHEMA`, ordered by row and column. `n_rows` counts all rows that were read.
    """

    rows: pl.DataFrame
    findings: pl.DataFrame
    n_rows: int

    @property
    def errors(self) -> pl.DataFrame:
        """The findings that keep a row out."""
        return self.findings.filter(pl.col("severity") == ERROR)

    @property
    def n_rejected(self) -> int:
        """How many rows are kept out."""
        return self.n_rows - self.rows.height


def check_roster(
    sheet: Sheet,
    *,
    credit_code: str,
    today: date,
    registered_on: date | None = None,
    layout: Layout | None = None,
) -> RosterCheck:
    """Check every row of a roster and normalise those without an error.

    Parameters
    ----------
    sheet : Sheet
        What `read_sheet` returned with the roster layout.
    credit_code : str
        The unified social credit code of the sending unit.
    today : date
        Dates after it lie in the future.
    registered_on : date, optional
        When the unit was registered; an earlier entry date is a warning.
    layout : Layout, optional
        The roster layout, when another than the one that ships.

    Returns
    -------
    RosterCheck
    """
    ledger = Ledger(sheet, layout or load_layout("roster"))
    check_cells(ledger)
    check_people(ledger, today)
    check_certificates(ledger)
    check_employments(ledger, credit_code, today, registered_on)
    check_rows(ledger)
    keys = [pl.col(key) for key in ledger.layout.keys if key != "monthly_wage"]
    rows = ledger.accepted().select(ROW, *keys, pl.col("monthly_wage").cast(pl.Int64).alias(WAGE))
    return RosterCheck(rows, ledger.findings(), sheet.frame.height)
