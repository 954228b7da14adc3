"""What the pages of documents show."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from tongxin.organisations.access import Action, Principal, may
from tongxin.organisations.answers import page_links
from tongxin.organisations.context import place_of, with_query
from tongxin.organisations.models import Organisation
from tongxin.plans.access import documents_visible_to, plans_visible_to, steps_of
from tongxin.plans.counting import count_proposals
from tongxin.plans.models import Clause, Document, Plan, TaskProposal, TaskSource
from tongxin.plans.queries import (
    Coverage,
    clauses_of,
    clauses_to_confirm,
    compare,
    count_carried,
    coverage_of,
)

OPEN = TaskProposal.State.OPEN
SHOWN_NOISE = 500
CLAUSES = 200
"""So many paragraphs stand on a page."""
LONGEST_NUMBER = 9
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
    return (
        found.defer("text", "reading")
        .order_by("-sent_at", "-pk")
        .annotate(n_open=count_proposals(OPEN), n_accepted=count_proposals(TaskProposal.State.ACCEPTED))
    )


def describe_document(
    document: Document, user: Principal, *, plan: str, show: str, page: str, clause: str
) -> dict[str, Any]:
    """Return what a page of a document shows: the one asked for, or the one on which a clause stands."""
    may_change = may(user, Action.CHANGE_PLANS, document.organisation)
    plans = plans_of(user, document.organisation)
    chosen = next((each for each in plans if str(each.pk) == plan), plans[0] if plans else None)
    coverage, readable = coverage_of(document), documents_visible_to(user)
    # What was not accepted, and why, is the business of the unit that decides.
    is_own = may(user, Action.SEE_PLANS, document.organisation)
    show = show if is_own else ""
    wanted = _wanted(clauses_of(document, plans_visible_to(user)), document, coverage, show)
    found = Paginator(wanted, CLAUSES).get_page(_page_with(wanted, clause) or page)
    rows = [_row(each, is_own=is_own) for each in found.object_list]
    return {
        "document": document,
        "rows": rows,
        "page": found,
        "coverage": coverage,
        "n_bare": coverage.clauses_without_task.count(),
        "n_carried": count_carried(document) if is_own and document.revises_id else 0,
        "show": show,
        "plan": chosen,
        "plans": plans,
        "may_change": may_change,
        "is_own": is_own,
        "older": readable.filter(revisions=document).defer("text", "reading").first(),
        "newer": readable.filter(revises=document).defer("text", "reading").first(),
        "n_removed": len(document.reading.get("removed", ())),
        "section": "documents",
        **page_links(found, plan=plan, show=show),
        **(_open_elsewhere(document, rows, plan=plan, show=show) if may_change else {}),
        **place_for(user, document.organisation, "documents"),
    }


def _wanted(clauses: QuerySet[Clause], document: Document, coverage: Coverage, show: str) -> QuerySet[Clause]:
    if show == "open":
        return clauses.filter(pk__in=clauses_to_confirm(document).values("pk"))
    return clauses.filter(pk__in=coverage.clauses_without_task.values("pk")) if show == "bare" else clauses


def _page_with(clauses: QuerySet[Clause], number: str) -> int | None:
    """Return the page on which a clause stands, or would: a filter may have left it out by now."""
    if not number.isdecimal() or len(number) > LONGEST_NUMBER:
        return None
    return clauses.filter(number__lt=int(number)).count() // CLAUSES + 1


def _open_elsewhere(document: Document, rows: Sequence[Row], **asked: str) -> dict[str, str]:
    """Return where the proposals go on that wait before and behind a page."""
    if not rows:
        return {}
    waiting = clauses_to_confirm(document).values_list("number", flat=True)
    before = waiting.filter(number__lt=rows[0].clause.number).last()
    behind = waiting.filter(number__gt=rows[-1].clause.number).first()
    found = {"previous_open_url": before, "next_open_url": behind}
    return {name: address_of(document.pk, number, **asked) for name, number in found.items() if number}


def address_of(document_id: int, number: int, **asked: str | None) -> str:
    """Return the address of a clause in its document; only beyond the first page it must say where."""
    clause = number if number > CLAUSES else None
    return with_query(reverse("document", args=[document_id]), **asked, clause=clause) + f"#clause-{number}"


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
