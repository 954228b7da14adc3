"""A plan, a meeting and an instruction at work, with names that belong to no language."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from tests.cast import Cast
from tests.meetings.builders import hold_a, instruct, resolve
from tests.plans.builders import enter, renewed, share_out, submit

from tongxin.notices.webhook_actions import make_webhook
from tongxin.plans.models import Measure
from tongxin.plans.plan_actions import make_plan, publish_plan
from tongxin.supervision.actions import circulate
from tongxin.supervision.compute import supervise
from tongxin.supervision.days import last_working_day
from tongxin.supervision.order_actions import issue_order

NAMES = (
    *("PLAN", "WHOLE", "OWN", "DONE", "ASKED", "MEETING", "RESOLVED", "GIVER", "TOLD", "GROUP", "PIECES"),
    *("host", "NOTHINGLIKEIT"),
)


def lay_out(cast: Cast) -> dict[str, str]:
    """Have Hangzhou plan, hand down, decide, order and circulate, and return what the addresses name."""
    today = timezone.localdate()
    plan = make_plan(
        cast.hangzhou,
        actor=None,
        title="PLAN",
        starts_on=today - timedelta(days=90),
        ends_on=today + timedelta(days=90),
    )
    whole = enter(plan, "WHOLE", due_on=today + timedelta(days=80), goal=100, goal_unit="PIECES")
    own = enter(plan, "OWN", due_on=today - timedelta(days=60))
    publish_plan(plan, actor=None)
    (share,) = share_out(renewed(whole), cast.xiaoshan, goal=40, due_on=today + timedelta(days=70))
    report = submit(share, text="DONE", amount=10)
    order = issue_order(renewed(own), actor=None, organisation=cast.hangzhou, demand="ASKED", reply_days=3)
    circular = circulate(plan, today, actor=None)
    supervise(last_working_day(today))
    meeting = hold_a(cast.hangzhou, "MEETING")
    resolve(meeting, "RESOLVED")
    instruction = instruct(cast.hangzhou, "TOLD", given_by="GIVER")
    given = {"name": "GROUP", "form": "generic", "url": "https://host/x", "secret": ""}
    webhook = make_webhook(cast.hangzhou, actor=None, **given)[0]
    return {
        name: str(each.pk)
        for name, each in {
            "plan": plan,
            "measure": plan.measures.first() or Measure(),
            "whole": renewed(whole),
            "own": own,
            "share": share,
            "report": report,
            "order": order,
            "circular": circular,
            "meeting": meeting,
            "instruction": instruction,
            "webhook": webhook,
        }.items()
    }
