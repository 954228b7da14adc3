"""The list of people: filtered, and paged by key, so that the thousandth page costs as much as the first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from tongxin.codes.lists import Entry, get_list
from tongxin.organisations.queries import on_day
from tongxin.workforce.models import (
    Appointment,
    Certificate,
    Employment,
    EmploymentState,
    Membership,
    Worker,
)
from tongxin.workforce.queries import NO_GRADE, highest_grade

PAGE = 50
FEW = 2_000
"""Up to so many people are looked up by key; beyond, the list is walked in order until a page is full."""
RARE = 20_000
APPOINTED = ("special_technician", "chief_technician")
ENROLLED = "registered"
"""The state of a union member who is on the rolls."""


@dataclass(frozen=True)
class Wanted:
    """What the reader asked for; empty means whatever."""

    text: str = ""
    grade: str = ""
    form: str = ""
    sex: str = ""
    member: str = ""
    standing: str = "current"
    sort: str = "newest"


@dataclass(frozen=True)
class Line:
    """One person of the list, as they are (or were when they left) at the units in reach."""

    worker: Worker
    employment: Employment
    state: EmploymentState | None
    grade: Entry
    is_member: bool
    n_units: int


def matching_workers(within: Q, wanted: Wanted, day: date) -> QuerySet[Worker]:
    """Return the people at the units who answer to what is wanted.

    `within` is the condition on `organisation__…` under which the reader sees a unit. It is no list of units:
    given one, SQLite looks up every unit for every person.
    """
    spells = Employment.objects.filter(within)
    running = spells.filter(Q(ended_on=None) | Q(ended_on__gte=day))
    over = spells.filter(ended_on__lt=day)
    is_former = wanted.standing == "former"
    workers = Worker.objects.filter(_named(wanted.text), _sexed(wanted.sex))
    workers = _restricted(workers, over if is_former else running, wanted.form, day)
    if is_former:
        left_on = over.filter(worker=OuterRef("pk")).order_by("-ended_on").values("ended_on")[:1]
        workers = workers.exclude(Exists(running.filter(worker=OuterRef("pk")))).annotate(
            left_on=Subquery(left_on)
        )
    workers = _skilled(workers, wanted.grade, OuterRef("left_on") if is_former else day)
    return _organised(workers, within, wanted.member, day)


def _named(text: str) -> Q:
    """Find a name by any part of it, or a person by the number of a certificate."""
    if not text:
        return Q()
    certified = Certificate.objects.filter(number=text.upper()).values("worker")
    return Q(name__contains=text) | Q(pk__in=certified)


def _sexed(sex: str) -> Q:
    return Q(sex=sex) if sex else Q()


def _restricted(
    workers: QuerySet[Worker], spells: QuerySet[Employment], form: str, day: date
) -> QuerySet[Worker]:
    """Keep the people of the spells, by the way that costs least for so many."""
    if form and _is_rare(form):
        ever = EmploymentState.objects.filter(form=form).order_by().values("employment")
        of_form = _of_form(spells.filter(pk__in=ever), form, day)
        return workers.filter(pk__in=of_form.order_by().values("worker"))
    found = list(spells.order_by().values_list("worker_id", flat=True)[: FEW + 1])
    if len(found) <= FEW:
        workers = workers.filter(pk__in=set(found))
        if not form:
            return workers
    spells = _of_form(spells, form, day) if form else spells
    return workers.filter(Exists(spells.filter(worker=OuterRef("pk"))))


def _is_rare(form: str) -> bool:
    """Whether so few spells ever had the form that the search had better begin with them."""
    return EmploymentState.objects.filter(form=form).order_by()[: RARE + 1].count() <= RARE


def _of_form(spells: QuerySet[Employment], form: str, day: date) -> QuerySet[Employment]:
    states = EmploymentState.objects.filter(employment=OuterRef("pk"), valid_from__lte=day)
    return spells.annotate(present=Subquery(states.order_by("-valid_from").values("form")[:1])).filter(
        present=form
    )


def _skilled(workers: QuerySet[Worker], grade: str, day: date | OuterRef) -> QuerySet[Worker]:
    """Keep the people whose highest grade on the day is this one."""
    if not grade:
        return workers
    scale = get_list("skill_grade")
    higher = [entry.code for entry in scale.entries if entry.rank > scale.entry(grade).rank]
    certified = Certificate.objects.filter(
        Q(held_to=None) | Q(held_to__gt=day), held_from__lte=day, worker=OuterRef("pk")
    )
    appointed = Appointment.objects.filter(
        Q(lapses_on=None) | Q(lapses_on__gt=day), appointed_on__lte=day, worker=OuterRef("pk")
    )
    if grade != NO_GRADE:
        # Who ever reached the grade are few: the database begins with them, whatever the size of the unit.
        if grade in APPOINTED:
            ever = Q(pk__in=Appointment.objects.filter(grade=grade).order_by().values("worker_id"))
            workers = workers.filter(ever, Exists(appointed.filter(grade=grade)))
        else:
            ever = Q(pk__in=Certificate.objects.filter(grade=grade).order_by().values("worker_id"))
            workers = workers.filter(ever, Exists(certified.filter(grade=grade)))
    return workers.exclude(Exists(certified.filter(grade__in=higher))).exclude(
        Exists(appointed.filter(grade__in=higher))
    )


def _organised(workers: QuerySet[Worker], within: Q, member: str, day: date) -> QuerySet[Worker]:
    """Keep the members of a union at the units, or those who are not."""
    if not member:
        return workers
    enrolled = Exists(Membership.objects.filter(within, on_day(day), worker=OuterRef("pk"), state=ENROLLED))
    return workers.filter(enrolled) if member == "yes" else workers.exclude(enrolled)


def count_up_to(workers: QuerySet[Worker], limit: int) -> int:
    """Count, but stop beyond the limit: the exact number of many is a figure, not this list's business."""
    return workers.order_by()[: limit + 1].count()


