"""Files that are refused as a whole, each with a reason and a way out."""

from __future__ import annotations

import struct
import zipfile

import openpyxl
import pytest
from tests.workbooks.builders import good_rows, read, save_xls, save_xlsx, table_of
from tests.workbooks.rosters import HEADERS

from tongxin.workbooks import containers, sheet_parts
from tongxin.workbooks.refusals import REFUSALS, WorkbookRefused

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def refusal_of(path):
    with pytest.raises(WorkbookRefused) as refusal:
        read(path)
    assert refusal.value.message
    assert refusal.value.remedy
    return refusal.value


def rewrite_sheet(source, target, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name.endswith("sheet1.xml") else content)
    return target


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file_empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\x00" * 64, "not_a_workbook"),
        (b"\xff\xd8\xff\xe0" + b"\x00" * 64, "not_a_workbook"),
        (b"BM\x46\x00\x00\x00" + b"\x00" * 64, "not_a_workbook"),
        (b"%PDF-1.7\n", "not_a_workbook"),
        (b"<html><body><table><tr><td>1</td></tr></table>", "not_a_workbook"),
        (b'<?xml version="1.0"?><Workbook/>', "not_a_workbook"),
        (bytes(range(256)) * 8, "not_a_workbook"),
        (OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 64, "encrypted"),
        (OLE + b"\x00" * 600 + "WordDocument".encode("utf-16-le") + b"\x00" * 64, "not_a_workbook"),
        (OLE + b"\x00" * 600 + "Workbook".encode("utf-16-le") + b"\x00" * 64, "damaged"),
        (b"PK\x03\x04" + b"\x00" * 64, "damaged"),
        (b"\xff\xfe\x00\xd8\x00\xd8", "encoding_unknown"),
        (b"\x81\xff\x81\xff", "encoding_unknown"),
        (b"\n\n , ,\n", "no_rows"),
    ],
)
def test_what_is_no_workbook_is_called_what_it_is(tmp_path, content, code):
    path = tmp_path / "a.xlsx"
    path.write_bytes(content)

    assert refusal_of(path).code == code


@pytest.mark.parametrize(
    ("name", "part"), [("docx", "word/document.xml"), ("ods", "content.xml"), ("xlsb", "xl/workbook.bin")]
)
def test_other_zipped_documents_are_named(tmp_path, name, part):
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as archive:
        archive.writestr(part, "x")

    refusal = refusal_of(tmp_path / "a.xlsx")

    assert refusal.code == "not_a_workbook"
    assert name in refusal.params["found"]


def test_a_truncated_workbook_is_damaged(tmp_path):
    whole = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(3))).read_bytes()
    (tmp_path / "b.xlsx").write_bytes(whole[: len(whole) // 2])

    assert refusal_of(tmp_path / "b.xlsx").code == "damaged"


def test_a_workbook_with_broken_xml_is_damaged(tmp_path):
    source = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(3)))

    path = rewrite_sheet(source, tmp_path / "b.xlsx", lambda xml: xml[: len(xml) // 2] + b"<<&&>")

    assert refusal_of(path).code == "damaged"


def test_blank_sheets_and_headers_without_rows_have_no_rows(tmp_path):
    openpyxl.Workbook().save(tmp_path / "blank.xlsx")

    assert refusal_of(tmp_path / "blank.xlsx").code == "no_rows"
    assert refusal_of(save_xlsx(tmp_path / "a.xlsx", [list(HEADERS)])).code == "no_rows"


def test_a_zip_bomb_is_refused_by_its_declared_size(tmp_path):
    source = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)))
    blanks = b" " * (40 * containers.MEGABYTE)

    path = rewrite_sheet(
        source, tmp_path / "b.xlsx", lambda xml: xml.replace(b"</sheetData>", blanks + b"</sheetData>")
    )

    assert path.stat().st_size < containers.MEGABYTE
    assert refusal_of(path).code == "unpacks_too_large"


def test_a_zip_bomb_that_declares_a_small_size_is_refused_all_the_same(tmp_path):
    source = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)))
    length = 40 * containers.MEGABYTE
    path = rewrite_sheet(source, tmp_path / "b.xlsx", lambda xml: xml.ljust(length))
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<I", length), struct.pack("<I", 4_000)))

    with zipfile.ZipFile(path) as archive:
        assert max(part.file_size for part in archive.infolist()) < containers.MEGABYTE
    assert refusal_of(path).code in {"unpacks_too_large", "damaged"}


@pytest.mark.parametrize(
    ("cell", "code"),
    [("AAA2", "too_many_columns"), ("A1048576", "too_many_rows"), ("A300001", "too_many_rows")],
)
def test_stray_cells_far_out_are_refused_before_they_take_memory(tmp_path, cell, code):
    def stray(sheet):
        sheet[cell] = "x"

    assert refusal_of(save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)), stray)).code == code


def test_few_cells_that_span_a_huge_block_are_refused(tmp_path):
    def stray(sheet):
        sheet["ZZ290000"] = "x"

    assert refusal_of(save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)), stray)).code == "too_many_cells"


@pytest.mark.parametrize("form", [b" r='%s'", b' r = "%s"', b'\tr="%s"'])
def test_far_cells_are_found_however_they_are_written(tmp_path, form):
    source = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)))

    path = rewrite_sheet(
        source, tmp_path / "b.xlsx", lambda xml: xml.replace(b' r="A2"', form % b"xfd1048576", 1)
    )

    assert refusal_of(path).code == "too_many_columns"


def test_two_parts_of_one_name_are_refused(tmp_path):
    path = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)))
    with pytest.warns(UserWarning, match="Duplicate name"), zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/worksheets/sheet1.xml", "<worksheet/>")

    assert refusal_of(path).code == "damaged"


def test_a_text_line_of_endless_columns_is_refused(tmp_path):
    (tmp_path / "a.csv").write_text("," * 1_000_001, encoding="utf-8")

    assert refusal_of(tmp_path / "a.csv").code == "too_many_columns"


@pytest.mark.parametrize("n", [3, 400])
@pytest.mark.parametrize(("column", "code"), [(255, "too_many_cells"), (300, "damaged"), (65_535, "damaged")])
def test_far_cells_of_old_files_are_found_in_small_and_large_streams(tmp_path, n, column, code):
    # xlwt refuses such places itself, so a text cell (record 0x00FD) is moved in the finished file.
    content = save_xls(tmp_path / "a.xls", table_of(good_rows(n))).read_bytes()
    cell = struct.pack("<HHHH", 0x00FD, 10, 2, 0)

    assert content.count(cell) == 1
    (tmp_path / "b.xls").write_bytes(content.replace(cell, struct.pack("<HHHH", 0x00FD, 10, 65_535, column)))

    assert refusal_of(tmp_path / "b.xls").code == code


def test_formatted_blank_cells_far_out_do_no_harm(tmp_path):
    def colour(sheet):
        sheet["A1048576"].number_format = "@"
        sheet["XFD1"].number_format = "@"

    assert read(save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)), colour)).frame.height == 1


def test_text_files_have_the_same_limit_of_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("tongxin.workbooks.delimited.MAX_ROWS", 5)
    (tmp_path / "a.csv").write_text("a,b\n" * 6, encoding="utf-8")

    assert refusal_of(tmp_path / "a.csv").code == "too_many_rows"
    assert sheet_parts.MAX_ROWS >= 200_000


def test_every_refusal_can_be_said():
    params = dict.fromkeys(("found", "detail", "limit", "sheet", "missing", "row", "headers", "column"), "x")

    for code in REFUSALS:
        assert "%" not in str(WorkbookRefused(code, params))
