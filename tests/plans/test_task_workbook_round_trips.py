"""Whatever tasks say goes into a workbook and comes back as it was."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.plans.builders import enter
from tests.plans.task_books import changed, counts, rows_in, sent, taken
from tests.plans.task_worlds import many_tasks

from tongxin.plans.models import Plan, Task, TaskUnit
from tongxin.plans.task_workbooks import write_tasks

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(cast: Cast):
    return cast.office_of_xiaoshan


def test_no_cell_is_a_formula(plan: Plan, office):
    titles = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "#N/A", "1E5", "http://x.example/"]
    for title in titles:
        enter(plan, title, lead=[title], deliverable=title)

    body = taken(plan, office)

    book = openpyxl.load_workbook(io.BytesIO(body))
    assert {cell.data_type for row in book.worksheets[0].iter_rows(min_row=2) for cell in row} <= {"s", "n"}
    assert not any(cell.hyperlink for row in book.worksheets[0].iter_rows() for cell in row)
    assert [row["title"] for row in rows_in(body)] == titles
    assert counts(sent(plan, office, body)) == (0, 0, len(titles), 0)


ODD = st.text(
    st.characters(codec="utf-8", exclude_characters="\x00"), min_size=1, max_size=40
) | st.sampled_from(
    ["_x0041_", "'x", "=1", " a  b ", "\uff11\uff12", "1e5", "2026-01-01", "\r\n", "a\tb", "\u200b", "001"]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(title=ODD, more=st.tuples(ODD, ODD, ODD, ODD), goal=st.decimals(Decimal("0.01"), 10**13, places=2))
def test_whatever_tasks_say_they_come_back_unchanged(cast: Cast, title, more, goal):
    plan, _made = Plan.objects.get_or_create(
        organisation=cast.xiaoshan, title="任意", starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31)
    )
    measure, _made = plan.measures.get_or_create(title="任意")
    task = Task.objects.create(
        measure=measure, organisation=cast.xiaoshan, title=title, deliverable=more[0], target=more[1],
        due_text=more[2], goal=goal, goal_unit=more[3][:20],
    )  # fmt: skip
    TaskUnit.objects.create(task=task, part="lead", name=more[0])
    body = write_tasks([task.pk], actor=None, unit=cast.xiaoshan, title="")

    found = sent(plan, cast.office_of_xiaoshan, body, is_dry_run=True)
    Task.objects.filter(pk=task.pk).delete()

    assert counts(found) == (0, 0, 1, 0), found.findings
    assert found.findings == []


def test_five_thousand_rows_go_out_and_in(plan: Plan, office):
    tasks = many_tasks(plan, 5_000)
    body = taken(plan, office)
    keys = {str(task.pk) for task in tasks[::500]}

    def change(found):
        for row in found:
            if row["key"] in keys:
                row["title"] += "（改）"

    found = sent(plan, office, changed(body, change))

    assert counts(found) == (0, 10, 4_990, 0)
    assert Task.objects.filter(title__endswith="（改）").count() == 10
