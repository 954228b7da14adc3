"""Forms of the dated records of people and enterprises, and the page of an enterprise's records."""

from __future__ import annotations

from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.organisations.access import Action, get_organisation_for, may
from tongxin.organisations.models import Level
from tongxin.organisations.queries import ancestors_of
from tongxin.ui.formats import day_short
from tongxin.workforce.access import employers_open_to, get_record_for, get_worker_for, workers_visible_to
from tongxin.workforce.change_views import get_or_post
from tongxin.workforce.enterprise_actions import remove_enterprise_record
from tongxin.workforce.filling import confirm, fill
from tongxin.workforce.record_actions import remove_record
from tongxin.workforce.record_forms import ENTERPRISE_KINDS, KINDS, STEPS, Kind, MentorshipForm
from tongxin.workforce.timeline import in_words

RECENT = 50


def _kind(kinds: dict[str, Kind], name: str) -> Kind:
    if name not in kinds:
        raise Http404(_("There is no such kind of record."))
    return kinds[name]


@get_or_post
def new_record(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    asked = _kind(KINDS, kind)
    person = get_worker_for(request.user, pk, Action.CHANGE_PEOPLE)
    options = {"people": workers_visible_to(request.user)} if asked.form is MentorshipForm else {}
    units = employers_open_to(request.user, person)
    return fill(
        request,
        asked.form(request.POST or None, units=units, **options),
        partial(asked.add, person, actor=request.user),
        title=_("%(kind)s of %(name)s") % {"kind": asked.name, "name": person.name},
        back=reverse("worker", args=[pk]),
        done=_("Saved."),
    )


@get_or_post
def step(request: HttpRequest, pk: int, kind: str, record_pk: int) -> HttpResponse:
    """What may still happen to a record: an appointment lapses, an innovation is adopted, a bond ends."""
    if kind not in STEPS:
        raise Http404(_("There is no such kind of record."))
    person = get_worker_for(request.user, pk)
    asked = STEPS[kind]
    record = get_record_for(request.user, person, asked.model, record_pk, Action.CHANGE_PEOPLE)
    return fill(
        request,
        asked.form(request.POST or None),
        partial(asked.take, record, actor=request.user),
        title=f"{KINDS[kind].name}: {asked.name}",
        lead=person.name,
        back=reverse("worker", args=[pk]),
        done=_("Saved."),
    )


@get_or_post
def remove(request: HttpRequest, pk: int, kind: str, record_pk: int) -> HttpResponse:
    asked = _kind(KINDS, kind)
    person = get_worker_for(request.user, pk)
    record = get_record_for(request.user, person, asked.model, record_pk, Action.CHANGE_PEOPLE)
    return confirm(
        request,
        partial(remove_record, record, actor=request.user),
        title=_("Remove: %(kind)s of %(name)s") % {"kind": asked.name, "name": person.name},
        what=in_words(record),
        lead=_("Only for what was entered by mistake. The log keeps what it said."),
        back=reverse("worker", args=[pk]),
        done=_("Removed."),
        button=_("Remove"),
    )


@require_safe
def enterprise_records(request: HttpRequest, code: str) -> HttpResponse:
    organisation = get_organisation_for(request.user, code, Action.SEE_PEOPLE)
    if organisation.level != Level.ENTERPRISE:
        raise Http404(_("Records of this kind are kept for enterprises."))
    groups = [
        (name, kind, kind.model.objects.filter(organisation=organisation).order_by("-on", "-pk")[:RECENT])
        for name, kind in ENTERPRISE_KINDS.items()
    ]
    above = [unit for unit in ancestors_of(organisation) if may(request.user, Action.SEE_UNIT, unit)]
    context = {
        "organisation": organisation,
        "groups": groups,
        "may_change": may(request.user, Action.CHANGE_PEOPLE, organisation),
        "unit_crumbs": [
            (unit.name, f"{reverse('workers')}?unit={unit.code}") for unit in [*above, organisation]
        ],
        "section": "organisations",
    }
    return render(request, "workforce/enterprise_records.html", context)


@get_or_post
def new_enterprise_record(request: HttpRequest, code: str, kind: str) -> HttpResponse:
    asked = _kind(ENTERPRISE_KINDS, kind)
    organisation = get_organisation_for(request.user, code, Action.CHANGE_PEOPLE)
    return fill(
        request,
        asked.form(request.POST or None),
        partial(asked.add, organisation, actor=request.user),
        title=asked.name,
        lead=organisation.name,
        back=reverse("enterprise_records", args=[code]),
        done=_("Saved."),
    )


@get_or_post
def remove_of_enterprise(request: HttpRequest, code: str, kind: str, record_pk: int) -> HttpResponse:
    asked = _kind(ENTERPRISE_KINDS, kind)
    organisation = get_organisation_for(request.user, code, Action.CHANGE_PEOPLE)
    record = get_object_or_404(asked.model, pk=record_pk, organisation=organisation)
    return confirm(
        request,
        partial(remove_enterprise_record, record, actor=request.user),
        title=_("Remove: %(kind)s of %(name)s") % {"kind": asked.name, "name": organisation.name},
        what=day_short(record.on),
        lead=_("Only for what was entered by mistake. The log keeps what it said."),
        back=reverse("enterprise_records", args=[code]),
        done=_("Removed."),
        button=_("Remove"),
    )
