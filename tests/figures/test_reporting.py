from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied
from django.utils import translation
from tests.cast import Cast

from tongxin.audit.models import LogEntry
from tongxin.figures.items import publish_items, starter_items
from tongxin.figures.models import DataItem, ReportedValue
from tongxin.figures.reporting import ReportedAnswer, import_reported

pytestmark = pytest.mark.django_db
HEADERS = ["统一社会信用代码", "期间", "从业人员", "营业收入"]


@pytest.fixture(autouse=True)
def items(db):
    publish_items(starter_items())


def send(tmp_path: Path, rows: list[list[object]], *, actor=None, headers=HEADERS) -> ReportedAnswer:
    path = tmp_path / "reported.csv"
    lines = [",".join("" if cell is None else str(cell) for cell in row) for row in [headers, *rows]]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return import_reported(path, actor=actor)


def counts(answer: ReportedAnswer) -> tuple[int, int, int, int]:
    return answer.added, answer.changed, answer.unchanged, answer.rejected


def in_force(unit) -> dict[str, int]:
    return dict(
        ReportedValue.objects.filter(organisation=unit, superseded_at=None).values_list("item__code", "value")
    )


def test_values_are_stored_in_the_scale_of_their_item(cast: Cast, tmp_path):
    answer = send(tmp_path, [[cast.alpha.code, "2026Q3", 120, "12345.60"]])

    assert counts(answer) == (1, 0, 0, 0)
    assert in_force(cast.alpha) == {"employ": 120, "sales": 1_234_560}


def test_a_workbook_is_read_like_a_text_file(cast: Cast, tmp_path):
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append(HEADERS)
    sheet.append([cast.alpha.code, 2025, 120, 12345.6])
    book.save(tmp_path / "reported.xlsx")

    answer = import_reported(tmp_path / "reported.xlsx", actor=None)

    assert counts(answer) == (1, 0, 0, 0)
    assert in_force(cast.alpha) == {"employ": 120, "sales": 1_234_560}
    assert ReportedValue.objects.first().period == "2025"


def test_a_blank_cell_is_a_gap_and_takes_nothing_back(cast: Cast, tmp_path):
    send(tmp_path, [[cast.alpha.code, "2026Q3", 120, 5]])

    answer = send(tmp_path, [[cast.alpha.code, "2026Q3", None, 5]])

    assert counts(answer) == (0, 0, 1, 0)
    assert in_force(cast.alpha) == {"employ": 120, "sales": 500}


def test_the_same_file_again_changes_nothing(cast: Cast, tmp_path):
    rows = [[cast.alpha.code, "2026Q3", 120, 5], [cast.beta.code, "2026Q3", 80, 6]]
    send(tmp_path, rows)

    assert counts(send(tmp_path, rows)) == (0, 0, 2, 0)
    assert ReportedValue.objects.count() == 4


def test_a_new_value_supersedes_the_old_one_and_keeps_it(cast: Cast, tmp_path):
    send(tmp_path, [[cast.alpha.code, "2026Q3", 120, 5]])

    answer = send(tmp_path, [[cast.alpha.code, "2026Q3", 125, 5]], actor=cast.reporter_of_alpha)

    assert counts(answer) == (0, 1, 0, 0)
    assert in_force(cast.alpha) == {"employ": 125, "sales": 500}
    old = ReportedValue.objects.exclude(superseded_at=None).get()
    assert (old.value, old.reported_by) == (120, None)
    assert ReportedValue.objects.get(value=125).reported_by == cast.reporter_of_alpha


def test_the_same_unit_and_period_twice_is_an_error_of_both_rows(cast: Cast, tmp_path):
    rows = [
        [cast.alpha.code, "2026Q3", 1, 1],
        [cast.beta.code, "2026Q3", 2, 2],
        [cast.alpha.code, "2026Q3", 3, 3],
    ]

    answer = send(tmp_path, rows)

    assert counts(answer) == (1, 0, 0, 2)
    assert [(each["row"], each["code"]) for each in answer.errors] == [(2, "row_twice"), (4, "row_twice")]


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        (["91330000000000000X", "2026Q3", 1, 1], "unit_unknown", "统一社会信用代码"),
        (["ALPHA", "2026Q5", 1, 1], "period_unreadable", "期间"),
        (["ALPHA", "", 1, 1], "period_unreadable", "期间"),
        (["ALPHA", "2026Q3", "many", 1], "value_unreadable", "从业人员"),
        (["ALPHA", "2026Q3", "1.5", 1], "value_unreadable", "从业人员"),
        (["ALPHA", "2026Q3", 1, "1.234"], "value_unreadable", "营业收入"),
        (["ALPHA", "2026Q3", 1, "NaN"], "value_unreadable", "营业收入"),
        (["ALPHA", "2026Q3", 1, "1e30"], "value_too_large", "营业收入"),
        (["ALPHA", "2026Q3", -1, 1], "value_negative", "从业人员"),
        (["ALPHA", "2026Q3", 10**12 + 1, 1], "value_too_large", "从业人员"),
        (["ALPHA", "2026Q3", 1, '"12,34"'], "value_unreadable", "营业收入"),
        (["ALPHA", "2026Q3", 1, '"1,2,3"'], "value_unreadable", "营业收入"),
        (["ALPHA", "2026Q3", 1, "1_000"], "value_unreadable", "营业收入"),
        (["ALPHA", "2026Q3", 1, "1.23E+05"], "value_unreadable", "营业收入"),
        (["ALPHA", "2026Q3", 1, "12345678901.234"], "value_unreadable", "营业收入"),
        (["ALPHA", "2026Q3", 12, 34, 56], "cell_without_header", None),
        (["ALPHA", "2099Q1", 1, 1], "period_outside", "期间"),
        (["ALPHA", "1890", 1, 1], "period_outside", "期间"),
        (["", "2026Q3", 1, 1], "unit_unknown", "统一社会信用代码"),
    ],
)
def test_a_wrong_cell_is_named_with_row_and_column(cast: Cast, tmp_path, row, code, column):
    sent = [cast.alpha.code if cell == "ALPHA" else cell for cell in row]

    answer = send(tmp_path, [sent, [cast.beta.code, "2026Q3", 7, 7]])

    assert counts(answer) == (1, 0, 0, 1)
    assert [(each["row"], each["code"], each["column"]) for each in answer.errors] == [(2, code, column)]
    assert in_force(cast.alpha) == {}


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ('"1,234,567.50"', 123_456_750),
        ("1e12", 10**14),
        ("1.2E7", 1_200_000_000),
        ("0.1000000000000000055", 10),
        ("12345.600000000001", 1_234_560),
    ],
)
def test_a_number_is_read_as_programs_and_people_write_it(cast: Cast, tmp_path, sent, stored):
    assert counts(send(tmp_path, [[cast.alpha.code, "2026Q3", 1, sent]])) == (1, 0, 0, 0)
    assert in_force(cast.alpha)["sales"] == stored


