"""Instructions: the list, one with its tasks, its form."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.meetings.access import get_instruction_for
from tongxin.meetings.answering import answer_part, get_or_post, initial_of, remove_and_go
from tongxin.meetings.instruction_actions import change_instruction, enter_instruction, remove_instruction
from tongxin.meetings.models import Instruction
from tongxin.meetings.pages import describe_instruction, instructions_at, rows_of
from tongxin.meetings.task_forms import InstructionFilter, InstructionForm
from tongxin.organisations.access import Action, may
from tongxin.organisations.answers import PAGE, page_links, reader_of
from tongxin.organisations.context import with_query
from tongxin.organisations.views import standing_at
from tongxin.plans.document_pages import place_for

TOLD = ("given_by", "number", "given_on", "text", "reply_by")


@require_safe
def instructions(request: HttpRequest) -> HttpResponse:
    """List the instructions that a unit received."""
    user, unit = reader_of(request), standing_at(request, Action.SEE_PLANS)
    form = InstructionFilter(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    page = Paginator(instructions_at(user, unit, asked), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "rows": rows_of(page.object_list, user, is_own_reader=True),
        "is_filtered": any(asked.values()),
        "may_change": may(user, Action.CHANGE_PLANS, unit),
        "section": "instructions",
        **page_links(page, at=unit.code, **asked),
        **place_for(user, unit, "instructions"),
    }
    return render(request, "meetings/instructions.html", context)


@require_safe
def instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an instruction and the tasks made of it."""
    user = reader_of(request)
    found = get_instruction_for(user, pk)
    return render(request, "meetings/instruction.html", describe_instruction(found, user))


@get_or_post
def new_instruction(request: HttpRequest) -> HttpResponse:
    """Enter an instruction that a unit received."""
    user, unit = reader_of(request), standing_at(request, Action.CHANGE_PLANS)
    form = InstructionForm(request.POST or None)
    made: list[Instruction] = []

    def enter(given: dict[str, Any], _seen_at: datetime | None) -> None:
        made.append(enter_instruction(unit, actor=user, **given))

    context = {
        "title": _("New instruction"),
        "section": "instructions",
        **place_for(user, unit, "instructions"),
    }
    back = with_query(reverse("instructions"), at=unit.code)
    answer = answer_part(request, form, enter, done=back, context=context)
    return redirect("instruction", made[0].pk) if made else answer


@get_or_post
def edit_instruction(request: HttpRequest, pk: int) -> HttpResponse:
    """Change an instruction."""
    user = reader_of(request)
    found = get_instruction_for(user, pk, Action.CHANGE_PLANS)
    form = InstructionForm(request.POST or None, initial=_initial(found))

    def change(given: dict[str, Any], seen_at: datetime | None) -> None:
        asked = given.pop("asked")
        change_instruction(found, actor=user, values=given, asked=asked, seen_at=seen_at)

    context = {
        "title": _("Change the instruction"),
        "remove_url": reverse("remove_instruction", args=[pk]),
        "remove_asks": _("Remove the instruction?"),
        "section": "instructions",
        **place_for(user, found.organisation, "instructions"),
    }
    done = reverse("instruction", args=[pk])
    return answer_part(
        request, form, change, done=done, context=context, now=lambda: _initial(get_instruction_for(user, pk))
    )


def _initial(found: Instruction) -> dict[str, Any]:
    return initial_of(found, *TOLD) | {"asked": [each.name for each in found.asked.all()]}


@require_POST
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove an instruction."""
    user = reader_of(request)
    found = get_instruction_for(user, pk, Action.CHANGE_PLANS)
    return remove_and_go(
        request,
        lambda seen_at: remove_instruction(found, actor=user, seen_at=seen_at),
        done=with_query(reverse("instructions"), at=found.organisation.code),
        back=reverse("instruction", args=[pk]),
    )
