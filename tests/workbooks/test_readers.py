"""Ugly files that are read."""

from __future__ import annotations

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import date, datetime, time

import openpyxl
import pytest
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from tests.workbooks import builders, rosters
from tests.workbooks.builders import CASES, good_rows, read, save_xls, save_xlsx, table_of

from tongxin.workbooks.readers import read_sheet
from tongxin.workbooks.refusals import WorkbookRefused

LAYOUT = rosters.LAYOUT
ROWS = good_rows(3)
NAMES = [row["name"] for row in ROWS]


def csv_text(table, separator=","):
    text = io.StringIO()
    csv.writer(text, delimiter=separator).writerows([[cell or "" for cell in cells] for cells in table])
    return text.getvalue()


def test_cells_are_kept_as_sent_with_the_row_that_the_spreadsheet_shows(tmp_path):
    sheet = read(save_xlsx(tmp_path / "a.xlsx", table_of(ROWS)))

    assert sheet.frame["row"].to_list() == [2, 3, 4]
    assert sheet.frame.row(1, named=True) == {"row": 3} | {
        key: ROWS[1].get(key) or None for key in LAYOUT.keys
    }
    assert sheet.unknown_headers == ()
    assert sheet.findings.is_empty()


def test_title_rows_may_stand_above_the_header(tmp_path):
    def add_titles(sheet):
        sheet.insert_rows(1, 4)
        sheet["A1"] = CASES["title"]
        sheet.merge_cells("A1:T2")
        sheet["B3"] = CASES["title"]

    sheet = read(save_xlsx(tmp_path / "a.xlsx", table_of(ROWS), add_titles))

    assert sheet.header_row == 5
    assert sheet.frame.select("row", "name").rows() == list(zip([6, 7, 8], NAMES, strict=True))


def test_a_table_may_begin_anywhere(tmp_path):
    def move(sheet):
        sheet.insert_rows(1, 2)
        sheet.insert_cols(1, 3)

    assert read(save_xlsx(tmp_path / "a.xlsx", table_of(ROWS), move)).frame["row"].to_list() == [5 - 1, 5, 6]


def test_a_header_may_stand_in_two_merged_rows(tmp_path):
    def split_header(sheet):
        sheet.insert_rows(1)
        for column in range(1, 5):
            sheet.cell(1, column).value = sheet.cell(2, column).value
            sheet.cell(2, column).value = None
            sheet.merge_cells(start_row=1, end_row=2, start_column=column, end_column=column)
        sheet.cell(1, 5).value = CASES["title"]
        sheet.merge_cells("E1:T1")

    sheet = read(save_xlsx(tmp_path / "a.xlsx", table_of(ROWS), split_header))

    assert sheet.header_row == 2
    assert set(sheet.headers) == set(LAYOUT.keys)
    assert sheet.frame["name"].to_list() == NAMES


def test_cells_merged_downwards_count_for_each_row(tmp_path):
    def merge(sheet):
        sheet["K3"], sheet["K4"] = None, None
        sheet.merge_cells("K2:K4")

    sheet = read(save_xlsx(tmp_path / "a.xlsx", table_of(ROWS), merge))

    assert sheet.frame["form"].to_list() == [ROWS[0]["form"]] * 3


def test_columns_may_be_shuffled_missing_and_foreign(tmp_path):
    keys = ("form", "document_number", "started_on", "name", "document_type")
    table = table_of(ROWS, keys)
    for cells in table:
        cells.insert(2, CASES["remark"])

    sheet = read(save_xlsx(tmp_path / "a.xlsx", table))

    assert sheet.frame["name"].to_list() == NAMES
    assert sheet.frame["phone"].to_list() == [None] * 3
    assert sheet.unknown_headers == (CASES["remark"],)
    assert sheet.findings.select("row", "code", "severity", "found").rows() == [
        (None, "column_unknown", "warning", CASES["remark"])
    ]


def test_a_mapping_names_columns_that_nobody_knows(tmp_path):
    table = table_of(ROWS)
    table[0][0] = "Who"
    path = save_xlsx(tmp_path / "a.xlsx", table)

    with pytest.raises(WorkbookRefused) as refusal:
        read(path)
    sheet = read(path, mapping={"Who": "name", LAYOUT.header("phone"): ""})

    assert refusal.value.code == "columns_missing"
    assert refusal.value.params["missing"] == [LAYOUT.header("name")]
    assert "Who" in refusal.value.params["headers"]
    assert sheet.frame["name"].to_list() == NAMES
    assert sheet.headers["name"] == "Who"
    assert sheet.frame["phone"].null_count() == 3


