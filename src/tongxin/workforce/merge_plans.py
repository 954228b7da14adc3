"""What a merge would do: which rows go over, which say the same twice, and what must be settled before."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from itertools import product
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from tongxin.ui.formats import day_short
from tongxin.workforce.models import (
    Appointment,
    Certificate,
    Competition,
    CorrectionProposal,
    Employment,
    Honour,
    Innovation,
    Membership,
    Mentorship,
    Training,
    Worker,
)

FACTS: tuple[tuple[type[Model], str], ...] = (
    (Employment, "worker"),
    (Certificate, "worker"),
    (Appointment, "worker"),
    (Training, "worker"),
    (Competition, "worker"),
    (Innovation, "worker"),
    (Honour, "worker"),
    (Mentorship, "worker"),
    (Mentorship, "apprentice"),
    (Membership, "worker"),
    (CorrectionProposal, "worker"),
)
"""What goes over with a person. What a roster once did stays with the entry that it named."""
TOLD_ALIKE = (Training, Competition, Innovation, Honour)
"""Records that are one when they say the same."""
Clash = tuple[list[Any], list[str]]
"""Rows to set aside, and obstacles."""


@dataclass
class MergePlan:
    """What becomes of every row of both entries."""

    survivor: Worker
    merged: Worker
    moved: dict[tuple[type[Model], str], list[int]] = field(default_factory=dict)
    set_aside: list[Any] = field(default_factory=list)
    obstacles: list[str] = field(default_factory=list)

    def count(self, model: type[Model]) -> int:
        """Return how many rows of a kind go over."""
        return sum(len(keys) for (kind, _name), keys in self.moved.items() if kind is model)


def plan_merge(survivor: Worker, merged: Worker) -> MergePlan:
    """Compare the rows of two entries; nothing is written."""
    plan = MergePlan(survivor, merged)
    for find in (
        _employments,
        _certificates,
        _appointments,
        _told_alike,
        _memberships,
        _mentorships,
        _proposals,
    ):
        set_aside, obstacles = find(survivor, merged)
        plan.set_aside += set_aside
        plan.obstacles += obstacles
    aside = {(type(row), row.pk) for row in plan.set_aside}
    for model, name in FACTS:
        keys = model._default_manager.filter(**{name: merged}).order_by("pk").values_list("pk", flat=True)
        plan.moved[model, name] = [key for key in keys if (model, key) not in aside]
    return plan


def facts_of(worker: Worker) -> dict[str, list[int]]:
    """Return the keys of every row about a person, by table and field."""
    return {
        f"{model._meta.label_lower}.{name}": list(
            model._default_manager.filter(**{name: worker}).order_by("pk").values_list("pk", flat=True)
        )
        for model, name in FACTS
    }


def _both(model: type[Any], survivor: Worker, merged: Worker) -> Iterable[tuple[Any, Any]]:
    rows = model._default_manager.order_by("pk")
    return product(rows.filter(worker=survivor), rows.filter(worker=merged))


def _employments(survivor: Worker, merged: Worker) -> Clash:
    """The same spell twice is one; spells at one unit that only overlap are corrected first."""
    twins, obstacles = [], []
    for ours, theirs in _both(Employment, survivor, merged):
        if ours.organisation_id != theirs.organisation_id:
            continue
        if (ours.started_on, ours.ended_on) == (theirs.started_on, theirs.ended_on):
            twins.append(theirs)
        elif _overlap(ours.started_on, ours.ended_on, theirs.started_on, theirs.ended_on):
            message = _(
                "%(unit)s has two employments that overlap: %(first)s and %(second)s. Correct the dates so "
                "that they are the same or do not overlap."
            )
            spans = {"first": _span(ours), "second": _span(theirs)}
            obstacles.append(message % {"unit": ours.organisation.name, **spans})
    return twins, obstacles


def _overlap(start: date, end: date | None, other_start: date, other_end: date | None) -> bool:
    return start <= (other_end or date.max) and other_start <= (end or date.max)


def _span(spell: Employment) -> str:
    until = day_short(spell.ended_on) if spell.ended_on else _("today")
    return _("%(start)s to %(end)s") % {"start": day_short(spell.started_on), "end": until}


def _certificates(survivor: Worker, merged: Worker) -> Clash:
    """A certificate of one grade and day is one; the entry that knows its number is kept."""
    twins = []
    for ours, theirs in _both(Certificate, survivor, merged):
        says_same = (ours.grade, ours.issued_on, ours.held_to) == (
            theirs.grade,
            theirs.issued_on,
            theirs.held_to,
        )
        if not says_same or (ours.number and theirs.number and ours.number != theirs.number):
            continue
        knows_more = bool(theirs.number) and not ours.number
        is_older = ours.issued_on is None and theirs.held_from < ours.held_from
        twins.append(ours if knows_more or is_older else theirs)
    return _once(twins), []


def _appointments(survivor: Worker, merged: Worker) -> Clash:
    twins = []
    for ours, theirs in _both(Appointment, survivor, merged):
        key = ("organisation_id", "grade", "appointed_on")
        if all(getattr(ours, name) == getattr(theirs, name) for name in key):
            twins.append(ours if theirs.number and not ours.number else theirs)
    return _once(twins), []


def _told_alike(survivor: Worker, merged: Worker) -> Clash:
    twins = []
    for model in TOLD_ALIKE:
        names = [each.attname for each in model._meta.concrete_fields if each.name not in {"id", "worker"}]
        for ours, theirs in _both(model, survivor, merged):
            if all(getattr(ours, name) == getattr(theirs, name) for name in names):
                twins.append(theirs)
    return _once(twins), []


def _memberships(survivor: Worker, merged: Worker) -> Clash:
    """At one unit a person has one membership: the one that began first is kept."""
    lines: dict[int, list[list[Membership]]] = defaultdict(lambda: [[], []])
    for side, worker in enumerate((survivor, merged)):
        for row in (
            Membership.objects.filter(worker=worker).select_related("organisation").order_by("valid_from")
        ):
            lines[row.organisation_id][side].append(row)
    set_aside: list[Any] = []
    obstacles = []
    for ours, theirs in lines.values():
        if not any(_holds_with(one, other) for one, other in product(ours, theirs)):
            continue
        if ours[-1].state != theirs[-1].state:
            message = _(
                "%(unit)s has two union memberships in different states. Bring both to the same state first."
            )
            obstacles.append(message % {"unit": ours[0].organisation.name})
        set_aside += ours if theirs[0].valid_from < ours[0].valid_from else theirs
    return set_aside, obstacles


def _holds_with(one: Membership, other: Membership) -> bool:
    end, other_end = one.valid_to or date.max, other.valid_to or date.max
    return one.valid_from < other_end and other.valid_from < end


def _mentorships(survivor: Worker, merged: Worker) -> Clash:
    """An agreement told twice is one; nobody is their own master."""
    bonds = Mentorship.objects.order_by("on", "pk")
    between = bonds.filter(worker__in=[survivor, merged], apprentice__in=[survivor, merged])
    if between.exists():
        return [], [
            _("One is on record as the other's master. If they are one person, remove that record first.")
        ]
    twins: list[Any] = []
    for role, partner in (("worker", "apprentice_id"), ("apprentice", "worker_id")):
        pairs = product(bonds.filter(**{role: survivor}), bonds.filter(**{role: merged}))
        for ours, theirs in pairs:
            if getattr(ours, partner) != getattr(theirs, partner):
                continue
            is_told_twice = (ours.on, ours.ended_on) == (theirs.on, theirs.ended_on)
            if is_told_twice or (ours.ended_on is None and theirs.ended_on is None):
                twins.append(ours if theirs.on < ours.on else theirs)
    return _once(twins), []


def _proposals(survivor: Worker, merged: Worker) -> Clash:
    is_open = CorrectionProposal.State.OPEN
    if CorrectionProposal.objects.filter(worker__in=[survivor, merged], state=is_open).exists():
        return [], [_("A proposed correction of one of the two waits for a review. Decide it first.")]
    return [], []


def _once(rows: list[Any]) -> list[Any]:
    return list({(type(row), row.pk): row for row in rows}.values())
