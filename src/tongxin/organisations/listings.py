"""Lists of units as they were on a day, and lists of the roles held at them: one query a page."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db import connection
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import get_language

from tongxin.organisations.company_groups import members_under
from tongxin.organisations.models import Hierarchy, Level, NameSpell, Organisation, Placement, RoleGrant
from tongxin.organisations.queries import on_day
from tongxin.ui.scripts import to_simplified

DEPTH = 6
"""How many steps at most lead from the root down: city, county, town, enterprise, department, one spare."""


def units_on(day: date, *, under: Organisation, is_deep: bool = False) -> QuerySet[Organisation]:
    """Return the units that stood directly under one on the day, or with `is_deep` all below it.

    Each has `name_then`, `parent_name_then`, `parent_code_then` and `n_below`, the units directly under it.
    """
    inside = _below(day, under) if is_deep else Q(pk__in=_children(day, [under.pk]))
    placement = Placement.objects.filter(
        on_day(day), hierarchy=Hierarchy.ADMINISTRATIVE, organisation=OuterRef("pk")
    )
    units = (
        Organisation.objects.alive_on(day)
        .filter(inside)
        .annotate(
            parent_then=Subquery(placement.values("parent_id")[:1]),
            parent_code_then=Subquery(placement.values("parent__code")[:1]),
            name_then=_name_on(day, "pk"),
            n_below=Coalesce(Subquery(_count_below(day)), 0),
        )
    )
    return units.annotate(parent_name_then=_name_on(day, "parent_then")).order_by("code")


def named_or_coded(units: QuerySet[Organisation], text: str, day: date) -> QuerySet[Organisation]:
    """Return those whose code begins with the text, or whose name of the day, in either language, has it."""
    in_name = Q(name_zh__icontains=to_simplified(text)) | Q(name_en__icontains=text)
    named = NameSpell.objects.filter(in_name, on_day(day))
    return units.filter(Q(code__istartswith=text) | Q(pk__in=named.values("organisation_id")))


def _children(day: date, parents: Any) -> QuerySet[Placement, Any]:
    placements = Placement.objects.filter(on_day(day), hierarchy=Hierarchy.ADMINISTRATIVE, parent__in=parents)
    return placements.values("organisation_id")


def _below(day: date, under: Organisation) -> Q:
    """Return the condition of standing below the unit on the day, a nested query for each step."""
    parents: Any = [under.pk]
    condition = Q()
    for _ in range(DEPTH):
        parents = _children(day, parents)
        condition |= Q(pk__in=parents)
    return condition


def _count_below(day: date) -> QuerySet[Any, Any]:
    placements = Placement.objects.filter(
        on_day(day), hierarchy=Hierarchy.ADMINISTRATIVE, parent=OuterRef("pk")
    )
    return placements.order_by().values("parent").annotate(n=Count("pk")).values("n")


def _name_on(day: date, reference: str) -> Any:
    names = NameSpell.objects.filter(on_day(day), organisation=OuterRef(reference))
    zh = Subquery(names.values("name_zh")[:1])
    if get_language() != "en":
        return zh
    return Coalesce(NullIf(Subquery(names.values("name_en")[:1]), Value("")), zh)


def roles_at(units: Q, *, text: str = "", role: str = "", state: str = "", day: date) -> QuerySet[RoleGrant]:
    """Return the roles held at the units: by their holder, by role, in force on the day or past or all."""
    grants = RoleGrant.objects.filter(units).select_related("user", "organisation", "granted_by")
    if text:
        grants = grants.filter(Q(user__username__icontains=text) | Q(user__display_name__icontains=text))
    if role:
        grants = grants.filter(role=role)
    if state == "past":
        grants = grants.filter(valid_to__lte=day)
    elif state != "all":
        grants = grants.filter(Q(valid_to=None) | Q(valid_to__gt=day))
    return grants.order_by("organisation__path", "role", "user__username", "-valid_from", F("pk"))


_LISTED = (Level.CITY, Level.COUNTY, Level.TOWN, Level.ENTERPRISE, Level.GROUP)
# The index finds one unit of a level at once; to list the levels that differ would read every unit of a
# province. A query of the ORM for each of them takes a tenth of a page.
_MET = """SELECT %s WHERE EXISTS (
    SELECT 1 FROM organisations_organisation WHERE level = %s AND path >= %s AND path < %s AND id <> %s
)"""
_MET_BELOW = " UNION ALL ".join([_MET] * len(_LISTED))


def levels_below(organisation: Organisation) -> list[str]:
    """Return the levels at which figures can be listed below the unit, highest first."""
    if organisation.level == Level.GROUP:
        members = Organisation.objects.filter(pk__in=members_under({organisation.pk}))
        met = set(members.order_by().values_list("level", flat=True).distinct())
    else:
        reach = (organisation.path, organisation.path_end, organisation.pk)
        with connection.cursor() as cursor:
            cursor.execute(_MET_BELOW, [each for level in _LISTED for each in (level, level, *reach)])
            met = {level for (level,) in cursor.fetchall()}
    return [level.value for level in _LISTED if level in met]
