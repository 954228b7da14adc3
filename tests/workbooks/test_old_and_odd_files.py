"""What other programs write: old files, files of WPS, cells without a place, broken text files."""

from __future__ import annotations

import re
import shutil
import zipfile
from datetime import date

import pytest
import xlwt
from tests.workbooks.builders import check, codes_of, good_rows, read, save_xls, save_xlsx, table_of
from tests.workbooks.rosters import LAYOUT
from tests.workbooks.test_hostile_files import rewrite, shared_workbook
from tests.workbooks.test_readers import csv_text
from tests.workbooks.test_refusals import refusal_of

ROWS = good_rows(3)
NAMES = [row["name"] for row in ROWS]
WPS = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/custom-properties">'
    '<property fmtid="{D5CDD505-2E9C-101B-9397-08002B2CF9AE}" pid="2" name="KSOProductBuildVer"/>'
    "</Properties>"
)


def test_merged_cells_of_old_files_count_for_each_row(tmp_path):
    workbook = xlwt.Workbook()
    workbook.add_sheet("notes").write_merge(0, 5, 0, 3, "x")
    sheet = workbook.add_sheet("roster")
    form = LAYOUT.keys.index("form")
    for i, cells in enumerate(table_of(ROWS)):
        for j, text in enumerate(cells):
            if text and not (j == form and i > 1):
                sheet.write(i, j, text)
    sheet.merge(1, 3, form, form)
    workbook.save(str(tmp_path / "a.xls"))

    assert read(tmp_path / "a.xls").frame["form"].to_list() == [ROWS[0]["form"]] * 3


def test_cells_merged_sideways_are_told(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", table_of(ROWS), lambda sheet: sheet.merge_cells("A3:C3"))

    found = check(path)

    assert (3, "document_type", "merged_sideways") in codes_of(found)
    assert (3, "document_number", "required") in codes_of(found)
    assert found.findings.filter(code="merged_sideways")["found"].to_list() == [NAMES[1]]


def test_old_files_may_count_days_from_1904(tmp_path):
    # 2020-01-02 is day 42,370 of the calendar that begins on 1904-01-01.
    workbook = xlwt.Workbook()
    workbook.dates_1904 = True
    sheet = workbook.add_sheet("roster")
    day = xlwt.easyxf(num_format_str="yyyy-mm-dd")
    rows = good_rows(2)
    for i, cells in enumerate(table_of([{**row, "started_on": 42_370} for row in rows])):
        for j, value in enumerate(cells):
            if value:
                sheet.write(i, j, value, *([day] if value == 42_370 and i == 1 else []))
    workbook.save(str(tmp_path / "a.xls"))

    found = check(tmp_path / "a.xls")

    assert read(tmp_path / "a.xls").frame["started_on"].to_list() == ["2020-01-02", "42370"]
    assert found.rows["started_on"].to_list() == [date(2020, 1, 2)] * 2


def test_files_with_the_marks_of_wps_are_read(tmp_path):
    source = shared_workbook(tmp_path / "a.xlsx")

    def add_readings(xml):
        # Rich text with a reading aid, which is no part of the text.
        return re.sub(
            rb"<si><t>([^<]*)</t></si>",
            rb'<si><r><rPr><b/></rPr><t>\1</t></r><rPh sb="0" eb="1"><t>ZHANG</t></rPh></si>',
            xml,
        )

    path = rewrite(source, tmp_path / "b.et", "sharedStrings.xml", add_readings)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("docProps/custom.xml", WPS)
        archive.writestr("customStorage/customStorage.xml", "<customStorage><book/></customStorage>")
        archive.writestr("woProps/woProps.xml", "<woProps/>")

    assert read(path).frame["name"].to_list() == NAMES


@pytest.mark.parametrize("kind", ["str", "inlineStr"])
def test_texts_may_stand_in_their_cells(tmp_path, kind):
    def write_inside(xml):
        form = rb't="str"><v>\1</v>' if kind == "str" else rb't="inlineStr"><is><r><t>\1</t></r></is>'
        return re.sub(rb't="inlineStr"><is><t[^>]*>([^<]*)</t></is>', form, xml)

    path = rewrite(
        save_xlsx(tmp_path / "a.xlsx", table_of(ROWS)), tmp_path / "b.xlsx", "sheet1.xml", write_inside
    )

    assert read(path).frame["name"].to_list() == NAMES


def test_old_files_of_wps_are_read_under_their_own_ending(tmp_path):
    save_xls(tmp_path / "a.xls", table_of(ROWS))
    shutil.move(tmp_path / "a.xls", tmp_path / "a.et")

    assert read(tmp_path / "a.et").frame["name"].to_list() == NAMES


def test_lost_digits_are_seen_in_cells_that_do_not_tell_their_place(tmp_path):
    keys = ("name", "document_type", "document_number", "form", "started_on")
    table = table_of([{**row, "document_number": 330106199001011234.0} for row in ROWS], keys)
    path = rewrite(
        save_xlsx(tmp_path / "a.xlsx", table),
        tmp_path / "b.xlsx",
        "sheet1.xml",
        lambda xml: re.sub(rb' r="[A-Z]*\d+"', b"", xml),
    )

    assert read(path).frame["document_number"].to_list() == ["3.30106E+17"] * 3


def test_a_quotation_mark_that_nothing_closes_is_named_with_its_row(tmp_path):
    text = csv_text(table_of(good_rows(40)))
    name = text.splitlines()[2].split(",")[0]
    (tmp_path / "a.csv").write_text(text.replace(f"\n{name}", f'\n"{name}', 1), encoding="utf-8", newline="")
    (tmp_path / "b.csv").write_text(text + "x" * 200_000, encoding="utf-8", newline="")

    refusal = refusal_of(tmp_path / "a.csv")

    assert (refusal.code, refusal.params["row"]) == ("quotation_open", 3)
    assert "100,000 characters" in refusal_of(tmp_path / "b.csv").message


def test_text_files_of_old_macintoshes_are_read(tmp_path):
    text = csv_text(table_of(ROWS)).replace("\r\n", "\r")
    (tmp_path / "a.csv").write_bytes(text.encode("gb18030"))

    assert read(tmp_path / "a.csv").frame["row"].to_list() == [2, 3, 4]


def test_blank_lines_below_any_limit_are_no_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("tongxin.workbooks.delimited.MAX_ROWS", 5)
    (tmp_path / "a.csv").write_text(csv_text(table_of(ROWS)) + " ,\n" * 50, encoding="utf-8", newline="")

    assert read(tmp_path / "a.csv").frame.height == 3


def test_of_many_contradicting_rows_the_first_are_named_and_all_counted(tmp_path):
    rows = [{**ROWS[0], "name": NAMES[i % 2], "started_on": f"20{i + 10}-01-01"} for i in range(14)]

    found = check(save_xlsx(tmp_path / "a.xlsx", table_of(rows))).findings.filter(
        code="person_contradicts_row"
    )

    assert set(found["params"]) == {'{"rows":"2, 3, 4, 5, 6, 7, 8, 9, 10, 11, … (14)"}'}


def test_a_finding_quotes_no_more_of_a_cell_than_is_needed_to_know_it(tmp_path):
    rows = [{**ROWS[0], "post": "A" * 32_000}]

    (quoted,) = check(save_xlsx(tmp_path / "a.xlsx", table_of(rows))).findings["found"]

    assert quoted == "A" * 200 + "…"


def test_a_refusal_names_no_endless_headers(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", [[f"{i}" + "x" * 500 for i in range(60)], ["a"] * 60])

    assert len(refusal_of(path).message) < 2_000
