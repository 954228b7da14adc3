"""Checks across rows: what one row says against what another says."""

from __future__ import annotations

import polars as pl

from tongxin.workbooks.ledger import Ledger
from tongxin.workbooks.readers import ROW

_SHOWN_ROWS = 10
_PERSON = "__person"


def check_rows(ledger: Ledger) -> None:
    """Find rows of one file that cannot all be true.

    Whether employments overlap cannot be told here: a blank end may be known to the registry.
    """
    ledger.change(**{_PERSON: pl.concat_str("document_type", "document_number", separator=" ")})
    _check_same_employment(ledger)
    for key in ("name", "sex", "born_on"):
        is_other = pl.col(_PERSON).is_not_null() & (pl.col(key).n_unique().over(_PERSON) > 1)
        _report_group(ledger, "person_contradicts_row", key, _PERSON, _differs(key, _PERSON) & is_other)
    _check_certificates(ledger)
    ledger.table = ledger.table.drop(_PERSON)


def _differs(key: str, group: str) -> pl.Expr:
    """Tell whether a group has more than one value, blanks aside."""
    return pl.col(key).drop_nulls().n_unique().over(group) > 1


def _report_group(ledger: Ledger, code: str, key: str, group: str, where: pl.Expr) -> None:
    """Report every row of the groups for which the condition is true, with the numbers of their rows.

    Of many rows the first are named, and in brackets how many there are.
    """
    found = ledger.table.filter(pl.col(group).is_not_null() & where)
    if found.is_empty():
        return
    shown = pl.col(ROW).sort().head(_SHOWN_ROWS).cast(pl.String).str.join(", ")
    more = pl.format(", … ({})", pl.len())
    rows = found.group_by(group).agg(
        __rows=pl.when(pl.len() > _SHOWN_ROWS).then(pl.concat_str(shown, more)).otherwise(shown)
    )
    ledger.table = ledger.table.join(rows, on=group, how="left", maintain_order="left")
    is_found = pl.col(ROW).is_in(found[ROW].implode())
    ledger.report(code, key, is_found, {"rows": pl.col("__rows")})
    ledger.table = ledger.table.drop("__rows")


def _check_same_employment(ledger: Ledger) -> None:
    ledger.change(__employment=pl.concat_str(_PERSON, "started_on", separator=" "))
    is_twice = pl.len().over("__employment") > 1
    _report_group(ledger, "employment_twice", "document_number", "__employment", is_twice)
    ledger.table = ledger.table.drop("__employment")


def _check_certificates(ledger: Ledger) -> None:
    key = "certificate_number"
    of_two = pl.col(_PERSON).drop_nulls().n_unique().over(key) > 1
    _report_group(ledger, "certificate_of_two_people", key, key, of_two)
    differs = pl.any_horizontal(_differs(column, key) for column in ("grade", "issued_on", "issuer"))
    of_one = pl.col(_PERSON).drop_nulls().n_unique().over(key) == 1
    _report_group(ledger, "certificate_contradicts_row", key, key, differs & of_one)
