"""Who may do what, where. Objects are fetched through here: the fetching is the check."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tongxin.accounts.models import User
from tongxin.organisations.company_groups import MEMBERS, members_under
from tongxin.organisations.models import Level, Organisation, Role, RoleGrant
from tongxin.organisations.once import once


class Action(StrEnum):
    """What a role may allow at a unit."""

    SEE_UNIT = "see_unit"
    CHANGE_TREE = "change_tree"
    CHANGE_GROUP = "change_group"
    SEE_FIGURES = "see_figures"
    SEE_PEOPLE = "see_people"
    CHANGE_PEOPLE = "change_people"
    REVIEW_PEOPLE = "review_people"
    SEE_PLANS = "see_plans"
    CHANGE_PLANS = "change_plans"
    REPORT_PROGRESS = "report_progress"
    REVIEW_PROGRESS = "review_progress"
    SEE_TRAIL = "see_trail"
    SEE_ROLES = "see_roles"
    GRANT_ROLES = "grant_roles"
    REVOKE_ROLES = "revoke_roles"
    MANAGE_ACCOUNTS = "manage_accounts"
    MANAGE_WEBHOOKS = "manage_webhooks"
    BUILD_RELEASE = "build_release"

    @property
    def label(self) -> str:
        return str(ACTION_NAMES[self])


ACTION_NAMES = {
    Action.SEE_UNIT: _lazy("see the unit"),
    Action.CHANGE_TREE: _lazy("change the tree of organisations"),
    Action.CHANGE_GROUP: _lazy("change the coordination group"),
    Action.SEE_FIGURES: _lazy("see figures"),
    Action.SEE_PEOPLE: _lazy("see people, their identity masked"),
    Action.CHANGE_PEOPLE: _lazy("change people and their records"),
    Action.REVIEW_PEOPLE: _lazy("review changes of people"),
    Action.SEE_PLANS: _lazy("see documents, plans and tasks"),
    Action.CHANGE_PLANS: _lazy("read documents in, and make plans and tasks of them"),
    Action.REPORT_PROGRESS: _lazy("report on the tasks of the unit"),
    Action.REVIEW_PROGRESS: _lazy("accept or return reports on tasks"),
    Action.SEE_TRAIL: _lazy("read the audit log"),
    Action.SEE_ROLES: _lazy("see roles"),
    Action.GRANT_ROLES: _lazy("grant roles"),
    Action.REVOKE_ROLES: _lazy("revoke roles"),
    Action.MANAGE_ACCOUNTS: _lazy("manage accounts"),
    Action.MANAGE_WEBHOOKS: _lazy("manage webhooks"),
    Action.BUILD_RELEASE: _lazy("build a release of figures"),
}


_FIGURES = frozenset({Action.SEE_UNIT, Action.SEE_FIGURES})
_WORK = _FIGURES | {Action.SEE_PLANS}
_PEOPLE = _WORK | {Action.SEE_PEOPLE}

ALLOWS: dict[Role, frozenset[Action]] = {
    Role.VIEWER: _WORK,
    Role.ASSESSOR: _WORK,
    Role.REPORTER: _PEOPLE | {Action.CHANGE_PEOPLE, Action.REPORT_PROGRESS},
    Role.REVIEWER: _PEOPLE | {Action.REVIEW_PEOPLE, Action.REVIEW_PROGRESS},
    Role.OFFICE: _PEOPLE
    | {
        Action.CHANGE_PEOPLE,
        Action.REVIEW_PEOPLE,
        Action.CHANGE_PLANS,
        Action.REPORT_PROGRESS,
        Action.REVIEW_PROGRESS,
        Action.CHANGE_TREE,
        Action.CHANGE_GROUP,
        Action.SEE_ROLES,
        Action.GRANT_ROLES,
        Action.REVOKE_ROLES,
        Action.BUILD_RELEASE,
        Action.MANAGE_WEBHOOKS,
    },
    # Cases in their charge come with the services; the unit itself is all that is seen until then.
    Role.SERVICE_WORKER: frozenset({Action.SEE_UNIT}),
    Role.AUDITOR: frozenset({Action.SEE_UNIT, Action.SEE_TRAIL, Action.SEE_ROLES}),
    Role.SYSTEM_ADMINISTRATOR: frozenset(
        {Action.SEE_UNIT, Action.MANAGE_ACCOUNTS, Action.MANAGE_WEBHOOKS, Action.BUILD_RELEASE}
    ),
    Role.SECURITY_ADMINISTRATOR: frozenset(
        {Action.SEE_UNIT, Action.SEE_ROLES, Action.GRANT_ROLES, Action.REVOKE_ROLES}
    ),
}

Principal = User | AnonymousUser | None
"""None is the operator at the command line, who may do everything and is `system` in the log."""


@dataclass(frozen=True)
class Decision:
    """Whether a user may do a thing at a unit, with the role that allows it or the reason why none does."""

    allowed: bool
    reason: str
    grant: RoleGrant | None = None


def grants_in_force(user: Principal) -> QuerySet[RoleGrant]:
    """Return the roles that the user holds today; none while their password is one that others have seen."""
    if user is None or not user.is_authenticated or not user.is_active or user.must_change_password:
        return RoleGrant.objects.none()
    today = timezone.localdate()
    return RoleGrant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gt=today), user_id=user.pk, valid_from__lte=today
    ).select_related("organisation")


def _grants_of(user: Principal) -> list[RoleGrant]:
    if user is None or user.pk is None:
        return list(grants_in_force(user))
    return once(("grants", user.pk), lambda: list(grants_in_force(user)))


def _grants_that_allow(user: Principal, action: Action) -> list[RoleGrant]:
    return [grant for grant in _grants_of(user) if action in ALLOWS[Role(grant.role)]]


def roles_that_allow(action: Action) -> list[Role]:
    return [role for role, actions in ALLOWS.items() if action in actions]


def organisations_visible_to(user: Principal, action: Action = Action.SEE_UNIT) -> QuerySet[Organisation]:
    """Return every unit at which the user may do the thing: one condition over paths, whatever the roles."""
    if user is None:
        return Organisation.objects.all()
    return Organisation.objects.filter(reach_of(user, action))


def reach_of(user: Principal, action: Action, prefix: str = "") -> Q:
    """Return the condition on an organisation (`prefix` leads to it) where the user may do the thing."""
    if user is None:
        return Q()
    condition = Q(pk__in=[])
    grants = _grants_that_allow(user, action)
    for grant in grants:
        condition |= _covered_by(grant, prefix)
    if members := _members_through(grants, action):
        condition |= Q(**{f"{prefix}id__in": members})
    return condition


def _members_through(grants: Iterable[RoleGrant], action: Action) -> set[int]:
    """Return the members of group companies at which the roles are held: their figures, nothing of people."""
    if action not in _FIGURES:
        return set()
    groups = {grant.organisation_id for grant in grants if _holds_a_group(grant)}
    return members_under(groups) if groups else set()


def _holds_a_group(grant: RoleGrant) -> bool:
    return grant.organisation.level == Level.GROUP and grant.reach == RoleGrant.Reach.SUBTREE


def _covered_by(grant: RoleGrant, prefix: str) -> Q:
    at = grant.organisation
    if grant.reach == RoleGrant.Reach.UNIT or not at.path:
        return Q(**{f"{prefix}id": at.pk})
    return subtree_of(at, prefix)


def subtree_of(unit: Organisation, prefix: str = "") -> Q:
    """Return the condition on an organisation (`prefix` leads to it) of being the unit or below it."""
    return Q(**{f"{prefix}path__gte": unit.path, f"{prefix}path__lt": unit.path_end})


def explain(user: Principal, action: Action, organisation: Organisation) -> Decision:
    """Say whether the user may do the thing at the unit, and why."""
    if user is None:
        return Decision(allowed=True, reason=_("The operator may do everything."))
    return _decide(grants_that_reach(user, organisation), action, organisation)


def grants_that_reach(user: Principal, organisation: Organisation) -> list[RoleGrant]:
    """Return the roles that hold at a unit: those at it or above, and those at group companies it is in."""
    held = _grants_of(user)
    return [grant for grant in held if reaches(grant, organisation) or reaches_as_member(grant, organisation)]


def allowed_at(grant: RoleGrant, organisation: Organisation) -> frozenset[Action]:
    """Return what a role that holds at a unit allows there: through a group company figures alone."""
    allowed = ALLOWS[Role(grant.role)]
    return allowed if reaches(grant, organisation) else allowed & _FIGURES


def _allowing(covering: list[RoleGrant], action: Action, organisation: Organisation) -> RoleGrant | None:
    """Return the first role that allows the thing at the unit."""
    return next((grant for grant in covering if action in allowed_at(grant, organisation)), None)


def _decide(covering: list[RoleGrant], action: Action, organisation: Organisation) -> Decision:
    if grant := _allowing(covering, action, organisation):
        reason = _("%(role)s at %(unit)s (%(reach)s) allows it.") % {
            "role": grant.get_role_display(),
            "unit": grant.organisation.name,
            "reach": grant.get_reach_display(),
        }
        return Decision(allowed=True, reason=reason, grant=grant)
    if covering:
        names = "、".join(str(grant.get_role_display()) for grant in covering)
        reason = _("The roles held here (%(roles)s) do not allow it.") % {"roles": names}
        return Decision(allowed=False, reason=reason)
    return Decision(allowed=False, reason=_("No role is held at this unit or above it with reach to it."))


def reaches(grant: RoleGrant, organisation: Organisation) -> bool:
    """Tell whether a role holds at a unit: at its own unit, and below it unless it is for this unit only."""
    if grant.organisation_id == organisation.pk:
        return True
    if grant.reach == RoleGrant.Reach.UNIT or not organisation.path or not grant.organisation.path:
        return False
    return organisation.path.startswith(grant.organisation.path)


def reaches_as_member(grant: RoleGrant, organisation: Organisation) -> bool:
    """Tell whether a role is held at a group company to which the unit belongs today."""
    if organisation.level not in MEMBERS or not _holds_a_group(grant):
        return False
    return organisation.pk in members_under({grant.organisation_id})


def may(user: Principal, action: Action, organisation: Organisation) -> bool:
    if user is None:
        return True
    return _allowing(grants_that_reach(user, organisation), action, organisation) is not None


def get_organisation_for(user: Principal, code: str, action: Action = Action.SEE_UNIT) -> Organisation:
    """Fetch a unit for an action: 404 where it is hidden, 403 where it is seen but no role allows it."""
    try:
        organisation = Organisation.objects.select_related("parent").get(code=code)
    except Organisation.DoesNotExist:
        raise Http404(_("There is no unit %(code)s.") % {"code": code}) from None
    require(user, action, organisation)
    return organisation


def require(user: Principal, action: Action, organisation: Organisation) -> None:
    """Refuse with 404 where the unit is hidden, with 403 where it is seen but the action is not allowed."""
    if user is None:
        return
    covering = grants_that_reach(user, organisation)
    if _allowing(covering, Action.SEE_UNIT, organisation) is None:
        raise Http404(_("There is no unit %(code)s.") % {"code": organisation.code})
    if _allowing(covering, action, organisation) is None:
        raise PermissionDenied(_decide(covering, action, organisation).reason)


def actions_of(user: Principal) -> frozenset[Action]:
    """Return what the user may do somewhere, for the menu."""
    if user is None:
        return frozenset(Action)
    return frozenset().union(*(ALLOWS[Role(grant.role)] for grant in _grants_of(user)))


def actions_at(user: Principal, organisation: Organisation) -> frozenset[Action]:
    """Return all that the user may do at the unit: their roles there add up."""
    if user is None:
        return frozenset(Action)
    covering = grants_that_reach(user, organisation)
    return frozenset().union(*(allowed_at(grant, organisation) for grant in covering))


def home_unit_of(user: Principal, action: Action = Action.SEE_UNIT) -> Organisation | None:
    """Return the highest unit at which the user may do the thing: where their first screen stands."""
    grants = _grants_that_allow(user, action)
    units = sorted((grant.organisation for grant in grants), key=lambda unit: (unit.path or "").count("/"))
    return units[0] if units else None


def roles_grantable_by(user: Principal, organisation: Organisation) -> list[Role]:
    """Return the roles that the user may hand out at the unit: none that allows more than they hold there."""
    if user is None:
        return list(Role)
    held = actions_at(user, organisation)
    if Action.GRANT_ROLES not in held:
        return []
    return [role for role in Role if ALLOWS[role] <= held]


def reaches_grantable_by(user: Principal, organisation: Organisation, role: Role) -> list[str]:
    """Return how far the role may be handed out: below the unit only by who holds it all below the unit."""
    if user is None:
        return list(RoleGrant.Reach.values)
    wide = [
        ALLOWS[Role(grant.role)]
        for grant in grants_in_force(user)
        if reaches(grant, organisation) and grant.reach == RoleGrant.Reach.SUBTREE
    ]
    if ALLOWS[role] | {Action.GRANT_ROLES} <= frozenset().union(*wide):
        return list(RoleGrant.Reach.values)
    return [RoleGrant.Reach.UNIT]


def is_revocable_by(user: Principal, grant: RoleGrant) -> bool:
    """Tell whether the user may take a role back: one they could hand out; a security administrator any."""
    if user is None:
        return True
    at = grant.organisation
    covering = grants_that_reach(user, at)
    if any(held.role == Role.SECURITY_ADMINISTRATOR and reaches(held, at) for held in covering):
        return True
    if Action.REVOKE_ROLES not in actions_at(user, at):
        return False
    role = Role(grant.role)
    return role in roles_grantable_by(user, at) and grant.reach in reaches_grantable_by(user, at, role)


def keep_visible(
    user: Principal, organisations: Iterable[Organisation], action: Action
) -> list[Organisation]:
    """Return those of the given units at which the user may do the thing."""
    if user is None:
        return list(organisations)
    grants = _grants_that_allow(user, action)
    members = _members_through(grants, action)
    return [
        unit for unit in organisations if unit.pk in members or any(reaches(grant, unit) for grant in grants)
    ]
