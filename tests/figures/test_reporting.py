from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest
from tests.cast import Cast

from tongxin.audit.models import LogEntry
from tongxin.figures.items import publish_items, starter_items
from tongxin.figures.models import ReportedValue
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
        (["ALPHA", "2026Q3", 1, "1e30"], "value_unreadable", "营业收入"),
        (["ALPHA", "2026Q3", -1, 1], "value_negative", "从业人员"),
    ],
)
def test_a_wrong_cell_is_named_with_row_and_column(cast: Cast, tmp_path, row, code, column):
    sent = [cast.alpha.code if cell == "ALPHA" else cell for cell in row]

    answer = send(tmp_path, [sent, [cast.beta.code, "2026Q3", 7, 7]])

    assert counts(answer) == (1, 0, 0, 1)
    assert [(each["row"], each["code"], each["column"]) for each in answer.errors] == [(2, code, column)]
    assert in_force(cast.alpha) == {}


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