def test_the_largest_value_of_an_item_of_many_decimals_is_what_can_be_stored(cast: Cast, tmp_path):
    # 2**63 is 9.22e18, so of 16 decimals there is room for 922 before the point.
    DataItem.objects.create(code="scrap", name_zh="废品率", name_en="Scrap", unit="percent", decimals=16)
    rows = [[cast.alpha.code, "2026Q3", 922], [cast.beta.code, "2026Q3", 923]]

    answer = send(tmp_path, rows, headers=[*HEADERS[:2], "scrap"])

    assert [(each["row"], each["code"]) for each in answer.errors] == [(3, "value_too_large")]
    assert "922" in answer.errors[0]["message"]


@pytest.mark.parametrize(
    "headers", [[*HEADERS[:2], "从业人员", "employ"], ["统一社会信用代码", "year", "quarter", "从业人员"]]
)
def test_two_columns_of_one_meaning_are_refused(cast: Cast, tmp_path, headers):
    answer = send(tmp_path, [[cast.alpha.code, "2026", 1, 2]], headers=headers)

    assert answer.is_refused
    assert [each["code"] for each in answer.errors] == ["column_twice"]
    assert not ReportedValue.objects.exists()


def test_of_two_columns_with_units_the_one_that_is_looked_for_first_counts(cast: Cast, tmp_path):
    headers = ["unit", "organisation", "period", "employ"]

    answer = send(tmp_path, [["workshop 7", cast.alpha.code, "2026Q3", 5]], headers=headers)

    assert in_force(cast.alpha) == {"employ": 5}
    assert [(each["code"], each["column"]) for each in answer.warnings] == [("column_unknown", "unit")]


def test_a_table_without_rows_is_refused(cast: Cast, tmp_path):
    answer = send(tmp_path, [])

    assert answer.is_refused
    assert [each["code"] for each in answer.errors] == ["no_rows"]


def test_a_row_without_values_is_a_warning(cast: Cast, tmp_path):
    answer = send(tmp_path, [[cast.alpha.code, "2026Q3", None, None]])

    assert [(each["row"], each["code"]) for each in answer.warnings] == [(2, "row_without_values")]


def test_who_reports_for_no_unit_is_refused_with_a_sentence(cast: Cast, tmp_path):
    with translation.override("en"), pytest.raises(PermissionDenied, match="You report for no unit"):
        send(tmp_path, [[cast.alpha.code, "2026Q3", 1, 1]], actor=cast.viewer_of_xiaoshan)


def test_nobody_reports_for_a_unit_out_of_reach(cast: Cast, tmp_path):
    answer = send(tmp_path, [[cast.beta.code, "2026Q3", 1, 1]], actor=cast.reporter_of_alpha)

    assert [each["code"] for each in answer.errors] == ["unit_unknown"]
    assert not ReportedValue.objects.exists()


def test_a_column_that_is_no_item_is_a_warning(cast: Cast, tmp_path):
    answer = send(tmp_path, [[cast.alpha.code, "2026Q3", 1, 2]], headers=[*HEADERS[:3], "备注"])

    assert [(each["code"], each["column"]) for each in answer.warnings] == [("column_unknown", "备注")]
    assert in_force(cast.alpha) == {"employ": 1}


def test_a_table_without_unit_or_items_is_refused_as_a_whole(cast: Cast, tmp_path):
    answer = send(tmp_path, [[1, 2]], headers=["甲", "乙"])

    assert answer.is_refused
    assert [each["code"] for each in answer.errors] == ["columns_missing"]


def test_an_import_is_one_row_of_the_audit_log(cast: Cast, tmp_path):
    send(tmp_path, [[cast.alpha.code, "2026Q3", 1, 1], [cast.beta.code, "2026Q3", 2, 2]])

    entry = LogEntry.objects.get(action="reported.imported")
    assert entry.changes["added"] == 2


def test_every_code_of_a_table_of_reported_figures_is_documented(pytestconfig):
    import inspect

    from tongxin.figures import reporting

    text = (pytestconfig.rootpath / "docs" / "import-errors.md").read_text(encoding="utf-8")
    section = text.split("## Tables of reported figures")[1].split("## Limits")[0]
    documented = set(re.findall(r"^\| `(\w+)`", section, re.MULTILINE))

    given = set(re.findall(r'"((?:unit|period|value|cell|row|column)_\w+)"', inspect.getsource(reporting)))

    assert documented == given - {"columns_missing", "column_twice"}
