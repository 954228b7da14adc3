"""What the pages of documents show."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.access import Action, Principal, may
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.models import Organisation
from tongxin.plans.access import documents_visible_to, plans_visible_to, steps_of
from tongxin.plans.models import Clause, Document, Plan, TaskProposal, TaskSource
from tongxin.plans.queries import clauses_of, compare, coverage_of

OPEN = TaskProposal.State.OPEN
SHOWN_NOISE = 500
NOISE = {
    "character": _("a character that nobody sees"),
    "pinyin": _("pinyin of the character before it"),
    "caption": _("a caption said again"),
    "navigation": _("navigation of the page"),
    "disclaimer": _("a notice of the page"),
    "page": _("the end of a page"),
    "page_number": _("a page number"),
    "running_head": _("a running head"),
    "line_end": _("the end of a printed line"),
}
"""Why the reader of documents removes something."""


@dataclass(frozen=True)
class Stretch:
    """A stretch of a paragraph: plain, or the quote of a proposal."""

    text: str
    proposal: TaskProposal | None = None


@dataclass(frozen=True)
class Row:
    """A paragraph beside what it proposes and the tasks that cite it."""

    clause: Clause
    stretches: list[Stretch]
    proposals: list[TaskProposal]
    sources: list[TaskSource]


def place_for(user: Principal, unit: Organisation, route: str) -> dict[str, Any]:
    """Return the way to the unit and the units below it, for the pages of one route."""
    return place_of(user, unit, lambda each: with_query(reverse(route), at=each.code), Action.SEE_PLANS)


def documents_at(user: Principal, unit: Organisation, text: str) -> QuerySet[Document]:
    """Return the documents of a unit, and those published above it, with their proposals counted."""
    above = steps_of(unit.path or "")[:-1]
    found = documents_visible_to(user).filter(
        Q(organisation=unit) | Q(is_published=True, organisation__path__in=above)
    )
    if text:
        found = found.filter(Q(title__icontains=text) | Q(number__icontains=text) | Q(source__icontains=text))
    proposals = Q(clauses__proposals__isnull=False)
    return (
        found.defer("text", "reading")
        .order_by("-sent_at", "-pk")
        .annotate(
            n_open=Count("clauses__proposals", proposals & Q(clauses__proposals__state=OPEN)),
            n_accepted=Count("clauses__proposals", Q(clauses__proposals__state=TaskProposal.State.ACCEPTED)),
        )
    )


def describe_document(document: Document, user: Principal, plan_pk: str, show: str) -> dict[str, Any]:
    """Return what the page of a document shows."""
    may_change = may(user, Action.CHANGE_PLANS, document.organisation)
    plans = plans_of(user, document.organisation)
    plan = next((each for each in plans if str(each.pk) == plan_pk), plans[0] if plans else None)
    coverage, readable = coverage_of(document), documents_visible_to(user)
    # What was not accepted, and why, is the business of the unit that decides.
    is_own = may(user, Action.SEE_PLANS, document.organisation)
    rows = [_row(clause, is_own=is_own) for clause in clauses_of(document, plans_visible_to(user))]
    bare = {clause.pk for clause in coverage.clauses_without_task}
    show = show if is_own else ""
    if show == "open":
        rows = [row for row in rows if any(each.state == OPEN for each in row.proposals)]
    elif show == "bare":
        rows = [row for row in rows if row.clause.pk in bare]
    return {
        "document": document,
        "rows": rows,
        "coverage": coverage,
        "n_bare": len(bare),
        "show": show,
        "plan": plan,
        "plans": plans,
        "may_change": may_change,
        "is_own": is_own,
        "older": readable.filter(revisions=document).first(),
        "newer": readable.filter(revises=document).first(),
        "n_removed": len(document.reading.get("removed", ())),
        "section": "documents",
        **place_for(user, document.organisation, "documents"),
    }


def plans_of(user: Principal, unit: Organisation) -> list[Plan]:
    """Return the plans of a unit that tasks may be added to, the newest first."""
    return list(plans_visible_to(user).filter(organisation=unit).exclude(state=Plan.State.CLOSED))


def _row(clause: Clause, *, is_own: bool) -> Row:
    accepted = TaskProposal.State.ACCEPTED
    proposals = [each for each in clause.proposals.all() if is_own or each.state == accepted]
    sources = {each.task_id: each for each in clause.task_sources.all()}
    return Row(clause, stretches_of(clause, proposals), proposals, list(sources.values()))


def stretches_of(clause: Clause, proposals: Iterable[TaskProposal]) -> list[Stretch]:
    """Cut a paragraph at its proposals; of two that overlap the first is marked."""
    found, at = [], clause.start
    for each in sorted(proposals, key=lambda proposal: proposal.start):
        if each.start < at or each.end > clause.end:
            continue
        if at < each.start:
            found.append(Stretch(clause.text[at - clause.start : each.start - clause.start]))
        found.append(Stretch(each.quote, each))
        at = each.end
    if at < clause.end:
        found.append(Stretch(clause.text[at - clause.start :]))
    return found


def describe_noise(document: Document, user: Principal) -> dict[str, Any]:
    """Return what was removed and corrected when a document was read."""
    removed = document.reading.get("removed", [])
    shown = [{**each, "why": NOISE.get(each["reason"], each["reason"])} for each in removed[:SHOWN_NOISE]]
    return {
        "document": document,
        "removed": shown,
        "corrected": document.reading.get("corrected", [])[:SHOWN_NOISE],
        "n_removed": len(removed),
        "shown": SHOWN_NOISE,
        "section": "documents",
        **place_for(user, document.organisation, "documents"),
    }


def describe_changes(older: Document, newer: Document, user: Principal) -> dict[str, Any]:
    """Return what a revision changes, without the paragraphs that stay."""
    differences = compare(older, newer, plans_visible_to(user))
    changed = [each for each in differences if each.kind != "same"]
    touched = {task.pk: task for each in changed for task in each.tasks}
    return {
        "document": newer,
        "older": older,
        "changed": changed,
        "n_same": len(differences) - len(changed),
        "touched": list(touched.values()),
        "section": "documents",
        **place_for(user, newer.organisation, "documents"),
    }