def test_a_file_with_foreign_headers_only_is_refused_with_what_was_found(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", [[CASES["title"]], ["Who", "Number", "Since"], ["a", "b", "c"]])

    with pytest.raises(WorkbookRefused) as refusal:
        read(path)

    assert refusal.value.params["headers"] == ["Who", "Number", "Since"]
    assert refusal.value.params["row"] == 2


def test_two_columns_of_one_meaning_are_refused_unless_one_has_the_exact_header(tmp_path):
    alias = LAYOUT.column("name").aliases[0]
    exact = [[*cells, alias if i == 0 else "x"] for i, cells in enumerate(table_of(ROWS))]
    twice = [[*cells, LAYOUT.header("name") if i == 0 else "x"] for i, cells in enumerate(table_of(ROWS))]

    assert read(save_xlsx(tmp_path / "a.xlsx", exact)).frame["name"].to_list() == NAMES
    with pytest.raises(WorkbookRefused) as refusal:
        read(save_xlsx(tmp_path / "b.xlsx", twice))
    assert refusal.value.code == "column_twice"


def test_hidden_sheets_are_not_read(tmp_path):
    workbook = openpyxl.Workbook()
    hidden = workbook.active
    for cells in table_of(good_rows(9)):
        hidden.append(cells)
    hidden.sheet_state = "hidden"
    workbook.create_sheet("notes").append([CASES["title"]])
    shown = workbook.create_sheet("shown")
    for cells in table_of(ROWS):
        shown.append(cells)
    workbook.active = 2
    workbook.save(tmp_path / "a.xlsx")

    sheet = read(tmp_path / "a.xlsx")

    assert (sheet.name, sheet.frame.height) == ("shown", 3)
    assert sheet.findings.is_empty()


def test_a_second_sheet_with_people_is_told(tmp_path):
    workbook = openpyxl.Workbook()
    for name in ("one", "two"):
        sheet = workbook.create_sheet(name)
        for cells in table_of(ROWS):
            sheet.append(cells)
    workbook.remove(workbook.worksheets[0])
    workbook.save(tmp_path / "a.xlsx")

    assert read(tmp_path / "a.xlsx").findings.select("code", "found").rows() == [("sheet_ignored", "two")]


def test_blank_rows_keep_their_numbers_and_trailing_ones_go(tmp_path):
    table = table_of(ROWS)
    table.insert(2, [None] * 20)
    table += [[" "] * 20] * 5

    def format_below(sheet):
        sheet["A5000"].number_format = "@"

    sheet = read(save_xlsx(tmp_path / "a.xlsx", table, format_below))

    assert sheet.frame["row"].to_list() == [2, 4, 5]


def test_a_header_repeated_for_printing_is_no_row(tmp_path):
    header, first, *rest = table_of(ROWS)

    assert read(save_xlsx(tmp_path / "a.xlsx", [header, first, header, *rest])).frame["row"].to_list() == [
        2,
        4,
        5,
    ]


def test_numbers_dates_errors_and_formulas_come_as_people_see_them(tmp_path):
    rows = good_rows(1)
    rows[0] |= {
        "phone": 13800138000,
        "started_on": date(2020, 1, 2),
        "born_on": 43831,
        "issued_on": datetime(2020, 1, 2, 8, 30),  # noqa: DTZ001
        "monthly_wage": 6928.5,
        "is_member": True,
        "post": "=1+1",
    }

    def spoil(sheet):
        sheet["Q2"] = "#REF!"
        sheet["Q2"].data_type = "e"

    row = read(save_xlsx(tmp_path / "a.xlsx", table_of(rows), spoil)).frame.row(0, named=True)

    assert (row["phone"], row["started_on"], row["born_on"]) == ("13800138000", "2020-01-02", "43831")
    assert (row["issued_on"], row["monthly_wage"]) == ("2020-01-02 08:30:00", "6928.5")
    assert (row["is_member"], row["post"], row["issuer"]) == ("true", "=1+1", "#REF!")


def test_a_time_alone_is_no_reason_to_stop(tmp_path):
    rows = good_rows(1)
    rows[0]["post"] = time(8, 30)

    assert read(save_xlsx(tmp_path / "a.xlsx", table_of(rows))).frame.height == 1


def test_stored_results_of_formulas_count(tmp_path):
    # openpyxl stores no results, so one is written into the sheet's XML as a spreadsheet would.
    rows = good_rows(1)
    rows[0]["post"] = "=1+1"
    source, target = save_xlsx(tmp_path / "a.xlsx", table_of(rows)), tmp_path / "b.xlsx"
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>").replace(
                    b"<f>1+1</f><v></v>", b"<f>1+1</f><v>2</v>"
                )
            new.writestr(name, content)

    assert read(target).frame["post"].item() == "2"


