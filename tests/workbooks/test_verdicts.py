"""The workbook of rejected rows."""

from __future__ import annotations

import openpyxl
import pytest
from tests.workbooks import rosters
from tests.workbooks.builders import check, codes_of, good_rows, read, save_xlsx, table_of

from tongxin.workbooks.checks import check_roster
from tongxin.workbooks.verdicts import english_texts, write_verdicts

LAYOUT = rosters.LAYOUT


@pytest.fixture
def sent(tmp_path):
    """Five rows under shuffled headers, two of them wrong."""
    rows = good_rows(5)
    rows[1] |= {"phone": "123", "post": "=cmd|' /C calc'!A0", "monthly_wage": "1"}
    rows[3] |= {"document_number": 330106199001011234}
    keys = tuple(reversed(LAYOUT.keys))

    def make_text(sheet):
        sheet.cell(3, keys.index("post") + 1).data_type = "s"

    return read(save_xlsx(tmp_path / "sent.xlsx", table_of(rows, keys), make_text))


@pytest.fixture
def verdicts(tmp_path, sent):
    found = check_roster(sent, credit_code=rosters.CREDIT_CODE, today=rosters.TODAY)
    path = tmp_path / "verdicts.xlsx"
    assert write_verdicts(path, LAYOUT, sent, found.findings) == 2
    return path


def test_only_rejected_rows_come_back_under_the_templates_header(verdicts):
    rows = list(openpyxl.load_workbook(verdicts).worksheets[0].iter_rows(values_only=True))

    assert rows[0] == (*rosters.HEADERS, LAYOUT.verdict)
    assert len(rows) == 3


def test_cells_come_back_as_sent(sent, verdicts):
    again = read(verdicts)

    expected = sent.frame.filter(sent.frame["row"].is_in([3, 5])).drop("row")
    assert again.frame.drop("row").equals(expected)
    assert again.unknown_headers == ()


def test_each_wrong_cell_has_a_colour_and_a_comment_that_says_why(verdicts):
    sheet = openpyxl.load_workbook(verdicts).worksheets[0]
    row = dict(zip(LAYOUT.keys, sheet[2], strict=False))

    marked = {key for key, cell in row.items() if cell.comment}
    assert marked == {"phone", "post", "monthly_wage"}
    assert row["phone"].fill.fgColor.rgb != row["monthly_wage"].fill.fgColor.rgb
    assert row["name"].fill.fill_type is None
    assert row["phone"].comment.text == "Error: " + english_texts()["phone_invalid"] % {"found": "123"}


def test_the_verdict_column_names_every_column_that_is_wrong(verdicts):
    verdict = openpyxl.load_workbook(verdicts).worksheets[0].cell(2, len(rosters.HEADERS) + 1).value

    assert [line.split(": ")[:2] for line in verdict.splitlines()] == [
        ["Error", LAYOUT.header("phone")],
        ["Error", LAYOUT.header("post")],
        ["Warning", LAYOUT.header("monthly_wage")],
    ]


def test_what_was_sent_never_becomes_a_formula(verdicts):
    sheet = openpyxl.load_workbook(verdicts).worksheets[0]

    types = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert types == {"s"}


def test_corrected_verdicts_are_accepted(tmp_path, verdicts):
    workbook = openpyxl.load_workbook(verdicts)
    sheet = workbook.worksheets[0]
    column = {key: i for i, key in enumerate(LAYOUT.keys, start=1)}
    sheet.cell(2, column["phone"]).value = "13800138000"
    sheet.cell(2, column["post"]).value = "x"
    sheet.cell(3, column["document_number"]).value = good_rows(5)[3]["document_number"]
    workbook.save(tmp_path / "corrected.xlsx")

    found = check(tmp_path / "corrected.xlsx")

    assert codes_of(found) == [(2, "monthly_wage", "wage_implausible")]
    assert found.rows.height == 2


def test_texts_may_be_translated(tmp_path, sent):
    found = check_roster(sent, credit_code=rosters.CREDIT_CODE, today=rosters.TODAY)
    texts = dict.fromkeys(english_texts(), "<%(found)s>")

    labels = {"error": "wrong: %(text)s", "warning": "odd: %(text)s"}
    write_verdicts(tmp_path / "v.xlsx", LAYOUT, sent, found.findings, texts=texts, labels=labels)

    sheet = openpyxl.load_workbook(tmp_path / "v.xlsx").worksheets[0]
    assert sheet.cell(3, 3).comment.text == "wrong: <3.30106E+17>"
