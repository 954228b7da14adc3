"""What the pages about people entered twice show."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.jobs.models import Job
from tongxin.organisations.access import Action
from tongxin.ui.formats import NOTHING, day_short
from tongxin.workbooks.person_checks import NUMBERED_TYPES
from tongxin.workforce import identity
from tongxin.workforce.duplicate_access import merges_visible_to, pairs_visible_to
from tongxin.workforce.duplicate_forms import MergeForm
from tongxin.workforce.duplicate_search import latest_search
from tongxin.workforce.duplicate_words import odds, reasons_against, reasons_for, sureness
from tongxin.workforce.labels import name_of
from tongxin.workforce.merge_particulars import CHOSEN, combine, is_same, label_of
from tongxin.workforce.merge_plans import MergePlan, plan_merge
from tongxin.workforce.models import DuplicatePair, Employment, Worker
from tongxin.workforce.pages import _address as address_of
from tongxin.workforce.places import place_of
from tongxin.workforce.timeline import TELLERS, in_words

PAGE = 30
RECENT = 50


@dataclass(frozen=True)
class Proposed:
    """A pair on the list."""

    pair: DuplicatePair
    units: list[str]
    sureness: str
    reasons: list[str]


@dataclass(frozen=True)
class Compared:
    """One particular of both entries; where they differ, whose value is offered."""

    name: str
    label: str
    left: str
    right: str
    is_same: bool
    offered: int | None


def describe_pairs(request: HttpRequest) -> dict[str, Any]:
    place = place_of(request, Action.REVIEW_PEOPLE)
    visible = pairs_visible_to(request.user).filter(_within(place.within))
    text = request.GET.get("q", "").strip()
    if text:
        visible = visible.filter(Q(left__name__contains=text) | Q(right__name__contains=text))
    page = int(given) if (given := request.GET.get("page", "")).isdecimal() and len(given) < 6 else 0
    waiting = _with_units(visible.filter(state=DuplicatePair.State.OPEN))
    shown = list(waiting[page * PAGE : (page + 1) * PAGE + 1])
    different = visible.filter(state=DuplicatePair.State.DIFFERENT).order_by("-decided_at")
    job = latest_search()
    return {
        "proposed": [_proposed(pair) for pair in shown[:PAGE]],
        "different": _with_units(different)[:RECENT],
        "merges": merges_visible_to(request.user).filter(_within(place.within, ("survivor",)))[:RECENT],
        "text": text,
        "job": job,
        "is_working": job is not None and not job.is_over,
        "next_url": address_of(request, "page", page + 1) if len(shown) > PAGE else "",
        "previous_url": address_of(request, "page", page - 1) if page else "",
        "unit": place.unit,
        "unit_crumbs": place.crumbs,
        "unit_choices": place.choices,
        **progress_of(job),
    }


def _within(place: Q, sides: tuple[str, ...] = ("left", "right")) -> Q:
    found = Q()
    for side in sides:
        found |= Q(Exists(Employment.objects.filter(place, worker=OuterRef(side))))
    return found


def _with_units(pairs: QuerySet[DuplicatePair]) -> QuerySet[DuplicatePair]:
    return pairs.prefetch_related("left__employments__organisation", "right__employments__organisation")


def _proposed(pair: DuplicatePair) -> Proposed:
    spells = [*pair.left.employments.all(), *pair.right.employments.all()]
    units = list(dict.fromkeys(spell.organisation.name for spell in spells))
    return Proposed(pair, units, sureness(pair.weight), reasons_for(pair.evidence))


def progress_of(job: Job | None) -> dict[str, Any]:
    texts = {
        "read": _("Reading the registry …"),
        "compare": _("Comparing everybody with everybody …"),
        "store": _("Keeping what was found …"),
    }
    stage = job.stage if job else ""
    return {
        "name": "progress",
        "progress_text": texts.get(stage, _("Waiting for its turn …")),
        "percent": job.percent if job and stage else None,
        "progress_url": reverse("duplicates"),
    }


def describe_pair(pair: DuplicatePair) -> dict[str, Any]:
    """Return two entries side by side: what agrees, what differs, and where each worked."""
    keep = _kept_by_default(pair)
    return {
        "pair": pair,
        "sureness": sureness(pair.weight),
        "odds": odds(pair.weight),
        "reasons_for": reasons_for(pair.evidence),
        "reasons_against": reasons_against(pair.evidence),
        "rows": [_compared(name, pair, keep) for name in CHOSEN],
        "keep": keep.pk,
        "entries": [_entry(worker) for worker in (pair.left, pair.right)],
    }


def _kept_by_default(pair: DuplicatePair) -> Worker:
    """Keep the entry by the identity card, then the one that was there first."""
    return min(
        (pair.left, pair.right), key=lambda worker: (worker.document_type != identity.RESIDENT_ID, worker.pk)
    )


def _compared(name: str, pair: DuplicatePair, keep: Worker) -> Compared:
    other = pair.right if keep == pair.left else pair.left
    left, right = _shown(name, pair.left, pair), _shown(name, pair.right, pair)
    offered = None if is_same(pair.left, pair.right, name) else (other if _is_blank(keep, name) else keep).pk
    label = _("Born in") if name == "born_on" and _hides_birth_dates(pair) else label_of(name)
    return Compared(name, label, left, right, offered is None, offered)


def _is_blank(worker: Worker, name: str) -> bool:
    return not all(getattr(worker, column) for column in CHOSEN[name])


def _shown(name: str, worker: Worker, pair: DuplicatePair) -> str:
    if name == "document":
        kind = name_of("document_type", worker.document_type)
        return f"{kind} {identity.mask_number(identity.open_number(worker.document_sealed))}"
    if name == "phone":
        return identity.mask_phone(identity.open_phone(worker.phone_sealed)) or NOTHING
    if name == "born_on":
        is_hidden = _hides_birth_dates(pair)
        return str(worker.born_on.year) if worker.born_on and is_hidden else day_short(worker.born_on)
    value = getattr(worker, name)
    return (name_of(name, value) if name in {"sex", "education"} else value) or NOTHING


def _hides_birth_dates(pair: DuplicatePair) -> bool:
    """Tell whether the birth date is the hidden part of a number, be it that of the other entry."""
    return not {pair.left.document_type, pair.right.document_type}.isdisjoint(NUMBERED_TYPES)


def _entry(worker: Worker) -> dict[str, Any]:
    counts = [(model._meta.model_name, model.objects.filter(worker=worker).count()) for model in TELLERS]
    return {
        "worker": worker,
        "spells": worker.employments.select_related("organisation").order_by("-started_on"),
        "n_records": sum(count for _name, count in counts),
    }


def describe_merge(pair: DuplicatePair, form: MergeForm) -> dict[str, Any]:
    """Return what merging as chosen would do, or what stands in its way."""
    plan = plan_merge(form.survivor, form.merged)
    obstacles = [*plan.obstacles, *_contradictions(form)]
    return {
        "pair": pair,
        "survivor": form.survivor,
        "merged": form.merged,
        "obstacles": obstacles,
        "sentences": [] if obstacles else _sentences(plan, form),
        "sent": [("survivor", form.survivor.pk), *form.chosen.items()],
    }


def _contradictions(form: MergeForm) -> list[str]:
    try:
        combine(copy(form.survivor), form.merged, form.chosen)
    except ValidationError as refusal:
        return [
            f"{label_of(name) if name in CHOSEN else name}: {text}"
            for name, texts in refusal.message_dict.items()
            for text in texts
        ]
    return []


def _sentences(plan: MergePlan, form: MergeForm) -> list[str]:
    n_spells = plan.count(Employment)
    n_others = sum(map(len, plan.moved.values())) - n_spells
    taken = [
        label_of(name)
        for name, key in form.chosen.items()
        if key == form.merged.pk and not is_same(form.survivor, form.merged, name)
    ]
    said = [
        _("Employments that go over: %(spells)d; records that go over: %(records)d.")
        % {"spells": n_spells, "records": n_others},
        *(_set_aside(row) for row in plan.set_aside),
    ]
    if taken:
        said.append(_("Taken from the other entry: %(what)s.") % {"what": _(", ").join(taken)})
    return said


def _set_aside(row: Any) -> str:
    if isinstance(row, Employment):
        message = _(
            "The employment at %(unit)s is on record twice; its terms are those of the entry that stays."
        )
        return message % {"unit": row.organisation.name}
    return _("On record twice, kept once: %(record)s.") % {"record": in_words(row)}
