"""Files that are being read are seen by whoever may read documents in at their unit."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import QuerySet
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from tongxin.organisations.access import Action, Principal, reach_of
from tongxin.organisations.models import Organisation
from tongxin.plans.models import DocumentReading

REMEMBERED = timedelta(days=7)
"""So long a list says that a file was refused."""


def readings_visible_to(user: Principal) -> QuerySet[DocumentReading]:
    found = DocumentReading.objects.select_related("organisation", "sent_by", "document")
    return found.filter(reach_of(user, Action.CHANGE_PLANS, "organisation__"))


def readings_to_tell(user: Principal, unit: Organisation) -> QuerySet[DocumentReading]:
    """Return what is being read for a unit, and what was refused lately."""
    found = readings_visible_to(user).filter(organisation=unit, sent_at__gte=timezone.now() - REMEMBERED)
    return found.exclude(state=DocumentReading.State.READ).defer("document__text", "document__reading")


def get_reading_for(user: Principal, pk: int) -> DocumentReading:
    found = readings_visible_to(user).filter(pk=pk).defer("document__text", "document__reading").first()
    if found is None:
        raise Http404(_("There is no such file among those you may see."))
    return found
