"""What of supervision somebody may see and do: by their rights on the task and its units."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, Decision, Principal, explain, reach_of
from tongxin.organisations.models import Organisation
from tongxin.plans.access import get_plan_for, plans_visible_to, tasks_visible_to
from tongxin.plans.models import Plan
from tongxin.supervision.models import Circular, SupervisionOrder


def orders_visible_to(user: Principal) -> QuerySet[SupervisionOrder]:
    """Return the orders that units of the user issued or received; units beside these see none of them."""
    found = SupervisionOrder.objects.select_related(
        "organisation", "issuer", "task__measure__plan__organisation"
    )
    found = found.select_related("task__parent__organisation", "task__organisation")
    if user is None:
        return found
    sides = reach_of(user, Action.SEE_PLANS, "organisation__") | reach_of(user, Action.SEE_PLANS, "issuer__")
    return found.filter(sides, task__in=tasks_visible_to(user).order_by().values("pk"))


def get_order_for(user: Principal, pk: int) -> SupervisionOrder:
    """Fetch an order to be read: 404 where neither side is the user's."""
    found = orders_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such order among those you may see."))
    return found


def get_order_to_answer(user: Principal, pk: int) -> SupervisionOrder:
    """Fetch an order that the user may reply to, for the unit addressed."""
    found = get_order_for(user, pk)
    _require(explain(user, Action.REPORT_PROGRESS, found.organisation))
    return found


def get_order_to_decide(
    user: Principal, pk: int, action: Action = Action.REVIEW_PROGRESS
) -> SupervisionOrder:
    """Fetch an order that the user may return, close or, with CHANGE_PLANS, withdraw for its issuer."""
    found = get_order_for(user, pk)
    _require(explain(user, action, found.issuer))
    return found


def _require(decision: Decision) -> None:
    if not decision.allowed:
        raise PermissionDenied(decision.reason)


def circulars_visible_to(user: Principal) -> QuerySet[Circular]:
    """Return the circulated lists of plans that the user sees, each as a whole: that is what they are for."""
    found = Circular.objects.select_related("plan__organisation")
    return found if user is None else found.filter(plan__in=plans_visible_to(user).order_by().values("pk"))


def get_circular_for(user: Principal, pk: int) -> Circular:
    found = circulars_visible_to(user).filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such circulated list among those you may see."))
    return found


def get_plan_to_supervise(user: Principal, pk: int) -> Plan:
    """Fetch a plan whose rule the user may change."""
    return get_plan_for(user, pk, Action.CHANGE_PLANS)


def tasks_at(user: Principal, unit: Organisation) -> Q:
    """Return the condition on tasks of answering units at or below a unit, as far as the user sees them."""
    below = Q(organisation__path__gte=unit.path, organisation__path__lt=unit.path_end)
    return below & Q(pk__in=tasks_visible_to(user).order_by().values("pk"))
