"""What the page of the search shows: hits in what the reader may see, by kind, with the words marked."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Length
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from tongxin.accounts.models import User
from tongxin.organisations.access import organisations_visible_to
from tongxin.organisations.answers import page_links
from tongxin.organisations.listings import named_or_coded
from tongxin.organisations.models import Organisation
from tongxin.plans.access import documents_visible_to, tasks_visible_to
from tongxin.plans.document_pages import address_of
from tongxin.plans.models import Clause, Document, Task
from tongxin.plans.searching import CLAUSE, DOCUMENT, KINDS, TASK
from tongxin.search.grams import LONGEST_QUERY, words_of
from tongxin.search.queries import Hit, count_by_kind, find_hits
from tongxin.search.snippets import Marks, marks_in
from tongxin.ui.formats import day_short

Normals = Sequence[str]
UNIT = "unit"
NAMES = {
    DOCUMENT: _lazy("Documents"),
    CLAUSE: _lazy("Clauses"),
    TASK: _lazy("Tasks"),
    UNIT: _lazy("Organisations"),
}
FEW, PAGE = 5, 20
MOST_TERMS, LONGEST_TERM = 8, 60
"""No name of a unit has more."""


@dataclass(frozen=True)
class Stretch:
    text: str
    is_marked: bool


@dataclass(frozen=True)
class Result:
    """Something that was found, and where it is."""

    title: list[Stretch]
    passage: list[Stretch]
    about: list[Stretch]
    url: str


@dataclass(frozen=True)
class Group:
    """What was found of a kind: the first few, or a page of it."""

    kind: str
    name: str
    count: int
    results: list[Result]


def describe_search(user: User, query: str, kind: str, page: str) -> dict[str, Any]:
    """Return what the page shows for a query: a few of each kind, or one kind page by page."""
    has_words = bool(words_of(query))
    counts = _counts(user, query) if has_words else {}
    chosen = kind if kind in NAMES else ""
    found = Paginator(range(counts.get(chosen, 0)), PAGE).get_page(page) if chosen else None
    return {
        "query": query,
        "has_words": has_words,
        "is_cut": len(query) > LONGEST_QUERY,
        "longest": LONGEST_QUERY,
        "kind": chosen,
        "counts": [(each, str(NAMES[each]), counts[each]) for each in NAMES if counts.get(each)],
        "total": sum(counts.values()),
        "groups": _groups(user, query, counts, chosen, found),
        "few": FEW,
        "section": "search",
        **(page_links(found, q=query, kind=chosen) if found else {}),
    }


def _counts(user: User, query: str) -> dict[str, int]:
    counts = count_by_kind(query, kinds=KINDS, within=_within(user))
    return {**counts, UNIT: _units(user, query).count()}


def _groups(
    user: User, query: str, counts: Mapping[str, int], chosen: str, page: Page[int] | None
) -> list[Group]:
    kinds = [chosen] if chosen else list(NAMES)
    limit, offset = (PAGE, max(page.start_index() - 1, 0)) if page else (FEW, 0)
    found = []
    for kind in kinds:
        if counts.get(kind):
            results = _results(user, query, kind, limit, offset)
            found.append(Group(kind, str(NAMES[kind]), counts[kind], results))
    return found


def _within(user: User) -> Q:
    """Return the condition on entries that the reader may see what they stand for.

    It is asked of each entry that says the words, not for a list of all clauses of a province.
    """
    readable = documents_visible_to(user).order_by()
    mine = OuterRef("target_id")
    return (
        Q(Exists(readable.filter(pk=mine)), kind=DOCUMENT)
        | Q(Exists(Clause.objects.filter(pk=mine, document__in=readable.values("pk"))), kind=CLAUSE)
        | Q(Exists(tasks_visible_to(user).order_by().filter(pk=mine)), kind=TASK)
    )


def _units(user: User, query: str) -> QuerySet[Organisation]:
    units, today = organisations_visible_to(user).filter(closed_on=None), timezone.localdate()
    terms = [term for word in words_of(query) for term in word.normal.split()]
    for term in terms[:MOST_TERMS]:
        units = named_or_coded(units, term[:LONGEST_TERM], today)
    # Divisions have shorter codes than the enterprises in them.
    return units.order_by(Length("code"), "code")


def _results(user: User, query: str, kind: str, limit: int, offset: int) -> list[Result]:
    normals = [word.normal for word in words_of(query)]
    if kind == UNIT:
        units = _units(user, query).select_related("parent")[offset : offset + limit]
        return [_unit(each, normals) for each in units]
    hits = find_hits(query, kinds=[kind], within=_within(user), limit=limit, offset=offset)
    fetch, tell = _TELLERS[kind]
    things = fetch([hit.entry.target_id for hit in hits])
    # What was taken away between the two questions is left out.
    return [tell(hit, things[hit.entry.target_id], normals) for hit in hits if hit.entry.target_id in things]


def _fetch_documents(keys: Sequence[int]) -> dict[int, Any]:
    found = Document.objects.select_related("organisation").defer("text", "reading")
    return found.annotate(is_revised=_is_revised("pk")).in_bulk(keys)


def _fetch_clauses(keys: Sequence[int]) -> dict[int, Any]:
    found = Clause.objects.select_related("document").defer("document__text", "document__reading", "text")
    return found.annotate(is_revised=_is_revised("document_id")).in_bulk(keys)


def _is_revised(reference: str) -> Exists:
    return Exists(Document.objects.filter(revises=OuterRef(reference)))


def _revised(found: Any) -> str:
    return _("revised since") if found.is_revised else ""


def _fetch_tasks(keys: Sequence[int]) -> dict[int, Any]:
    return Task.objects.select_related("organisation", "measure__plan").in_bulk(keys)


def _document(hit: Hit, found: Document, normals: Normals) -> Result:
    facts = [found.number, found.source, found.organisation.name, found.get_genre_display()]
    facts += [day_short(found.issued_on) if found.issued_on else "", _revised(found)]
    url = reverse("document", args=[found.pk])
    return Result(_marked(found.title, normals), _passage_of(hit), _about(facts, normals), url)


def _clause(hit: Hit, found: Clause, normals: Normals) -> Result:
    document = found.document
    facts = [document.number, _("paragraph %(number)s") % {"number": found.number}, _revised(found)]
    url = address_of(document.pk, found.number)
    return Result(_marked(document.title, ()), _passage_of(hit), _about(facts, ()), url)


def _task(hit: Hit, found: Task, normals: Normals) -> Result:
    day = day_short(found.due_on) if found.due_on else ""
    facts = [found.organisation.name, found.measure.plan.title, found.get_state_display(), day]
    passage = _passage_of(hit) if hit.snippet.marks else []
    url = reverse("task", args=[found.pk])
    return Result(_marked(found.title, normals), passage, _about(facts, normals), url)


def _unit(found: Organisation, normals: Normals) -> Result:
    other = found.name_zh if found.name == found.name_en else ""
    facts = [other, found.code, found.get_level_display(), found.parent.name if found.parent else ""]
    url = reverse("organisation", args=[found.code])
    return Result(_marked(found.name, normals), [], _about(facts, normals), url)


_TELLERS: dict[
    str, tuple[Callable[[Sequence[int]], dict[int, Any]], Callable[[Hit, Any, Normals], Result]]
] = {
    DOCUMENT: (_fetch_documents, _document),
    CLAUSE: (_fetch_clauses, _clause),
    TASK: (_fetch_tasks, _task),
}


def _marked(text: str, normals: Normals) -> list[Stretch]:
    return _stretches(text, marks_in(text, normals))


def _about(facts: Iterable[object], normals: Normals) -> list[Stretch]:
    return _marked(" · ".join(str(each) for each in facts if each), normals)


def _passage_of(hit: Hit) -> list[Stretch]:
    snippet = hit.snippet
    before = [Stretch("…", is_marked=False)] if snippet.is_cut_before else []
    behind = [Stretch("…", is_marked=False)] if snippet.is_cut_after else []
    return [*before, *_stretches(snippet.text, snippet.marks), *behind]


def _stretches(text: str, marks: Marks) -> list[Stretch]:
    """Cut a text where its marks begin and end."""
    found, at = [], 0
    for start, end in marks:
        found += [Stretch(text[at:start], is_marked=False), Stretch(text[start:end], is_marked=True)]
        at = end
    found.append(Stretch(text[at:], is_marked=False))
    return [each for each in found if each.text]
