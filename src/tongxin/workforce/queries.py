"""Reading people: the grade on a day, the facts in order of time."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q
from django.utils import timezone

from tongxin.codes.lists import Entry, get_list
from tongxin.organisations.queries import get_programme
from tongxin.workforce.models import Appointment, Certificate, Employment, EmploymentState, Worker

NO_GRADE = "none"


def registry_day() -> date:
    """Return the day that counts as today: the last day of the facts where the home is a finished example."""
    programme = get_programme()
    return (programme and programme.facts_until) or timezone.localdate()


def held_on(day: date) -> Q:
    """Return the condition under which a certificate is held on the day."""
    return (Q(held_to=None) | Q(held_to__gt=day)) & Q(held_from__lte=day)


def in_force_on(day: date) -> Q:
    """Return the condition under which an appointment is in force on the day."""
    return (Q(lapses_on=None) | Q(lapses_on__gt=day)) & Q(appointed_on__lte=day)


def open_on(day: date) -> Q:
    """Return the condition under which an employment is running on the day."""
    return (Q(ended_on=None) | Q(ended_on__gte=day)) & Q(started_on__lte=day)


def grade_on(worker: Worker, day: date) -> Entry:
    """Return the highest of the grades certified and appointed on the day; `none` when there is none.

    It is the rank that counts: the digit on a certificate runs the other way.
    """
    certified = Certificate.objects.filter(held_on(day), worker=worker).values_list("grade")
    appointed = Appointment.objects.filter(in_force_on(day), worker=worker).values_list("grade")
    return highest_grade(grade for (grade,) in [*certified, *appointed])


def highest_grade(grades: Iterable[str]) -> Entry:
    scale = get_list("skill_grade")
    entries = [scale.entry(grade) for grade in grades]
    return max(entries, key=lambda entry: entry.rank, default=scale.entry(NO_GRADE))


def state_on(employment: Employment, day: date) -> EmploymentState | None:
    """Return the post, form and wage that hold on the day."""
    return employment.states.filter(valid_from__lte=day).order_by("-valid_from").first()
