"""Pages of orders: the list, a new one, one with its replies, and each change of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.organisations.access import Action
from tongxin.organisations.answers import PAGE, carried_out, page_links, reader_of
from tongxin.organisations.views import standing_at
from tongxin.plans.access import get_task_for
from tongxin.plans.document_pages import place_for
from tongxin.supervision.access import get_order_for, get_order_to_answer, get_order_to_decide
from tongxin.supervision.forms import CloseForm, OrderFilter, OrderForm, ReplyForm, ReturnForm, WithdrawForm
from tongxin.supervision.models import SupervisionOrder
from tongxin.supervision.order_actions import (
    close_order,
    issue_order,
    reply_to_order,
    return_order,
    units_to_order,
    withdraw_order,
)
from tongxin.supervision.pages import describe_order, orders_at
from tongxin.supervision.views import UNPROCESSABLE, get_or_post


@require_safe
def orders(request: HttpRequest) -> HttpResponse:
    """List the orders that a unit or those below it issued or received."""
    user, unit = reader_of(request), standing_at(request, Action.SEE_PLANS)
    form = OrderFilter(request.GET or None, initial={"at": unit.code})
    state = form.cleaned_data["state"] if form.is_valid() else ""
    page = Paginator(orders_at(user, unit, state), PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "day": timezone.localdate(),
        "section": "supervision",
        **page_links(page, at=unit.code, state=state),
        **place_for(user, unit, "supervision_orders"),
    }
    return render(request, "supervision/orders.html", context)


@get_or_post
def new_order(request: HttpRequest, pk: int) -> HttpResponse:
    """Issue an order about a task."""
    user = reader_of(request)
    task = get_task_for(user, pk, Action.CHANGE_PLANS)
    units = units_to_order(task)
    form = OrderForm(request.POST or None, units=units)
    made: list[SupervisionOrder] = []

    def issue(given: dict[str, Any]) -> None:
        unit = next(unit for unit in units if unit.code == given["organisation"])
        made.append(issue_order(task, actor=user, **{**given, "organisation": unit}))

    if form.is_bound and form.is_valid() and carried_out(form, issue):
        messages.success(request, _("Issued: %(number)s.") % {"number": made[0]})
        return redirect("supervision_order", made[0].pk)
    context = {
        "form": form,
        "title": _("New order"),
        "lead": task.title,
        "submit": _("Issue the order"),
        "back_url": reverse("task_supervision", args=[pk]),
        "section": "supervision",
        **place_for(user, task.organisation, "supervision"),
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "supervision/form.html", context, status=status)


@require_safe
def order(request: HttpRequest, pk: int) -> HttpResponse:
    """Show an order with what was said about it."""
    user = reader_of(request)
    return render(request, "supervision/order.html", _context(request, get_order_for(user, pk)))


def _context(request: HttpRequest, found: SupervisionOrder, **bound: forms.Form) -> dict[str, Any]:
    prefixed = {
        "reply_form": ReplyForm(prefix="reply"),
        "return_form": ReturnForm(prefix="return"),
        "close_form": CloseForm(prefix="close"),
        "withdraw_form": WithdrawForm(prefix="withdraw"),
    }
    return {**describe_order(reader_of(request), found), **prefixed, **bound}


def _changed(
    request: HttpRequest,
    found: SupervisionOrder,
    name: str,
    form: forms.Form,
    act: Callable[[dict[str, Any]], Any],
    message: str,
) -> HttpResponse:
    """Act on a form of an order's page; where it is wrong, show the page again with what was typed."""
    if form.is_valid() and carried_out(form, act):
        messages.success(request, message)
        return redirect("supervision_order", found.pk)
    found.refresh_from_db()
    context = _context(request, found, **{name: form})
    if not context[f"may_{name.removesuffix('_form')}"]:
        # The order has moved on meanwhile: the form is gone, and with it the place where it would say why.
        for error in form.non_field_errors():
            messages.error(request, str(error))
    return render(request, "supervision/order.html", context, status=UNPROCESSABLE)


@require_POST
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    found = get_order_to_answer(user, pk)
    form = ReplyForm(request.POST, prefix="reply")
    return _changed(
        request,
        found,
        "reply_form",
        form,
        lambda given: reply_to_order(found, actor=user, **given),
        _("Replied. The unit that issued the order is told."),
    )


@require_POST
def give_back(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    found = get_order_to_decide(user, pk)
    form = ReturnForm(request.POST, prefix="return")
    return _changed(
        request,
        found,
        "return_form",
        form,
        lambda given: return_order(found, actor=user, **given),
        _("Returned for a better reply. The unit is told."),
    )


@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    found = get_order_to_decide(user, pk)
    form = CloseForm(request.POST, prefix="close")
    return _changed(
        request,
        found,
        "close_form",
        form,
        lambda given: close_order(found, actor=user, **given),
        _("Closed. The unit is told."),
    )


@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    user = reader_of(request)
    found = get_order_to_decide(user, pk, Action.CHANGE_PLANS)
    form = WithdrawForm(request.POST, prefix="withdraw")
    return _changed(
        request,
        found,
        "withdraw_form",
        form,
        lambda given: withdraw_order(found, actor=user, **given),
        _("Withdrawn. The unit is told."),
    )
