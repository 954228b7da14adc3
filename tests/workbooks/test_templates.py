"""The template, and that it can be read back."""

from __future__ import annotations

import csv
import shutil
import subprocess

import openpyxl
import pytest
from tests.workbooks import rosters
from tests.workbooks.builders import CASES, check, check_rows, codes_of, good_rows, read

from tongxin.codes.lists import get_list
from tongxin.workbooks.findings import FINDINGS
from tongxin.workbooks.refusals import WorkbookRefused
from tongxin.workbooks.templates import VERSION_PROPERTY, write_template

LAYOUT = rosters.LAYOUT


@pytest.fixture
def template(tmp_path):
    """A template with three people already in it."""
    people = check_rows(tmp_path, good_rows(3)).rows
    path = tmp_path / "template.xlsx"
    write_template(
        path, LAYOUT, people, organisation_code=rosters.CREDIT_CODE, organisation_name=CASES["title"]
    )
    return path


def test_people_come_back_as_they_went_out(tmp_path, template):
    before, after = check_rows(tmp_path, good_rows(3)), check(template)

    assert codes_of(after) == []
    assert after.rows.equals(before.rows)


def test_an_unfilled_template_has_no_rows(tmp_path):
    path = tmp_path / "template.xlsx"
    write_template(path, LAYOUT, organisation_code=rosters.CREDIT_CODE, organisation_name="x")

    with pytest.raises(WorkbookRefused) as refusal:
        read(path)

    assert refusal.value.code == "no_rows"


def test_the_first_row_is_the_header_and_stays_in_view(template):
    sheet = openpyxl.load_workbook(template).worksheets[0]

    assert tuple(cell.value for cell in sheet[1]) == rosters.HEADERS
    assert len(rosters.HEADERS) == 20
    assert sheet.freeze_panes == "B2"
    assert all(cell.comment for cell in sheet[1])


def test_required_columns_look_different(template):
    header = openpyxl.load_workbook(template).worksheets[0][1]

    fills = {cell.value: cell.fill.fgColor.rgb for cell in header}

    required = {fills[column.header] for column in LAYOUT.required}
    optional = {fills[column.header] for column in LAYOUT.columns if not column.required}
    assert len(required) == len(optional) == 1
    assert required != optional


def test_long_numbers_are_text_and_dates_are_dates(template):
    sheet = openpyxl.load_workbook(template).worksheets[0]
    formats = {
        column.key: sheet.column_dimensions[cell.column_letter].number_format
        for column, cell in zip(LAYOUT.columns, sheet[1], strict=True)
        if cell.column_letter in sheet.column_dimensions
    }
    row = dict(zip(LAYOUT.keys, sheet[2], strict=True))

    assert {row[key].number_format for key in ("document_number", "phone", "credit_code")} == {"@"}
    assert {row[key].data_type for key in ("document_number", "phone", "credit_code")} == {"s"}
    assert row["started_on"].is_date
    assert row["started_on"].number_format == "yyyy-mm-dd"
    assert row["monthly_wage"].data_type == "n"
    assert set(formats) >= {"document_number", "certificate_number"}


def test_code_lists_are_offered_as_drop_downs(template):
    workbook = openpyxl.load_workbook(template)
    offered = {
        str(rule.sqref).split(":")[0].rstrip("0123456789"): rule.formula1
        for rule in workbook.worksheets[0].data_validations.dataValidation
    }

    coded = [i for i, column in enumerate(LAYOUT.columns) if column.code_list]
    letters = {openpyxl.utils.get_column_letter(i + 1) for i in coded}
    assert set(offered) == letters
    assert offered["D"].strip('"').split(",") == [entry.zh for entry in get_list("sex").entries]
    assert offered["J"].startswith(f"'{LAYOUT.lists_sheet}'!")
    assert workbook[LAYOUT.lists_sheet].sheet_state == "hidden"
    assert workbook[LAYOUT.lists_sheet].max_row > 1_000


def test_entries_of_the_occupation_list_are_read_as_their_code(tmp_path, template):
    entry = openpyxl.load_workbook(template)[LAYOUT.lists_sheet]["A1"].value
    row = good_rows(1)[0] | {"occupation": entry}

    assert check_rows(tmp_path, [row]).rows["occupation"].item() == entry.split()[0]


def test_instructions_name_the_unit_and_the_version(template):
    workbook = openpyxl.load_workbook(template)
    texts = [cell for row in workbook.worksheets[1].iter_rows(values_only=True) for cell in row]

    assert {CASES["title"], rosters.CREDIT_CODE, LAYOUT.version} <= set(texts)
    assert set(rosters.HEADERS) <= set(texts)
    assert {prop.name: prop.value for prop in workbook.custom_doc_props.props}[
        VERSION_PROPERTY
    ] == LAYOUT.version


def test_texts_that_look_like_formulas_stay_texts(tmp_path):
    path = tmp_path / "template.xlsx"
    people = [{"name": "=1+1", "post": "@SUM(A1)", "issuer": "-2+3", "phone": "+861"}]

    write_template(path, LAYOUT, people, organisation_code="x", organisation_name="=1")

    row = openpyxl.load_workbook(path).worksheets[0][2]
    assert {cell.data_type for cell in row if cell.value is not None} == {"s"}


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_libreoffice_opens_it(tmp_path, template):
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    form = "csv:Text - txt - csv (StarCalc):44,34,76"
    command = ["soffice", profile, "--headless", "--convert-to", form, "--outdir", str(tmp_path / "out")]
    subprocess.run([*command, str(template)], check=True, capture_output=True)

    with (tmp_path / "out" / "template.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))

    assert tuple(rows[0]) == rosters.HEADERS
    assert [row[2] for row in rows[1:]] == [row["document_number"] for row in good_rows(3)]
    assert codes_of(check(tmp_path / "out" / "template.csv")) == []


def test_every_finding_and_refusal_is_documented(pytestconfig):
    from tongxin.workbooks.refusals import REFUSALS

    text = (pytestconfig.rootpath / "docs" / "import-errors.md").read_text(encoding="utf-8")
    errors, warnings = text.split("## Warnings")

    for code, finding in FINDINGS.items():
        assert f"| `{code}` |" in (errors if finding.severity == "error" else warnings)
    for code in REFUSALS:
        assert f"| `{code}` |" in errors
    rosters_only = text.split("## Tables of reported figures")[0]
    documented = {line.split("`")[1] for line in rosters_only.splitlines() if line.startswith("| `")}
    assert documented == {*FINDINGS, *REFUSALS}
