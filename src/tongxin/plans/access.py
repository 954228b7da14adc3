"""Documents and plans are fetched through here: the fetching is the check.

Whoever may see plans at a unit sees its documents and plans, and those of all units below it. Of a unit
above they see what it has published.
"""

from __future__ import annotations

from itertools import accumulate
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Count, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.organisations.access import (
    Action,
    Principal,
    explain,
    grants_in_force,
    reach_of,
    roles_that_allow,
)
from tongxin.organisations.models import Organisation
from tongxin.plans.models import Document, Plan, Task, TaskProposal


def documents_visible_to(user: Principal) -> QuerySet[Document]:
    """Return the documents of the units that the user sees plans of, and the published ones above these."""
    found = Document.objects.select_related("organisation", "sent_by")
    if user is None:
        return found
    published = Q(is_published=True, organisation__path__in=_paths_above(user))
    return found.filter(reach_of(user, Action.SEE_PLANS, "organisation__") | published)


def documents_to_confirm(user: Principal) -> QuerySet[Document, Any]:
    """Return the documents that the user may work on with proposals nobody has decided on, counted."""
    is_open = Q(clauses__proposals__state=TaskProposal.State.OPEN)
    return (
        Document.objects.filter(reach_of(user, Action.CHANGE_PLANS, "organisation__"), revisions=None)
        .annotate(n_open=Count("clauses__proposals", is_open))
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


def get_task_for(user: Principal, pk: int, action: Action = Action.SEE_PLANS) -> Task:
    """Fetch a task by the rights on its plan."""
    found = Task.objects.select_related("measure__plan__organisation", "organisation").filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such task among those you may see."))
    get_plan_for(user, found.measure.plan_id, action)
    return found
