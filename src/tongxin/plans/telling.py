"""Telling those whom a step concerns: who decides on a report, who wrote it, who got a share."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tongxin.accounts.models import User
from tongxin.notices.actions import notify, post_to_webhooks
from tongxin.notices.readers import readers_of
from tongxin.organisations.access import Action
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Report, Task

LONGEST_TITLE, LONGEST_TEXT = 200, 4000


def tell_submitted(report: Report) -> None:
    """Tell those who decide on a report that it waits, except who submitted it."""
    task = report.task
    readers = _readers(task.decided_by, Action.REVIEW_PROGRESS)
    told = [user for user in readers if user.pk != report.submitted_by_id]
    with translation.override(settings.LANGUAGE_CODE):
        values = {"unit": task.organisation.name, "task": task.title}
        title = _("Report of %(unit)s waits for a decision: %(task)s") % values
        _tell(told, report, title, report.text, unit=task.decided_by)


def tell_decided(report: Report) -> None:
    """Tell who submitted a report, and those who report at its unit, what was decided."""
    task = report.task
    readers = [*_readers(task.organisation, Action.REPORT_PROGRESS)]
    told = [report.submitted_by, *readers] if report.submitted_by else readers
    with translation.override(settings.LANGUAGE_CODE):
        if report.state == Report.State.RETURNED:
            title = _("Report returned: %(task)s") % {"task": task.title}
        elif task.state == Task.State.COMPLETED:
            title = _("Task completed: %(task)s") % {"task": task.title}
        else:
            title = _("Report accepted: %(task)s") % {"task": task.title}
        _tell(told, report, title, report.decision, unit=task.organisation)


def tell_handed_down(shares: Sequence[Task]) -> None:
    """Tell each unit that got a share of a task; a draft's shares are told of by nobody yet."""
    units = {share.organisation_id for share in shares if share.state != Task.State.PLANNED}
    readers = readers_of(units, Action.REPORT_PROGRESS, timezone.localdate())
    with translation.override(settings.LANGUAGE_CODE):
        for share in shares:
            if share.organisation_id in readers:
                _tell_share(share, readers[share.organisation_id].users)


def tell_assigned(tasks: Iterable[Task]) -> None:
    """Tell units below that a plan came into force in which they have shares: one message a unit."""
    by_unit: dict[int, list[Task]] = {}
    for task in tasks:
        by_unit.setdefault(task.organisation_id, []).append(task)
    readers = readers_of(by_unit, Action.REPORT_PROGRESS, timezone.localdate())
    with translation.override(settings.LANGUAGE_CODE):
        for unit_id, shares in by_unit.items():
            if len(shares) == 1:
                _tell_share(shares[0], readers[unit_id].users)
                continue
            plan = shares[0].measure.plan
            title = ngettext("%(count)d task of “%(plan)s”", "%(count)d tasks of “%(plan)s”", len(shares))
            told = {
                "kind": "tasks.handed_down",
                "title": (title % {"count": len(shares), "plan": plan})[:LONGEST_TITLE],
                "text": "\n".join(share.title for share in shares)[:LONGEST_TEXT],
                "link": reverse("tasks") + f"?at={shares[0].organisation.code}",
                "key": f"plan:{plan.pk}:assigned:{unit_id}",
            }
            notify(readers[unit_id].users, **told, organisation=shares[0].organisation)
            post_to_webhooks([shares[0].organisation], **told)


def _tell_share(share: Task, users: Iterable[User]) -> None:
    title = _("A task for %(unit)s: %(task)s") % {"unit": share.organisation.name, "task": share.title}
    due = _("Due on %(day)s.") % {"day": share.due_on} if share.due_on else ""
    told = {
        "kind": "tasks.handed_down",
        "title": title[:LONGEST_TITLE],
        "text": due,
        "link": reverse("task", args=[share.pk]),
        "key": f"task:{share.pk}:handed_down",
    }
    notify(users, **told, organisation=share.organisation)
    post_to_webhooks([share.organisation], **told)


def _tell(users: Iterable[User], report: Report, title: str, text: str, *, unit: Organisation) -> None:
    moment = report.decided_at or report.submitted_at
    notify(
        users,
        kind=f"reports.{report.state}",
        title=title[:LONGEST_TITLE],
        text=text[:LONGEST_TEXT],
        link=reverse("report", args=[report.pk]),
        key=f"report:{report.pk}:{report.state}:{moment:%Y%m%d%H%M%S%f}",
        organisation=unit,
    )


def _readers(unit: Organisation, action: Action) -> tuple[User, ...]:
    return readers_of([unit.pk], action, timezone.localdate())[unit.pk].users
