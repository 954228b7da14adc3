from __future__ import annotations

import pytest
from tests.workbooks.rosters import LAYOUT

from tongxin.codes.lists import get_list
from tongxin.workbooks.headers import fold_header
from tongxin.workbooks.layouts import Column, Layout
from tongxin.workbooks.readers import read_sheet
from tongxin.workbooks.refusals import WorkbookRefused

REPORTED = Layout(
    name="reported",
    columns=(
        Column("organisation", "Firm", required=True, aliases=("fcode",)),
        Column("period", "Period", required=True, aliases=("year",)),
        Column("employ", "Employees"),
        Column("scrap", "Scrap rate"),
    ),
)


def test_no_name_stands_for_two_columns():
    names = [
        fold_header(name)
        for column in LAYOUT.columns
        for name in {fold_header(name) for name in (column.header, column.key, *column.aliases)}
    ]

    assert len(names) == len(set(names))


def test_every_code_list_exists():
    for column in LAYOUT.columns:
        if column.kind == "code":
            assert get_list(column.code_list).entries
        assert column.kind in LAYOUT.kinds


def test_five_columns_are_required():
    assert [column.key for column in LAYOUT.required] == [
        "name",
        "document_type",
        "document_number",
        "form",
        "started_on",
    ]


def test_a_table_of_reported_figures_is_read_by_a_layout_of_its_own(tmp_path):
    (tmp_path / "a.csv").write_text("year,fcode,workers,scrap\n1987,410032,100,\n1988,410032,131,3.5\n")

    sheet = read_sheet(tmp_path / "a.csv", REPORTED, mapping={"workers": "employ"})

    assert sheet.frame.rows() == [(2, "410032", "1987", "100", None), (3, "410032", "1988", "131", "3.5")]


def test_a_layout_of_its_own_lists_what_is_missing(tmp_path):
    (tmp_path / "a.csv").write_text("year,employ\n1987,100\n")

    with pytest.raises(WorkbookRefused, match="Required columns are missing: Firm"):
        read_sheet(tmp_path / "a.csv", REPORTED)
