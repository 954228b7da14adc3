"""Files made to bring the reader down: refused or read, in little time and memory."""

from __future__ import annotations

import contextlib
import re
import time
import zipfile

import pytest
import xlsxwriter
import xlwt
from tests.workbooks.builders import good_rows, read, save_xlsx, table_of
from tests.workbooks.test_refusals import refusal_of, rewrite_sheet

from tongxin.workbooks.refusals import WorkbookRefused

GROWING = "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10))
LAUGHS = f'<!DOCTYPE r [<!ENTITY a0 "lol">{GROWING}]>'
OUTSIDE = '<!DOCTYPE r [<!ENTITY a9 SYSTEM "file:///etc/passwd">]>'


def shared_workbook(path, n=3):
    """Save a roster whose texts stand in the table of shared texts, as spreadsheets write them."""
    with xlsxwriter.Workbook(path) as workbook:
        sheet = workbook.add_worksheet()
        for i, cells in enumerate(table_of(good_rows(n))):
            for j, text in enumerate(cells):
                if text:
                    sheet.write_string(i, j, text)
    return path


def rewrite(source, target, name, change):
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for each in old.namelist():
            content = old.read(each)
            new.writestr(each, change(content) if each.endswith(name) else content)
    return target


def add_rows(rows, after=b""):
    return lambda xml: xml.replace(b"</sheetData>", rows + b"</sheetData>" + after)


@pytest.mark.parametrize("entities", [LAUGHS, OUTSIDE])
@pytest.mark.parametrize("part", ["sharedStrings.xml", "sheet1.xml", "workbook.xml", "styles.xml"])
def test_no_entity_is_ever_unfolded(tmp_path, entities, part):
    def declare(xml):
        head, _, body = xml.decode().partition("?>")
        named = re.sub("<(t|v)>", r"<\1>&a9;", body, count=1)
        return f"{head}?>{entities}{named}".encode()

    path = rewrite(shared_workbook(tmp_path / "a.xlsx"), tmp_path / "b.xlsx", part, declare)

    assert refusal_of(path).code == "damaged"


def test_one_long_text_repeated_by_every_cell_is_refused(tmp_path):
    # 200,000 cells that name one text of 32,000 characters: 6 GB, from a file of less than 2 MB.
    cells = b"".join(b'<row r="%d"><c r="A%d" t="s"><v>0</v></c></row>' % (i, i) for i in range(5, 200_005))
    lengthened = rewrite(
        shared_workbook(tmp_path / "a.xlsx"),
        tmp_path / "b.xlsx",
        "sharedStrings.xml",
        lambda xml: re.sub(rb"<si><t>[^<]*", b"<si><t>" + b"A" * 32_000, xml, count=1),
    )

    assert refusal_of(lengthened).code == "columns_missing"
    assert refusal_of(rewrite_sheet(lengthened, tmp_path / "c.xlsx", add_rows(cells))).code == (
        "unpacks_too_large"
    )


def test_one_long_text_repeated_by_every_cell_of_an_old_file_is_refused(tmp_path):
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("roster")
    for i, cells in enumerate(table_of(good_rows(1))):
        for j, text in enumerate(cells):
            if text:
                sheet.write(i, j, text)
    for i in range(2, 20_000):
        sheet.write(i, 0, "A" * 32_000)
    workbook.save(str(tmp_path / "a.xls"))

    assert refusal_of(tmp_path / "a.xls").code == "unpacks_too_large"


def test_a_long_text_merged_over_many_rows_is_refused(tmp_path):
    cells = b'<row r="9"><c r="I9" t="inlineStr"><is><t>' + b"A" * 32_000 + b"</t></is></c></row>"
    last = b'<row r="250000"><c r="J250000"><v>1</v></c></row>'
    merge = b'<mergeCells><mergeCell ref="I9:I250000"/></mergeCells>'
    source = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)))

    path = rewrite_sheet(source, tmp_path / "b.xlsx", add_rows(cells + last, merge))

    assert refusal_of(path).code == "unpacks_too_large"


@pytest.mark.parametrize(
    "xml",
    [
        # Each of these made a pattern search the same bytes again and again.
        b'<row r="9"><c r="B9"><f>1</f>' + b" " * 900_000 + b"x</c></row>",
        b'<row r="9"><c r="AB9"><v>1</v></c></row><x ' + b"<c " + b' r="A1"' * 90_000 + b">",
        b"".join(b"v>1%015d</" % i for i in range(400_000)),
        b'<row r="9"><c r="B9">' + b"<v>1234567890123456</v>" * 400_000 + b"</c></row>",
    ],
)
def test_searching_a_sheet_takes_no_longer_for_a_made_one(tmp_path, xml):
    source = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)))
    path = rewrite_sheet(source, tmp_path / "b.xlsx", add_rows(xml))

    begun = time.perf_counter()
    with contextlib.suppress(WorkbookRefused):
        read(path)

    assert time.perf_counter() - begun < 30


def test_blocks_that_overlap_are_filled_once(tmp_path):
    blocks = b"".join(b'<mergeCell ref="K%d:K100000"/>' % i for i in range(2, 20_000))
    last = b'<row r="100000"><c r="I100000"><v>1</v></c></row>'
    source = save_xlsx(tmp_path / "a.xlsx", table_of(good_rows(1)))

    path = rewrite_sheet(
        source, tmp_path / "b.xlsx", add_rows(last, b"<mergeCells>" + blocks + b"</mergeCells>")
    )

    begun = time.perf_counter()
    forms = read(path).frame["form"]

    assert time.perf_counter() - begun < 30
    assert forms.null_count() == 0
    assert forms.n_unique() == 1
