"""What is read of documents and plans: coverage both ways, and what a revision changes."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from django.db.models import Count, Exists, F, OuterRef, Prefetch, Q, QuerySet

from tongxin.documents.structure import number_of
from tongxin.plans.models import Clause, Document, Plan, Task, TaskProposal, TaskSource

_ALIKE = 0.5
"""Paragraphs with so much in common are one, changed."""


@dataclass(frozen=True)
class Coverage:
    """How far a document has become tasks."""

    open: int
    accepted: int
    rejected: int
    clauses_without_task: QuerySet[Clause]
    """Clauses of which every proposal was rejected or is still open."""


def clauses_of(document: Document, plans: QuerySet[Plan]) -> QuerySet[Clause]:
    """Return the paragraphs of a document with their proposals and the tasks of plans that cite them."""
    shown = TaskProposal.objects.exclude(state=TaskProposal.State.REPLACED).select_related("decided_by")
    cited = TaskSource.objects.filter(task__measure__plan__in=plans).select_related("task")
    return document.clauses.prefetch_related(
        Prefetch("proposals", shown), Prefetch("task_sources", cited)
    ).order_by("number")


def coverage_of(document: Document) -> Coverage:
    """Return how many proposals are decided, and the clauses with a duty that no task cites."""
    states = TaskProposal.State
    counts = dict(
        TaskProposal.objects.filter(clause__document=document)
        .values_list("state")
        .annotate(count=Count("pk"))
        .order_by()
    )
    proposed = TaskProposal.objects.filter(clause=OuterRef("pk"), state__in=[states.OPEN, states.REJECTED])
    cited = TaskSource.objects.filter(clause=OuterRef("pk"))
    bare = document.clauses.filter(Exists(proposed), ~Exists(cited)).order_by("number")
    return Coverage(
        counts.get(states.OPEN, 0),
        counts.get(states.ACCEPTED, 0),
        counts.get(states.REJECTED, 0),
        bare,
    )


def clauses_to_confirm(document: Document) -> QuerySet[Clause]:
    """Return the clauses with a proposal that nobody has decided on."""
    still_open = TaskProposal.objects.filter(clause=OuterRef("pk"), state=TaskProposal.State.OPEN)
    return document.clauses.filter(Exists(still_open)).order_by("number")


def count_carried(document: Document) -> int:
    """Return how many decisions a document has from the one that it revises: those older than itself."""
    decided = [TaskProposal.State.ACCEPTED, TaskProposal.State.REJECTED]
    proposals = TaskProposal.objects.filter(clause__document=document, state__in=decided)
    return proposals.filter(decided_at__lt=F("clause__document__sent_at")).count()


def tasks_without_clause(plan: Plan) -> QuerySet[Task]:
    """Return the tasks of a plan that no clause asks for."""
    cited = Q(sources__clause__isnull=False)
    return (
        Task.objects.filter(measure__plan=plan, parent=None)
        .exclude(cited)
        .order_by("measure__position", "pk")
    )


@dataclass(frozen=True)
class Difference:
    """A paragraph of two versions of a document, and the tasks that cite the older one."""

    kind: Literal["same", "changed", "gone", "new"]
    old: Clause | None
    new: Clause | None
    tasks: tuple[Task, ...] = ()


def compare(old: Document, new: Document, plans: QuerySet[Plan]) -> list[Difference]:
    """Return what a revision changes, paragraph by paragraph, in the order of the newer text.

    Paragraphs with one anchor and the same figures are the same wherever they stand. Of the others between
    the same neighbours, those that have most words in common are one that was changed.
    """
    before, after = list(old.clauses.all()), list(new.clauses.all())
    tasks = _tasks_by_clause(old, plans)
    stays = {each.anchor: each for each in before if each.anchor in {other.anchor for other in after}}
    found: list[Difference] = []
    matcher = SequenceMatcher(
        None, [each.anchor for each in before], [each.anchor for each in after], autojunk=False
    )
    for tag, a0, a1, b0, b1 in matcher.get_opcodes():
        if tag == "equal":
            pairs = zip(before[a0:a1], after[b0:b1], strict=True)
            found += [_kept(one, other, tasks) for one, other in pairs]
        else:
            gone = [each for each in before[a0:a1] if each.anchor not in stays]
            found += _pair(gone, after[b0:b1], stays, tasks)
    return found


def _kept(old: Clause, new: Clause, tasks: dict[int, tuple[Task, ...]]) -> Difference:
    """Return a paragraph whose words stayed; its anchor knows no signs, so 1.5% and 15% are one to it."""
    is_same = figures_of(old.text) == figures_of(new.text)
    return Difference("same" if is_same else "changed", old, new, tasks.get(old.pk, ()))


def figures_of(text: str) -> list[str]:
    number = number_of(text)
    return re.findall(r"\d+(?:\.\d+)?[%‰]?", text[len(number[0]) :] if number else text)


def _tasks_by_clause(document: Document, plans: QuerySet[Plan]) -> dict[int, tuple[Task, ...]]:
    found: dict[int, tuple[Task, ...]] = {}
    cited = TaskSource.objects.filter(clause__document=document, task__measure__plan__in=plans)
    for source in cited.select_related("task"):
        known = found.get(source.clause_id or 0, ())
        if source.clause_id is not None and source.task not in known:
            found[source.clause_id] = (*known, source.task)
    return found


def _pair(
    gone: Sequence[Clause],
    come: Sequence[Clause],
    stays: Mapping[str, Clause],
    tasks: dict[int, tuple[Task, ...]],
) -> list[Difference]:
    left = list(gone)
    found = []
    for new in come:
        if moved := stays.get(new.anchor):
            found.append(_kept(moved, new, tasks))
            continue
        old = _nearest(new, left)
        if old is not None:
            left.remove(old)
            found.append(Difference("changed", old, new, tasks.get(old.pk, ())))
        else:
            found.append(Difference("new", None, new))
    return [*(Difference("gone", old, None, tasks.get(old.pk, ())) for old in left), *found]


def _nearest(new: Clause, old: Sequence[Clause]) -> Clause | None:
    """Return the first of those that have most in common with a paragraph; none where that is too little."""
    matcher = SequenceMatcher(None, "", new.text, autojunk=False)
    best, most = None, _ALIKE
    for each in old:
        matcher.set_seq1(each.text)
        # The quick bounds spare most of the work: a text that is rewritten whole has thousands of pairs.
        if matcher.real_quick_ratio() < most or matcher.quick_ratio() < most:
            continue
        ratio = matcher.ratio()
        if ratio > most or (best is None and ratio == most):
            best, most = each, ratio
    return best
