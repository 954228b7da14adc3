"""Documents and plans are fetched through here: the fetching is the check.

Whoever may see plans at a unit sees its documents and plans, and those of all units below it. Of a unit
above they see what it has published.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.organisations.access import (
    Action,
    Decision,
    Principal,
    explain,
    grants_in_force,
    reach_of,
    roles_that_allow,
)
from tongxin.organisations.models import Organisation
from tongxin.plans.counting import count_proposals
from tongxin.plans.models import Document, Plan, Report, Task, TaskProposal, TaskUnit


def documents_visible_to(user: Principal) -> QuerySet[Document]:
    """Return the documents of the units that the user sees plans of, and the published ones above these."""
    found = Document.objects.select_related("organisation", "sent_by")
    if user is None:
        return found
    published = Q(is_published=True, organisation__path__in=_paths_above(user))
    return found.filter(reach_of(user, Action.SEE_PLANS, "organisation__") | published)


def documents_to_confirm(user: Principal) -> QuerySet[Document, Any]:
    """Return the documents that the user may work on with proposals nobody has decided on, counted."""
    return (
        Document.objects.filter(reach_of(user, Action.CHANGE_PLANS, "organisation__"), revisions=None)
        .annotate(n_open=count_proposals(TaskProposal.State.OPEN))
        .filter(n_open__gt=0)
        .defer("text", "reading")
        .order_by("-sent_at", "-pk")
    )


def plans_visible_to(user: Principal) -> QuerySet[Plan]:
    """Return the plans of the units that the user sees plans of, and the published ones above these."""
    found = Plan.objects.select_related("organisation")
    if user is None:
        return found
    published = Q(organisation__path__in=_paths_above(user)) & ~Q(state=Plan.State.DRAFT)
    return found.filter(reach_of(user, Action.SEE_PLANS, "organisation__") | published)


def _paths_above(user: Principal) -> set[str]:
    """Return the paths of all units above those at which the user may see plans."""
    allowing = roles_that_allow(Action.SEE_PLANS)
    paths = [grant.organisation.path for grant in grants_in_force(user) if grant.role in allowing]
    return {step for path in paths if path for step in steps_of(path)}


def steps_of(path: str) -> list[str]:
    """Return the paths of a unit and of all above it.

    >>> steps_of("/1/5/")
    ['/', '/1/', '/1/5/']
    """
    return list(accumulate(f"{part}/" for part in path.rstrip("/").split("/")))


def _require(user: Principal, action: Action, unit: Organisation) -> None:
    """Refuse with 403 even where the unit is hidden: what it has published is seen already."""
    if action is Action.SEE_PLANS:
        return
    decision = explain(user, action, unit)
    if not decision.allowed:
        raise PermissionDenied(decision.reason)


def get_document_for(user: Principal, pk: int, action: Action = Action.SEE_PLANS) -> Document:
    """Fetch a document: 404 where it is hidden, 403 where it is seen but may not be worked on."""
    found = documents_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such document among those you may read."))
    _require(user, action, found.organisation)
    return found


def get_plan_for(user: Principal, pk: int, action: Action = Action.SEE_PLANS) -> Plan:
    """Fetch a plan: 404 where it is hidden, 403 where it is seen but may not be changed."""
    found = plans_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such plan among those you may see."))
    _require(user, action, found.organisation)
    return found


def get_proposal_for(user: Principal, pk: int, action: Action = Action.CHANGE_PLANS) -> TaskProposal:
    """Fetch a proposal of a document by the rights on that document."""
    found = TaskProposal.objects.select_related("clause__document__organisation").filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such proposal among those you may see."))
    get_document_for(user, found.clause.document_id, action)
    return found


def tasks_visible_to(user: Principal) -> QuerySet[Task]:
    """Return the tasks of visible plans: a plan's own, and the shares of units the user sees plans of.

    A share is also seen by those below the unit it was handed to, never by the units beside it.
    """
    found = Task.objects.select_related("measure__plan__organisation", "organisation", "parent__organisation")
    if user is None:
        return found
    own = Q(parent=None, measure__plan__in=plans_visible_to(user).order_by())
    published = ~Q(measure__plan__state=Plan.State.DRAFT)
    above = Q(organisation__path__in=_paths_above(user)) & published
    drafted = reach_of(user, Action.SEE_PLANS, "measure__plan__organisation__")
    within = reach_of(user, Action.SEE_PLANS, "organisation__") & (published | drafted)
    shares = Q(parent__isnull=False) & (within | above)
    led = Q(pk__in=TaskUnit.objects.filter(reach_of(user, Action.SEE_PLANS, "organisation__")).values("task"))
    return found.filter(own | shares | (led & published))


def get_task_for(user: Principal, pk: int, action: Action = Action.SEE_PLANS) -> Task:
    """Fetch a task: 404 where it is hidden, 403 where the unit that decides on it is not the user's."""
    found = tasks_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such task among those you may see."))
    _require(user, action, found.decided_by)
    return found


def get_task_to_hand_down(user: Principal, pk: int) -> Task:
    """Fetch a task that the user may hand down: 403 where they do not plan for the unit that has it."""
    found = get_task_for(user, pk)
    _require(user, Action.CHANGE_PLANS, found.organisation)
    return found


def get_task_to_report(user: Principal, pk: int) -> Task:
    """Fetch a task that the user may report on: 403 where neither it nor its lead is the user's unit."""
    found = get_task_for(user, pk)
    require_reporting(user, found)
    return found


def require_reporting(user: Principal, task: Task) -> None:
    """Refuse with 403 who may not report on a task."""
    decision = may_report(user, task)
    if not decision.allowed:
        raise PermissionDenied(decision.reason)


def may_report(user: Principal, task: Task) -> Decision:
    """Tell whether a user may report on a task: for the unit that answers for it, or one that leads it."""
    decision = explain(user, Action.REPORT_PROGRESS, task.organisation)
    if decision.allowed:
        return decision
    leads = task.units.filter(part=TaskUnit.Part.LEAD, organisation__isnull=False)
    for unit in leads.select_related("organisation"):
        if unit.organisation is not None:
            by_lead = explain(user, Action.REPORT_PROGRESS, unit.organisation)
            if by_lead.allowed:
                return by_lead
    return decision


def reports_visible_to(user: Principal) -> QuerySet[Report]:
    """Return the reports on tasks of units the user sees plans of, or leads; a draft is its unit's alone."""
    found = Report.objects.select_related("task__measure__plan__organisation", "task__organisation")
    found = found.select_related("task__parent__organisation", "made_by", "submitted_by", "decided_by")
    if user is None:
        return found
    writers, readers = (
        reach_of(user, action, "task__organisation__") | Q(task__in=_led_by(user, action))
        for action in (Action.REPORT_PROGRESS, Action.SEE_PLANS)
    )
    return found.filter(writers | (readers & ~Q(state=Report.State.DRAFT)))


def _led_by(user: Principal, action: Action) -> QuerySet[TaskUnit, Any]:
    """Return the keys of the tasks that units lead at which the user may do the thing."""
    leads = TaskUnit.objects.filter(reach_of(user, action, "organisation__"), part=TaskUnit.Part.LEAD)
    return leads.values("task")


def get_report_for(user: Principal, pk: int, action: Action = Action.SEE_PLANS) -> Report:
    """Fetch a report: 404 where it is hidden, 403 where it may be read but not written or decided on."""
    found = reports_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such report among those you may read."))
    if action is Action.REPORT_PROGRESS:
        require_reporting(user, found.task)
    else:
        _require(user, action, found.task.decided_by)
    return found
