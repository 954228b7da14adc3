"""The pages about what a task is to reach, its shares, its measures, and how far a plan has come."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test import override_settings
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.clients import client_of
from tests.plans.builders import accept, begin, enter, enter_in_force, raise_figures, renewed, share_out

from tongxin.plans.models import Task
from tongxin.plans.reach import done_on_paper, reach_of_plan
from tongxin.plans.target_actions import Target, set_targets

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def figures(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Cast]:
    """The cast with figures, raised once for the module in a transaction that its end takes back."""
    home = tmp_path_factory.mktemp("home")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home), transaction.atomic():
        yield raise_figures(home)
        transaction.set_rollback(True)


def rows(*lines: tuple[str, str, str], indicator: str = "heads") -> dict[str, str]:
    """Return what the form of targets sends."""
    sent = {"indicator": indicator, "targets-TOTAL_FORMS": str(len(lines)), "targets-INITIAL_FORMS": "0"}
    for at, (period, baseline, value) in enumerate(lines):
        sent |= {f"targets-{at}-period": period, f"targets-{at}-baseline": baseline}
        sent[f"targets-{at}-value"] = value
    return sent


def test_targets_are_set_by_page_and_shown_with_the_task(figures: Cast):
    task = enter_in_force(figures.xiaoshan, "增加人员")
    office = client_of(figures.office_of_xiaoshan)

    answer = office.post(f"/tasks/{task.pk}/targets/", rows(("2026q3", "50", "80"), ("2026Q4", "", "100")))

    assert answer.url == f"/tasks/{task.pk}/"
    found = [(each.period, each.baseline, each.value) for each in task.targets.all()]
    assert found == [("2026Q3", 50, 80), ("2026Q4", None, 100)]
    assert "What the figure is to reach" in office.get(answer.url).text


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (("2026Q9", "", "80"), "“2026Q9” is not a period"),
        (("2026Q3", "", ""), "Please say what is to be reached in this period."),
        (("", "", "80"), "Please say in which period."),
        (("2026Q3", "", "viel"), "Enter a number."),
    ],
)
def test_a_target_that_is_wrong_is_told_and_nothing_is_lost(figures: Cast, line, message):
    task = enter_in_force(figures.xiaoshan, "增加人员")

    answer = client_of(figures.office_of_xiaoshan).post(f"/tasks/{task.pk}/targets/", rows(line))

    assert answer.status_code == 422
    assert message in answer.text
    assert all(f'value="{each}"' in answer.text for each in line if each)
    assert renewed(task).indicator == ""


def test_where_a_figure_stood_is_looked_up_when_nobody_says_it(figures: Cast):
    """Begun in the third quarter of 2026, it stood at the second: 40 + 10 = 50 persons at Alpha and Beta."""
    task = enter_in_force(figures.xiaoshan, "增加人员", starts_on="2026-07-01")

    set_targets(renewed(task), actor=None, indicator="staff", targets=[Target("2026Q4", Decimal(90))])

    assert task.targets.get().baseline == 50


def test_a_task_is_handed_down_by_page_with_quotas_and_the_difference_is_shown(figures: Cast):
    """60 and 30 of 100: the quotas come to 90, the difference is 10."""
    task = enter_in_force(figures.hangzhou, "走访百家", goal=Decimal(100), goal_unit="家")
    office = client_of(figures.office_of_hangzhou)
    one, other = f"unit-{figures.xiaoshan.pk}", f"unit-{figures.yuhang.pk}"
    sent = {f"{one}-chosen": "on", f"{one}-goal": "60", f"{other}-chosen": "on", f"{other}-goal": "30"}

    answer = office.post(f"/tasks/{task.pk}/hand-down/?level=county", sent)

    assert answer.url == f"/tasks/{task.pk}/"
    assert sorted(task.children.values_list("organisation__code", "goal")) == [
        ("330109", Decimal(60)),
        ("330110", Decimal(30)),
    ]
    assert "The quotas come to 90 of 100; the difference is 10." in office.get(answer.url).text


def test_a_refused_share_keeps_what_was_typed(figures: Cast):
    task = enter_in_force(figures.hangzhou, "走访百家", goal=Decimal(100), due_on="2026-06-30")
    unit = f"unit-{figures.xiaoshan.pk}"

    answer = client_of(figures.office_of_hangzhou).post(
        f"/tasks/{task.pk}/hand-down/?level=county",
        {f"{unit}-chosen": "on", f"{unit}-goal": "60", f"{unit}-due_on": "2026-09-30"},
    )

    assert answer.status_code == 422
    assert "a share is not due later" in answer.text
    assert 'value="60"' in answer.text
    assert not task.children.exists()


def test_nobody_chosen_is_told(figures: Cast):
    task = enter_in_force(figures.hangzhou)

    answer = client_of(figures.office_of_hangzhou).post(f"/tasks/{task.pk}/hand-down/", {})

    assert "Please choose at least one unit." in answer.text


def test_units_that_have_a_share_are_not_offered_again(figures: Cast):
    task = enter_in_force(figures.hangzhou)
    share_out(task, figures.xiaoshan)

    page = client_of(figures.office_of_hangzhou).get(f"/tasks/{task.pk}/hand-down/?level=county")

    assert [form.unit for form in page.context["forms"]] == [figures.yuhang]


def test_a_unit_sees_its_own_share_and_how_many_others_there_are(figures: Cast):
    task = enter_in_force(figures.hangzhou)
    share_out(task, figures.xiaoshan, figures.yuhang)

    page = client_of(figures.office_of_yuhang).get(f"/tasks/{task.pk}/")

    assert [line.task.organisation for line in page.context["share_lines"]] == [figures.yuhang]
    assert "1 share of another unit is not shown to you." in page.text


def test_a_share_shows_the_words_that_ask_for_the_whole(figures: Cast):
    task = enter_in_force(figures.hangzhou)
    share = share_out(task, figures.xiaoshan)[0]

    page = client_of(figures.office_of_xiaoshan).get(f"/tasks/{share.pk}/")

    assert [source.task for source in page.context["sources"]] == [task]


def test_the_page_of_a_task_asks_as_often_for_many_shares_as_for_few(figures: Cast):
    """A page costs queries by how deep the shares are, not by how many."""
    few, many = enter_in_force(figures.chengxiang), enter_in_force(figures.hangzhou)
    share_out(few, figures.alpha)
    share_out(many, figures.xiaoshan, figures.yuhang)
    reader = client_of(figures.office_of_province)
    reader.get(f"/tasks/{few.pk}/")

    def queries(task: Task) -> int:
        with CaptureQueriesContext(connection) as found:
            assert reader.get(f"/tasks/{task.pk}/").status_code == 200
        return len(found)

    assert queries(few) == queries(many)


def test_measures_are_added_renamed_and_removed_by_page(figures: Cast):
    plan = begin(figures.xiaoshan, "举措方案")
    office, place = client_of(figures.office_of_xiaoshan), f"/plans/{plan.pk}/measures/"

    office.post(place, {"title": "数字化", "dimension": "competence"})
    made = plan.measures.get(title="数字化")
    office.post(f"{place}{made.pk}/", {"title": "数字化转型", "dimension": ""})
    twice = office.post(place, {"title": "数字化转型", "dimension": ""})
    made.refresh_from_db()
    office.post(f"{place}{made.pk}/remove/")

    assert (made.title, made.dimension) == ("数字化转型", "")
    assert "has a measure “数字化转型” already" in twice.text
    assert not plan.measures.filter(pk=made.pk).exists()


def test_a_measure_of_another_plan_is_not_found(figures: Cast):
    plan, other = begin(figures.xiaoshan, "一"), begin(figures.xiaoshan, "二")
    measure = other.measures.first()

    answer = client_of(figures.office_of_xiaoshan).get(f"/plans/{plan.pk}/measures/{measure.pk}/")

    assert answer.status_code == 404


def test_reach_counts_units_with_a_share_with_accepted_work_and_in_the_facts(figures: Cast):
    """Of Hangzhou's 2 counties, 2 towns and 3 enterprises.

    Xiaoshan has a share and hands it to Alpha, which reaches Chengxiang too; Alpha's work is accepted. People
    are employed in 2026Q3 at Alpha and Beta alone, so in 2 enterprises, 1 town and 1 county.
    """
    task = enter_in_force(figures.hangzhou, "增加人员")
    set_targets(task, actor=None, indicator="staff", targets=[Target("2026Q4", Decimal(90), Decimal(50))])
    wanted = (Target("2026Q4", Decimal(60), Decimal(40)),)
    share = share_out(renewed(task), figures.xiaoshan, targets=wanted)[0]
    lowest = share_out(share, figures.alpha, targets=wanted)[0]
    accept(lowest)

    found = reach_of_plan(task.measure.plan)[0]

    assert found.indicators == ("staff",)
    told = {
        level.level: (level.n_units, level.n_handed, level.n_worked, level.n_facts) for level in found.levels
    }
    assert told == {"county": (2, 1, 1, 1), "town": (2, 1, 1, 1), "enterprise": (3, 1, 1, 2)}


def test_what_is_done_on_paper_is_listed_while_its_figure_stands_still(figures: Cast):
    """Xiaoshan has 80 persons: more than the baseline of 50, not more than that of 80."""
    found = []
    for baseline in (50, 80):
        task = enter_in_force(figures.xiaoshan, f"增加人员，原有{baseline}")
        targets = [Target("2026Q4", Decimal(120), Decimal(baseline))]
        set_targets(task, actor=None, indicator="staff", targets=targets)
        accept(renewed(task), is_final=True, override="机制已建立")
        found.append(renewed(task))

    listed = done_on_paper(Task.objects.filter(pk__in=[task.pk for task in found]))
    page = client_of(figures.office_of_xiaoshan).get(f"/plans/{found[1].measure.plan_id}/reach/")

    assert [each.task for each in listed] == [found[1]]
    assert "Workers employed of" in page.text or found[1].title in page.text


def test_an_open_task_without_a_final_report_is_not_on_paper(figures: Cast):
    task = enter_in_force(figures.xiaoshan, "增加人员")
    set_targets(task, actor=None, indicator="staff", targets=[Target("2026Q4", Decimal(120), Decimal(80))])

    assert done_on_paper(Task.objects.filter(pk=task.pk)) == []


def test_a_plan_is_closed_by_page_when_nothing_is_open(figures: Cast):
    task = enter_in_force(figures.xiaoshan)
    office, place = client_of(figures.office_of_xiaoshan), f"/plans/{task.measure.plan_id}/"

    office.post(f"{place}close/")
    before = office.get(place)
    report = accept(task, is_final=True)
    office.post(f"{place}close/")
    after = office.get(place)

    assert report.state == "accepted"
    assert before.context["plan"].state == "published"
    assert after.context["plan"].state == "closed"
    assert not after.context["may_change"]


def test_a_completed_task_is_taken_up_again_by_page(figures: Cast):
    task = enter_in_force(figures.xiaoshan)
    accept(task, is_final=True)
    office = client_of(figures.office_of_xiaoshan)

    office.post(f"/tasks/{task.pk}/reopen/", {"reason": ""})
    still = renewed(task).state
    office.post(f"/tasks/{task.pk}/reopen/", {"reason": "发现遗漏"})

    assert (still, renewed(task).state) == ("completed", "under_way")


def test_an_older_form_of_a_task_is_refused_and_its_words_stay(figures: Cast):
    task = enter(begin(figures.xiaoshan, "两人同改"))
    office, place = client_of(figures.office_of_xiaoshan), f"/tasks/{task.pk}/change/"
    sent = {"title": "甲", "measure": task.measure_id, "kind": "task", "seen_at": ""}

    first = office.post(place, sent)
    second = office.post(place, sent | {"title": "乙"})

    assert first.status_code == 302
    assert second.status_code == 422
    assert "Somebody else has changed this task meanwhile" in second.text
    assert "乙" in second.text
    assert renewed(task).title == "甲"
