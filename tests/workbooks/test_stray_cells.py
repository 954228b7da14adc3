"""A blank cell far from the table says nothing, and costs nothing."""

from __future__ import annotations

import tracemalloc

import pytest
import xlsxwriter
from tests.workbooks.builders import good_rows, read, save_xlsx, table_of
from tests.workbooks.rosters import LAYOUT
from tests.workbooks.test_hostile_files import shared_workbook
from tests.workbooks.test_refusals import refusal_of, rewrite_sheet

ROWS = good_rows(3)


@pytest.mark.parametrize("cell", ["A1048576", "C300001", "XFD2", "ZZ290000"])
@pytest.mark.parametrize("blank", [" ", "\u3000", "\n\t"])
def test_a_blank_far_out_passes_and_the_rows_keep_their_numbers(tmp_path, cell, blank):
    def stray(sheet):
        sheet[cell] = blank

    sheet = read(save_xlsx(tmp_path / "a.xlsx", table_of(ROWS), stray))

    assert sheet.frame["row"].to_list() == [2, 3, 4]
    assert sheet.frame["name"].to_list() == [row["name"] for row in ROWS]


def test_a_shared_blank_far_out_passes_and_no_number_is_taken_for_it(tmp_path):
    wage = LAYOUT.keys.index("monthly_wage")
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as workbook:
        sheet = workbook.add_worksheet()
        # The blank is shared text 0; a cell with the number 0 must stay.
        sheet.write_string(1_048_575, 0, " ")
        sheet.write_blank(1_048_575, 1, None, workbook.add_format({"bold": True}))
        for i, cells in enumerate(table_of(ROWS)):
            for j, text in enumerate(cells):
                if i and j == wage:
                    sheet.write_number(i, j, 0)
                elif text:
                    sheet.write_string(i, j, text)

    frame = read(tmp_path / "a.xlsx").frame

    assert frame["row"].to_list() == [2, 3, 4]
    assert frame["monthly_wage"].to_list() == ["0"] * 3


def test_a_text_far_out_is_refused_even_beside_blanks(tmp_path):
    def stray(sheet):
        sheet["A1048570"], sheet["A1048576"] = " ", "x"

    refusal = refusal_of(save_xlsx(tmp_path / "a.xlsx", table_of(ROWS), stray))

    assert refusal.code == "too_many_rows"


def test_a_stray_blank_takes_little_memory(tmp_path):
    def stray(sheet):
        sheet["A1048576"] = " "

    path = save_xlsx(tmp_path / "a.xlsx", table_of(ROWS), stray)
    tracemalloc.start()
    try:
        read(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert peak < 20_000_000


def test_formulas_that_gave_an_empty_text_are_blank(tmp_path):
    cells = b"".join(
        b'<row r="%d"><c r="A%d" t="str"><f>IF(Z1="","",Z1)</f><v></v></c></row>' % (i, i)
        for i in range(5, 500)
    )

    path = rewrite_sheet(
        shared_workbook(tmp_path / "a.xlsx"),
        tmp_path / "b.xlsx",
        lambda xml: xml.replace(b"</sheetData>", cells + b"</sheetData>"),
    )

    assert read(path).frame["row"].to_list() == [2, 3, 4]
