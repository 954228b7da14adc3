"""The list of people, one person's page, the look-up by number, and the list as a file."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.audit import log
from tongxin.organisations.access import Action, actions_of
from tongxin.workforce import identity
from tongxin.workforce.access import get_worker_for, sight_of, workers_visible_to
from tongxin.workforce.duplicate_access import survivor_for
from tongxin.workforce.exports import MOST_ROWS, WRITERS, Format, rows_of, send_file
from tongxin.workforce.forms import FindForm
from tongxin.workforce.pages import describe_list, describe_worker, read_search
from tongxin.workforce.queries import registry_day
from tongxin.workforce.worker_list import count_up_to


def require_somewhere(request: HttpRequest, action: Action) -> None:
    if action not in actions_of(request.user):
        raise PermissionDenied(_("None of your roles allows this anywhere."))


@require_safe
def workers(request: HttpRequest) -> HttpResponse:
    require_somewhere(request, Action.SEE_PEOPLE)
    return render(request, "workforce/workers.html", {**describe_list(request), "section": "workers"})


@require_safe
def worker(request: HttpRequest, pk: int) -> HttpResponse:
    if (survivor := survivor_for(request.user, pk)) is not None:
        return redirect("worker", survivor)
    person = get_worker_for(request.user, pk)
    sight = sight_of(request.user, person)
    log.record(
        actor=request.user, action="workers.viewed", target=person, organisation_id=min(sight.unit_ids)
    )
    context = describe_worker(request.user, sight)
    return render(request, "workforce/worker.html", {**context, "section": "workers"})


@require_POST
def find_worker(request: HttpRequest) -> HttpResponse:
    """Lead to the person with this document if the reader may see them; of others, nothing is said."""
    require_somewhere(request, Action.SEE_PEOPLE)
    form = FindForm(request.POST)
    found = None
    if form.is_valid():
        indexes = identity.indexes_of(form.cleaned_data["number"])
        known_by = Q(document_index__in=indexes) | Q(merged_entries__document_index__in=indexes)
        found = workers_visible_to(request.user).filter(known_by).first()
    if found is None:
        messages.warning(request, _("Nobody with this document works where you may look."))
        return redirect("workers")
    return redirect("worker", found.pk)


@require_safe
def export_workers(request: HttpRequest) -> HttpResponse:
    require_somewhere(request, Action.CHANGE_PEOPLE)
    if request.GET.get("format") not in WRITERS:
        raise Http404(_("There is no such format."))
    written_as = Format(request.GET["format"])
    search = read_search(request, Action.CHANGE_PEOPLE)
    n_rows = count_up_to(search.matching, MOST_ROWS)
    if n_rows > MOST_ROWS:
        words = _("A file holds at most %(most)d people. Choose a smaller unit.")
        messages.error(request, words % {"most": MOST_ROWS})
        return redirect("workers")
    body = WRITERS[written_as](rows_of(search.matching, search.place.within, registry_day()))
    unit = search.place.unit
    changes = {"rows": n_rows, "format": written_as.value}
    unit_id = unit.pk if unit else None
    log.record(actor=request.user, action="workers.exported", target=unit, organisation_id=unit_id, **changes)
    name = f"workers-{unit.code if unit else 'all'}-{registry_day()}.{written_as}"
    return send_file(body, name, written_as.media_type)