@pytest.mark.parametrize("number", [330106199001011234, 3.30106199001011e17, 330106199001011200])
@pytest.mark.parametrize("save", [save_xlsx, save_xls])
def test_a_long_number_that_lost_its_digits_is_seen_as_the_spreadsheet_shows_it(tmp_path, save, number):
    rows = good_rows(2)
    rows[0]["document_number"] = number
    table = [[float(cell) if isinstance(cell, int) else cell for cell in cells] for cells in table_of(rows)]

    sheet = read(save(tmp_path / "a.any", table))

    assert sheet.frame["document_number"].to_list() == ["3.30106E+17", rows[1]["document_number"]]


def test_a_workbook_may_count_days_from_1904(tmp_path):
    workbook = openpyxl.Workbook()
    workbook.epoch = CALENDAR_MAC_1904
    rows = good_rows(1)
    rows[0] |= {"started_on": date(2020, 1, 2), "born_on": 30000}
    for cells in table_of(rows):
        workbook.active.append(cells)
    workbook.save(tmp_path / "a.xlsx")

    sheet = read(tmp_path / "a.xlsx")
    found = builders.check(tmp_path / "a.xlsx").findings.filter(code="birth_contradicts_number")

    assert sheet.is_1904
    assert sheet.frame["started_on"].item() == "2020-01-02"
    # 1904-01-01 + 30,000 days = 1986-02-19; the made-up birth date contradicts the number, but as a day.
    assert found["found"].to_list() == ["30000"]


def test_old_excel_files_are_read_whatever_their_name(tmp_path):
    rows = good_rows(3)
    rows[0]["started_on"] = date(2020, 1, 2)

    sheet = read(save_xls(tmp_path / "a.xlsx", table_of(rows)))

    assert sheet.frame["name"].to_list() == NAMES
    assert sheet.frame["started_on"][0] == "2020-01-02"


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [",", "\t", ";"])
def test_text_files_are_read_in_any_usual_encoding(tmp_path, encoding, separator):
    (tmp_path / "a.csv").write_bytes(csv_text(table_of(ROWS), separator).encode(encoding))

    sheet = read(tmp_path / "a.csv")

    assert sheet.frame["name"].to_list() == NAMES
    assert sheet.frame["row"].to_list() == [2, 3, 4]


def test_text_files_keep_blank_lines_long_lines_and_line_breaks_in_cells(tmp_path):
    rows = good_rows(2)
    rows[0]["post"] = 'a "b"\nc, d'
    header, first, second = table_of(rows)
    table = [[CASES["title"]], header, first, [], [*second, "x", "y"], [CASES["footer"]]]
    (tmp_path / "a.csv").write_text(csv_text(table), encoding="utf-8")

    sheet = read(tmp_path / "a.csv")

    assert sheet.frame["row"].to_list() == [3, 5, 6]
    assert sheet.frame["post"][0] == 'a "b"\nc, d'


def test_a_table_without_a_layout_keeps_its_own_headers(tmp_path):
    (tmp_path / "a.csv").write_text("fcode,year,employ\n410032,1987,100\n410032,1988,\n", encoding="utf-8")

    sheet = read_sheet(tmp_path / "a.csv")

    assert sheet.frame.columns == ["row", "fcode", "year", "employ"]
    assert sheet.frame.rows() == [(2, "410032", "1987", "100"), (3, "410032", "1988", None)]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
@pytest.mark.parametrize("form", ["xlsx", "xls"])
def test_files_saved_by_libreoffice_are_read(tmp_path, form):
    rows = good_rows(3)
    rows[0] |= {
        "started_on": date(2020, 1, 2),
        "monthly_wage": "=7000+1",
        "document_number": 330106199001011234,
    }
    source = save_xlsx(tmp_path / "a.xlsx", table_of(rows))
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(source)], check=True, capture_output=True)

    row = read(tmp_path / "out" / f"a.{form}").frame.row(0, named=True)

    assert (row["started_on"], row["monthly_wage"], row["document_number"]) == (
        "2020-01-02",
        "7001",
        "3.30106E+17",
    )