def page_of(
    workers: QuerySet[Worker], *, sort: str, after: int | None = None, before: int | None = None
) -> tuple[list[Worker], int | None, int | None]:
    """Return one page with the keys that lead to the next and the previous page, None where there is none."""
    order = ("name", "pk") if sort == "name" else ("-pk",)
    backwards = before is not None
    key = before if backwards else after
    anchor = workers.filter(pk=key).first() if key is not None else None
    if anchor is not None:
        workers = workers.filter(_beyond(anchor, sort, backwards=backwards))
    found = list(workers.order_by(*(_turned(order) if backwards else order))[: PAGE + 1])
    has_more = len(found) > PAGE
    found = found[:PAGE][::-1] if backwards else found[:PAGE]
    if not found:
        return [], None, None
    has_next = True if backwards else has_more
    has_previous = has_more if backwards else anchor is not None
    return found, found[-1].pk if has_next else None, found[0].pk if has_previous else None


def _turned(order: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.removeprefix("-") if name.startswith("-") else f"-{name}" for name in order)


def _beyond(anchor: Worker, sort: str, *, backwards: bool) -> Q:
    if sort != "name":
        return Q(pk__gt=anchor.pk) if backwards else Q(pk__lt=anchor.pk)
    if backwards:
        return Q(name__lte=anchor.name) & (Q(name__lt=anchor.name) | Q(pk__lt=anchor.pk))
    return Q(name__gte=anchor.name) & (Q(name__gt=anchor.name) | Q(pk__gt=anchor.pk))


def lines_of(workers: list[Worker], within: Q, day: date) -> list[Line]:
    """Describe each person by their latest employment at the units, in five queries whatever their number."""
    spells = _by_worker(
        Employment.objects.filter(within, worker__in=workers)
        .select_related("organisation")
        .order_by("started_on")
    )
    states = _states_of([spell for group in spells.values() for spell in group])
    grades: dict[int, list[Certificate | Appointment]] = defaultdict(list)
    facts: list[Certificate | Appointment] = list(Certificate.objects.filter(worker__in=workers))
    facts += Appointment.objects.filter(worker__in=workers)
    for fact in facts:
        grades[fact.worker_id].append(fact)
    members = set(
        Membership.objects.filter(within, on_day(day), worker__in=workers, state=ENROLLED).values_list(
            "worker_id", flat=True
        )
    )
    return [
        _line(worker, spells[worker.pk], states, grades[worker.pk], day, is_member=worker.pk in members)
        for worker in workers
    ]


def _by_worker(spells: Iterable[Employment]) -> dict[int, list[Employment]]:
    grouped: dict[int, list[Employment]] = defaultdict(list)
    for spell in spells:
        grouped[spell.worker_id].append(spell)
    return grouped


def _states_of(spells: list[Employment]) -> dict[int, list[EmploymentState]]:
    grouped: dict[int, list[EmploymentState]] = defaultdict(list)
    for state in EmploymentState.objects.filter(employment__in=spells).order_by("valid_from"):
        grouped[state.employment_id].append(state)
    return grouped


def _line(
    worker: Worker,
    spells: list[Employment],
    states: dict[int, list[EmploymentState]],
    grades: list[Certificate | Appointment],
    day: date,
    *,
    is_member: bool,
) -> Line:
    running = [spell for spell in spells if spell.ended_on is None or spell.ended_on >= day]
    last = max(running or spells, key=lambda spell: (spell.started_on, spell.ended_on or date.max))
    seen_on = day if running else last.ended_on or day
    holding = [state for state in states[last.pk] if state.valid_from <= seen_on] or states[last.pk][:1]
    held = [fact.grade for fact in grades if fact.holds_on(seen_on)]
    return Line(worker, last, holding[-1] if holding else None, highest_grade(held), is_member, len(running))
