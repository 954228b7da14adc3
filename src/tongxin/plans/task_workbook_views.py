"""A plan's tasks as a workbook: handed out, sent back, checked, stored, and what was wrong returned."""

from __future__ import annotations

import re
from collections import Counter
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, Principal
from tongxin.organisations.answers import reader_of
from tongxin.organisations.context import with_query
from tongxin.plans.access import get_plan_for, tasks_visible_to
from tongxin.plans.document_pages import place_for
from tongxin.plans.document_views import UNPROCESSABLE, get_or_post
from tongxin.plans.models import Plan, TaskImport
from tongxin.plans.task_list_forms import WorkbookForm
from tongxin.plans.task_workbook_actions import COUNTS, read_again, read_tasks, receive_tasks
from tongxin.plans.task_workbook_reading import frame_of
from tongxin.plans.task_workbooks import LAYOUT, MOST_ROWS, write_tasks
from tongxin.workbooks.findings import ERROR, FINDINGS
from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.verdicts import write_verdicts
from tongxin.workforce.roster_findings import in_words, labels, texts
from tongxin.workforce.roster_reading import opened

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHOWN = 200
PAST_SHOWN = 10
PLACES = re.compile(r"%\(\w+\)s")


@get_or_post
def plan_workbook(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand out the workbook of a plan, and take it back to be checked."""
    user = reader_of(request)
    plan = get_plan_for(user, pk, Action.CHANGE_PLANS)
    is_sent = request.method == "POST"
    form = WorkbookForm(request.POST, request.FILES) if is_sent else WorkbookForm()
    if is_sent and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            sent = receive_tasks(plan, actor=user, file_name=file.name, body=file.read())
        except ValidationError as refusal:
            form.add_error(None, refusal)
        else:
            return redirect("task_import", sent.pk)
    context = {
        "plan": plan,
        "form": form,
        "past": plan.task_imports.select_related("sent_by")[:PAST_SHOWN],
        "is_closed": plan.state == Plan.State.CLOSED,
        "section": "plans",
        **place_for(user, plan.organisation, "plans"),
    }
    return render(
        request, "plans/task_workbook.html", context, status=UNPROCESSABLE if form.is_bound else None
    )


@require_safe
def plan_tasks_file(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the tasks of a plan that the reader may see as a workbook."""
    user = reader_of(request)
    plan = get_plan_for(user, pk)
    tasks = tasks_visible_to(user).filter(measure__plan=plan)
    keys = list(tasks.order_by("measure__position", "measure", "pk").values_list("pk", flat=True))
    if len(keys) > MOST_ROWS:
        return too_many(request, len(keys), "plan", pk)
    body = write_tasks(keys, actor=user, unit=plan.organisation, title=plan.title)
    return send_workbook(body, f"tongxin-tasks-plan-{plan.pk}-{timezone.localdate()}.xlsx")


def get_import_for(user: Principal, pk: int) -> TaskImport:
    """Fetch an import by the rights on its plan."""
    found = TaskImport.objects.select_related("plan__organisation", "file", "sent_by").filter(pk=pk).first()
    if found is None:
        raise Http404(_("There is no such import."))
    get_plan_for(user, found.plan_id, Action.CHANGE_PLANS)
    return found


@require_safe
def task_import(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what a workbook did, or would do; while it is read, how far that is."""
    user = reader_of(request)
    context = describe_import(user, get_import_for(user, pk))
    if not request.htmx:  # type: ignore[attr-defined]
        return render(request, "plans/task_import.html", context)
    if context["is_working"]:
        return render(request, "ui/progress.html", context)
    return HttpResponse(headers={"HX-Refresh": "true"})


@require_POST
def again(request: HttpRequest, pk: int) -> HttpResponse:
    """Store what was checked, or read on after an interruption."""
    user = reader_of(request)
    try:
        sent = read_again(get_import_for(user, pk), actor=user)
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
        return redirect("task_import", pk)
    return redirect("task_import", sent.pk)


@require_safe
def verdicts(request: HttpRequest, pk: int) -> HttpResponse:
    """Give back the rejected rows, each with what is wrong."""
    sent = get_import_for(reader_of(request), pk)
    if not sent.n_rejected or sent.file.is_erased:
        messages.error(request, _("The file is no longer kept. Please send it again."))
        return redirect("task_import", pk)
    write = partial(write_verdicts, texts=texts(), labels=labels())
    with opened(b"") as path:
        write(path, load_layout(LAYOUT), read_tasks(sent), frame_of(sent.findings))
        body = path.read_bytes()
    return send_workbook(body, f"tongxin-rejected-tasks-{sent.pk}.xlsx")


def describe_import(user: Principal, sent: TaskImport) -> dict[str, Any]:
    """Return what the page of an import shows, whatever its state."""
    job = Job.objects.filter(pk=sent.job_id).first() if sent.job_id else None
    is_received = sent.state == TaskImport.State.RECEIVED
    address = reverse("task_import", args=[sent.pk])
    stage = {
        "read": _("Reading the workbook …"),
        "compare": _("Comparing with the plan …"),
        "store": _("Storing …"),
    }
    return {
        "sent": sent,
        "plan": sent.plan,
        "is_working": is_received and job is not None and not job.is_over,
        "is_left": is_received and (job is None or job.is_over),
        "name": "progress",
        "text": stage.get(job.stage if job else "", _("Waiting for its turn …")),
        "percent": job.percent if job and job.stage else None,
        "url": address,
        "refresh_url": address,
        "counts": _counts(sent),
        "groups": _groups(sent),
        "findings": list(in_words(frame_of(sent.findings[:SHOWN]))),
        "n_findings": len(sent.findings),
        "section": "plans",
        **place_for(user, sent.plan.organisation, "plans"),
    }


def _counts(sent: TaskImport) -> list[tuple[str, int]]:
    names = (_("Rows read"), _("Added"), _("Changed"), _("Unchanged"), _("Rejected"))
    return [(name, getattr(sent, f"n_{count}")) for name, count in zip(names, ("rows", *COUNTS), strict=True)]


def _groups(sent: TaskImport) -> list[tuple[str, str, bool, int]]:
    """Count what was found by kind and column, errors first."""
    counted = Counter((each["column"] or "", each["code"]) for each in sent.findings)
    found = [
        (column, PLACES.sub("…", _(FINDINGS[code].message)), FINDINGS[code].severity == ERROR, count)
        for (column, code), count in counted.items()
    ]
    return sorted(found, key=lambda each: (not each[2], -each[3]))


def too_many(request: HttpRequest, count: int, route: str, *args: Any, **query: Any) -> HttpResponse:
    message = _("A workbook holds at most %(most)d tasks; these are %(found)d. Choose more conditions.")
    messages.error(request, message % {"most": MOST_ROWS, "found": count})
    return redirect(with_query(reverse(route, args=args), **query))


def send_workbook(body: bytes, name: str) -> HttpResponse:
    """Answer with a download that no cache on the way keeps."""
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(body, content_type=XLSX, headers=headers)
