"""Tasks of several units for the lists of all tasks: drafts, plans in force, shares, leads elsewhere."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.cast import OPENED, Cast, make_user
from tests.plans.builders import begin, enter, measure_of

from tongxin.accounts.models import User
from tongxin.organisations.models import Role
from tongxin.organisations.role_actions import grant_role
from tongxin.plans.handing_actions import Share, hand_down
from tongxin.plans.models import Plan, Task
from tongxin.plans.plan_actions import publish_plan

TODAY = date(2026, 6, 1)


def raise_tasks(cast: Cast) -> dict[str, Task]:
    """Make a task at each level, shares of the city's in two counties, and one that another unit leads."""
    found: dict[str, Task] = {}
    for name in ("province", "hangzhou", "xiaoshan", "yuhang", "ningbo"):
        plan = begin(getattr(cast, name), f"方案 {name}")
        found[name] = enter(plan, f"任务 {name}", due_on=date(2026, 5, 1))
        found[f"{name} led"] = enter(plan, f"由萧山牵头 {name}", lead=["萧山区"], support=["总工会"])
        if name != "ningbo":
            publish_plan(plan, actor=None)
    shares = [Share(cast.xiaoshan, due_on=date(2026, 4, 1)), Share(cast.yuhang)]
    hand_down(found["hangzhou"], shares, actor=None)
    for share in found["hangzhou"].children.select_related("organisation"):
        found[f"share {share.organisation.code}"] = share
    found["draft"] = enter(begin(cast.xiaoshan, "草案"), "草案任务")
    return found


def people_of(cast: Cast) -> dict[str, User]:
    """Return those who stand around: above, at, beside and below the district, and a stranger."""
    below = make_user("office_of_chengxiang")
    grant_role(below, actor=None, role=Role.OFFICE, organisation=cast.chengxiang, valid_from=OPENED)
    narrow = make_user("office_of_hangzhou_alone")
    grant_role(
        narrow, actor=None, role=Role.OFFICE, organisation=cast.hangzhou, valid_from=OPENED, reach="unit"
    )
    names = (
        "office_of_province",
        "office_of_hangzhou",
        "office_of_xiaoshan",
        "office_of_yuhang",
        "viewer_of_xiaoshan",
        "reporter_of_alpha",
        "auditor",
        "stranger",
    )
    return {name: getattr(cast, name) for name in names} | {"below": below, "narrow": narrow}


def many_tasks(plan: Plan, count: int, **values: Any) -> list[Task]:
    """Add tasks at once, for lists that have many."""
    made = [
        Task(
            measure=measure_of(plan),
            organisation=plan.organisation,
            title=f"任务{place}",
            state="assigned",
            **values,
        )
        for place in range(count)
    ]
    return Task.objects.bulk_create(made)
