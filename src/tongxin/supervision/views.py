"""The office's page of supervision, a task's own, reminders, rules and circulated lists."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tongxin.organisations.access import Action, may
from tongxin.organisations.answers import carried_out, page_links, reader_of
from tongxin.organisations.views import standing_at
from tongxin.plans.access import get_plan_for, get_task_for
from tongxin.plans.document_pages import place_for
from tongxin.supervision.access import get_circular_for
from tongxin.supervision.actions import change_rule, circulate, remind
from tongxin.supervision.forms import RuleForm, SupervisionFilter
from tongxin.supervision.models import Step
from tongxin.supervision.pages import describe_plan, describe_supervision, describe_task, page_of_tasks
from tongxin.supervision.queries import rule_of
from tongxin.supervision.texts import PLACEHOLDERS
from tongxin.ui.formats import moment

UNPROCESSABLE = 422
get_or_post = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def supervision(request: HttpRequest) -> HttpResponse:
    """Show what is late, whose it is, since when, and what was done about it."""
    user, unit, day = reader_of(request), standing_at(request, Action.SEE_PLANS), timezone.localdate()
    context = describe_supervision(user, unit, day)
    units = [each.unit for each in context["units"] if each.unit and each.unit.pk != unit.pk]
    asks = any(request.GET.get(name) for name in ("kind", "unit", "dimension", "sort"))
    form = SupervisionFilter(request.GET if asks else None, units=units, initial={"at": unit.code})
    asked = form.cleaned_data if form.is_valid() else {}
    page, rows = page_of_tasks(user, unit, asked, request.GET.get("page"), day)
    kept = {**asked, "at": unit.code}
    context |= {
        "form": form,
        "page": page,
        "rows": rows,
        "is_filtered": any(asked.get(name) for name in ("kind", "unit", "dimension")),
        "may_decide": may(user, Action.REVIEW_PROGRESS, unit),
        **page_links(page, **kept),
    }
    return render(request, "supervision/supervision.html", context)


@require_safe
def task_supervision(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what supervision did about a task."""
    user = reader_of(request)
    context = describe_task(user, get_task_for(user, pk), timezone.localdate())
    return render(request, "supervision/task.html", context)


@require_POST
def send_reminder(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a reminder now; a second click sends none and says so."""
    user = reader_of(request)
    task = get_task_for(user, pk, Action.REVIEW_PROGRESS)
    try:
        step, is_new = remind(task, actor=user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        messages.success(request, _reminded(step) if is_new else _reminded_before(step))
    return redirect(_back(request, reverse("task_supervision", args=[pk])))


def _reminded(step: Step) -> str:
    text = ngettext(
        "Reminded: the message went to %(count)d person at %(unit)s.",
        "Reminded: the message went to %(count)d people at %(unit)s.",
        step.n_told,
    )
    if not step.n_told:
        text = _(
            "Noted, but nobody at %(unit)s or above has a role to read it. Please tell the unit yourself."
        )
    unit = step.told_above or step.organisation
    return text % {"count": step.n_told, "unit": unit.name}


def _reminded_before(step: Step) -> str:
    text = _("%(unit)s was reminded at %(at)s already; a task is reminded of once an hour. Nothing was sent.")
    return text % {"unit": step.organisation.name, "at": moment(step.made_at)}


def _back(request: HttpRequest, otherwise: str) -> str:
    """Return the page that the reader came from, if it is one of this site."""
    back = request.POST.get("back", "")
    is_safe = url_has_allowed_host_and_scheme(back, allowed_hosts=None) and back.startswith("/")
    return back if is_safe else otherwise


@require_safe
def plan_supervision(request: HttpRequest, pk: int) -> HttpResponse:
    """Show how a plan is supervised, and its circulated lists."""
    user = reader_of(request)
    return render(request, "supervision/plan.html", describe_plan(user, get_plan_for(user, pk)))


@get_or_post
def supervision_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Change how a plan is supervised."""
    user = reader_of(request)
    plan = get_plan_for(user, pk, Action.CHANGE_PLANS)
    form = RuleForm(request.POST or None, instance=rule_of(plan))
    if (
        form.is_bound
        and form.is_valid()
        and carried_out(form, lambda _given: change_rule(plan, actor=user, **form.asked()))
    ):
        messages.success(request, _("Saved."))
        return redirect("plan_supervision", pk)
    context = {
        "form": form,
        "title": _("How the plan is supervised"),
        "lead": plan.title,
        "note": _("The words may contain %(known)s. Where they are left empty, the usual ones are sent.")
        % {"known": " ".join(f"{{{name}}}" for name in PLACEHOLDERS)},
        "submit": _("Save"),
        "back_url": reverse("plan_supervision", args=[pk]),
        "section": "supervision",
        **place_for(user, plan.organisation, "supervision"),
    }
    status = UNPROCESSABLE if form.is_bound else None
    return render(request, "supervision/form.html", context, status=status)


@require_POST
def draw_up_circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Circulate today's list of a plan."""
    user = reader_of(request)
    plan = get_plan_for(user, pk, Action.CHANGE_PLANS)
    try:
        found = circulate(plan, timezone.localdate(), actor=user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("plan_supervision", pk)
    messages.success(request, _("Circulated. The list stays as it is."))
    return redirect("circular", found.pk)


@require_safe
def circular(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a circulated list as it was circulated."""
    user = reader_of(request)
    found = get_circular_for(user, pk)
    context = {
        "circular": found,
        "lines": found.lines.all(),
        "section": "supervision",
        **place_for(user, found.plan.organisation, "supervision"),
    }
    return render(request, "supervision/circular.html", context)
