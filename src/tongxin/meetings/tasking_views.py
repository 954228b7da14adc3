"""Making tasks of resolutions and instructions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.codes.later import Later
from tongxin.meetings.access import get_instruction_for, get_part_for
from tongxin.meetings.answering import UNPROCESSABLE, get_or_post
from tongxin.meetings.models import Instruction, Resolution
from tongxin.meetings.pages import plans_for, tasks_that_could_stand
from tongxin.meetings.queries import Source
from tongxin.meetings.task_forms import SourceTaskForm, StandingTaskForm
from tongxin.meetings.tasking_actions import let_task_stand, make_task_of, receiver_of
from tongxin.organisations.access import Action
from tongxin.organisations.answers import carried_out, reader_of
from tongxin.plans.document_pages import place_for
from tongxin.plans.models import Plan

# The words and readings of Chinese take a process a hundred megabytes.
reader = Later("tongxin.meetings.task_words")


@dataclass(frozen=True)
class Proposed:
    """The tasks that a text proposes, and which of them stands in the form."""

    words: list[Any]
    chosen: int

    @property
    def word(self) -> Any:
        return self.words[self.chosen]


@get_or_post
def task_of_resolution(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a task of a resolution."""
    found = get_part_for(reader_of(request), Resolution, pk, Action.CHANGE_PLANS)
    place = reverse("meeting", args=[found.meeting_id]) + f"#resolution-{found.number}"
    return _answer(request, found, place, "meetings")


@get_or_post
def task_of_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Make a task of an instruction."""
    found = get_instruction_for(reader_of(request), pk, Action.CHANGE_PLANS)
    return _answer(request, found, reverse("instruction", args=[pk]), "instructions")


def _answer(request: HttpRequest, source: Source, place: str, section: str) -> HttpResponse:
    user, unit = reader_of(request), receiver_of(source)
    plans = plans_for(unit)
    proposed = _proposed(source, request.GET.get("duty", ""))
    stands = request.POST.get("act") == "stand"
    form = _new_form(request, plans, proposed, is_bound=request.method == "POST" and not stands)
    standing = StandingTaskForm(request.POST if stands else None, tasks=tasks_that_could_stand(source, unit))
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(form, lambda given: make_task_of(source, actor=user, **given))
    ):
        messages.success(request, _("The task was made."))
        return redirect(place)
    if (
        standing.is_bound
        and standing.is_valid()
        and carried_out(standing, lambda given: let_task_stand(source, actor=user, **given))
    ):
        messages.success(request, _("The task now stands for it, too."))
        return redirect(place)
    context = {
        "source": source,
        "form": form,
        "standing": standing,
        "plans": plans,
        "proposed": proposed,
        "back_url": place,
        "section": section,
        **place_for(user, unit, section),
    }
    status = UNPROCESSABLE if form.is_bound or standing.is_bound else None
    return render(request, "meetings/task.html", context, status=status)


def _new_form(
    request: HttpRequest, plans: list[Plan], proposed: Proposed, *, is_bound: bool
) -> SourceTaskForm:
    word = proposed.word
    names = ("title", "kind", "due_on", "due_text", "target")
    initial = {name: getattr(word, name) for name in names}
    initial |= {"lead": list(word.lead), "support": list(word.support)}
    given = request.POST if is_bound else None
    return SourceTaskForm(given, plans=plans, dimension=word.dimension, initial=initial)


def _proposed(source: Source, asked: str) -> Proposed:
    """Return what the text proposes; what was entered beside it goes before."""
    if isinstance(source, Instruction):
        day, due_on = source.given_on, source.reply_by
        lead = tuple(source.asked.values_list("name", flat=True))
    else:
        day, due_on, lead = source.meeting.held_on, source.due_on, ()
    words = [
        reader.with_defaults(each, lead=lead, due_on=due_on) for each in reader.words_of(source.text, day)
    ]
    chosen = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) < 6 else 0
    return Proposed(words, min(chosen, len(words) - 1))
