"""Giving documents, their clauses and tasks to be found by their words."""

from __future__ import annotations

from typing import TypedDict

from tongxin.organisations.models import Organisation
from tongxin.plans.models import Document, Task
from tongxin.search.actions import Text, put, put_many
from tongxin.search.queries import targets_of

DOCUMENT, CLAUSE, TASK = "document", "clause", "task"
KINDS = (DOCUMENT, CLAUSE, TASK)
BATCH = 1_000


def index_document(document: Document) -> None:
    """Let a document be found by its head and its text, and each of its clauses by its own words.

    Outside a transaction this holds the database for a batch of clauses at a time. The document itself comes
    last, so that one with an entry has all of them.
    """
    whose = _whose(document.organisation)
    last = 0
    while clauses := list(document.clauses.filter(number__gt=last).order_by("number")[:BATCH]):
        put_many(CLAUSE, (Text(each.pk, "", each.text) for each in clauses), **whose)
        last = clauses[-1].number
    head = " ".join(part for part in (document.title, document.number, document.source) if part)
    put(DOCUMENT, document.pk, title=head, text=document.text, **whose)


def index_task(task: Task) -> None:
    """Let a task be found by its title, what it is to bring, and the bodies it names.

    The words that it cites are found as a clause, by those who may read the document.
    """
    unit = task.organisation
    names = [unit.name_zh, *task.units.values_list("name", flat=True)]
    said = dict.fromkeys([task.deliverable, task.target, *names])
    text = "\n".join(each for each in said if each)
    put(TASK, task.pk, title=task.title, text=text, **_whose(unit))


def index_missing() -> int:
    """Index the documents and tasks of a home that was begun before texts were; return how many."""
    documents = Document.objects.exclude(pk__in=targets_of(DOCUMENT))
    tasks = Task.objects.exclude(pk__in=targets_of(TASK))
    missing = [*documents.values_list("pk", flat=True)], [*tasks.values_list("pk", flat=True)]
    for pk in missing[0]:
        index_document(Document.objects.select_related("organisation").get(pk=pk))
    for pk in missing[1]:
        index_task(Task.objects.select_related("organisation").get(pk=pk))
    return sum(map(len, missing))


class _Whose(TypedDict):
    organisation_id: int
    place: str


def _whose(unit: Organisation) -> _Whose:
    """Return whose an entry is and where that unit is; one outside the tree stands for itself."""
    return {"organisation_id": unit.pk, "place": unit.path or f"{unit.pk}/"}
