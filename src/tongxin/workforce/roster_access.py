"""Whose rosters somebody may look at: those of the enterprises that they may send one for."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, Principal, reach_of, require
from tongxin.workforce.models import RosterImport


def rosters_visible_to(user: Principal) -> QuerySet[RosterImport]:
    """Return the imports of every enterprise whose people the user may change."""
    return RosterImport.objects.filter(reach_of(user, Action.CHANGE_PEOPLE, "organisation__"))


def get_roster_for(user: Principal, pk: int) -> RosterImport:
    """Fetch an import: 404 where its unit is hidden, 403 where the unit alone is seen."""
    roster = RosterImport.objects.select_related("organisation", "file", "sent_by").filter(pk=pk).first()
    if roster is None:
        raise Http404(_("There is no such import."))
    require(user, Action.CHANGE_PEOPLE, roster.organisation)
    return roster
