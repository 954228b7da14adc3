"""What the pages about people show, gathered from queries within the reader's reach."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from tongxin.organisations.access import Action, Principal, actions_of, keep_visible, organisations_visible_to
from tongxin.organisations.models import Organisation
from tongxin.workforce import identity
from tongxin.workforce.access import (
    Sight,
    covers_employers,
    employments_visible_to,
    enterprises_open_to,
    proposals_visible_to,
    records_seen,
)
from tongxin.workforce.forms import FilterForm, FindForm
from tongxin.workforce.models import CorrectionProposal, Employment, EmploymentState, Membership, Worker
from tongxin.workforce.places import Place, place_of
from tongxin.workforce.queries import registry_day
from tongxin.workforce.record_forms import KINDS, STEPS
from tongxin.workforce.timeline import Moment, ladder_of, timeline_of
from tongxin.workforce.worker_list import Wanted, count_up_to, lines_of, matching_workers, page_of

MANY = 1_000
"""Beyond so many, the list says "more than": how many there are exactly is a figure."""
NOT_FILTERS = frozenset({"after", "before", "unit"})


@dataclass(frozen=True)
class Spell:
    """An employment on the page, with its dated terms, the latest first."""

    employment: Employment
    states: list[EmploymentState]
    is_running: bool
    may_change: bool


@dataclass(frozen=True)
class Listed:
    """A moment of the timeline with what the reader may do about it."""

    moment: Moment
    kind: str
    step: Any
    may_change: bool


@dataclass(frozen=True)
class Search:
    """What the address asks of the list."""

    place: Place
    form: FilterForm
    wanted: Wanted
    matching: QuerySet[Worker]


def read_search(request: HttpRequest, action: Action = Action.SEE_PEOPLE) -> Search:
    place = place_of(request, action)
    asked = request.GET if request.GET.keys() - NOT_FILTERS else None
    form = FilterForm(asked, initial={"unit": request.GET.get("unit", "")})
    wanted = Wanted()
    if form.is_valid():
        given = {
            name: value for name, value in form.cleaned_data.items() if value and name not in {"q", "unit"}
        }
        wanted = Wanted(text=form.cleaned_data["q"].strip(), **given)
    return Search(place, form, wanted, matching_workers(place.within, wanted, registry_day()))


def describe_list(request: HttpRequest) -> dict[str, Any]:
    search = read_search(request)
    after, before = _key(request, "after"), _key(request, "before")
    found, next_key, previous_key = page_of(
        search.matching, sort=search.wanted.sort, after=after, before=before
    )
    n_found = count_up_to(search.matching, MANY)
    return {
        "filter_form": search.form,
        "find_form": FindForm(),
        "lines": lines_of(found, search.place.within, registry_day()),
        "unit": search.place.unit,
        "is_former": search.wanted.standing == "former",
        "n_found": min(n_found, MANY),
        "is_many": n_found > MANY,
        "next_url": _address(request, "after", next_key),
        "previous_url": _address(request, "before", previous_key),
        "query": request.GET.urlencode(),
        "may_add": enterprises_open_to(request.user).exists(),
        "may_review": Action.REVIEW_PEOPLE in actions_of(request.user),
        "n_proposals": proposals_visible_to(request.user).filter(state=CorrectionProposal.State.OPEN).count(),
        "unit_crumbs": search.place.crumbs,
        "unit_choices": search.place.choices,
    }


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isdecimal() and len(text) < 19 else None


def _address(request: HttpRequest, name: str, key: int | None) -> str:
    if key is None:
        return ""
    query = request.GET.copy()
    for other in ("after", "before"):
        query.pop(other, None)
    query[name] = str(key)
    return f"?{query.urlencode()}"


def describe_worker(user: Principal, sight: Sight) -> dict[str, Any]:
    worker = sight.worker
    spells = _spells_of(user, worker)
    open_to = [spell for spell in spells if spell.may_change]
    return {
        "worker": worker,
        "sight": sight,
        "number_masked": identity.mask_number(identity.open_number(worker.document_sealed)),
        "phone_masked": identity.mask_phone(identity.open_phone(worker.phone_sealed)),
        "spells": spells,
        "running": [spell for spell in spells if spell.is_running],
        "rungs": ladder_of(sight),
        "membership": _present_membership(sight),
        "moments": _listed(user, sight, {spell.employment.organisation_id for spell in open_to}),
        "may_change": bool(open_to),
        "may_correct": bool(open_to) and covers_employers(user, worker),
        "may_employ": enterprises_open_to(user).exists(),
        "kinds": KINDS,
        "day": sight.until or registry_day(),
        **_crumbs_of(user, spells),
    }


def _spells_of(user: Principal, worker: Worker) -> list[Spell]:
    spells = list(
        employments_visible_to(user)
        .filter(worker=worker)
        .select_related("organisation")
        .prefetch_related("states")
        .order_by("-started_on")
    )
    units = {spell.organisation for spell in spells}
    open_to = set(keep_visible(user, units, Action.CHANGE_PEOPLE))
    today = registry_day()
    return [
        Spell(
            spell,
            sorted(spell.states.all(), key=lambda state: state.valid_from, reverse=True),
            is_running=spell.ended_on is None or spell.ended_on >= today,
            may_change=spell.organisation in open_to,
        )
        for spell in spells
    ]


def _present_membership(sight: Sight) -> Membership | None:
    day: date = sight.until or registry_day()
    states = records_seen(sight, Membership).select_related("organisation")
    return states.filter(valid_from__lte=day, valid_to=None).order_by("-valid_from").first()


def _listed(user: Principal, sight: Sight, open_units: set[int]) -> list[Listed]:
    listed = []
    for moment in timeline_of(sight):
        unit = moment.record.organisation_id
        may_change = unit in open_units and moment.kind in KINDS
        step = STEPS.get(moment.kind)
        pending = step if step and may_change and getattr(moment.record, step.field) is None else None
        listed.append(Listed(moment, moment.kind, pending, may_change))
    return listed


def _crumbs_of(user: Principal, spells: list[Spell]) -> dict[str, Any]:
    """Lead from the person back to the list of their unit, and from there up as far as the reader may see."""
    if not spells:
        return {}
    unit = next((spell for spell in spells if spell.is_running), spells[0]).employment.organisation
    ids = [int(part) for part in (unit.path or "").split("/") if part]
    seen = organisations_visible_to(user, Action.SEE_PEOPLE).filter(pk__in=ids)
    line: list[Organisation] = sorted(seen, key=lambda node: ids.index(node.pk))
    return {"unit_crumbs": [(node.name, f"{reverse('workers')}?unit={node.code}") for node in line]}
