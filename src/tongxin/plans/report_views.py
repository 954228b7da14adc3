"""Reports on tasks: written, proved, submitted, and decided on."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from tongxin.containers.attachments import AttachmentRefused
from tongxin.files.actions import read_file
from tongxin.files.refusals import say_refused
from tongxin.organisations.access import Action, may
from tongxin.organisations.answers import carried_out, reader_of
from tongxin.plans.access import get_report_for, get_task_to_report, may_report
from tongxin.plans.document_pages import place_for
from tongxin.plans.document_views import get_or_post
from tongxin.plans.evidence_actions import attach_figure, attach_file, remove_evidence
from tongxin.plans.models import Report, Task
from tongxin.plans.page_answers import UNPROCESSABLE, done, filled
from tongxin.plans.progress import progress_of
from tongxin.plans.report_actions import accept_report, return_report, submit_report, write_report
from tongxin.plans.task_forms import EvidenceForm, ReportForm


@get_or_post
def write(request: HttpRequest, pk: int) -> HttpResponse:
    """Write the open report of a task, or begin one."""
    user = reader_of(request)
    found = get_task_to_report(user, pk)
    report = found.reports.exclude(state=Report.State.ACCEPTED).first()
    has_shares = found.children.exclude(state=Task.State.CANCELLED).exists()
    form = ReportForm(request.POST or None, task=found, has_shares=has_shares, initial=_initial(report))
    written: list[Report] = []

    def keep(given: dict[str, Any]) -> None:
        written.append(write_report(found, actor=user, **given))

    if form.is_bound and form.is_valid() and carried_out(form, keep):
        messages.success(request, _("Saved as a draft. Add proofs, then submit it."))
        return redirect("report", written[0].pk)
    context = {
        "form": form,
        "title": _("Report on a task"),
        "lead": found.title,
        "back_url": reverse("task", args=[pk]),
        "section": "plans",
        **place_for(user, found.organisation, "plans"),
    }
    return filled(request, form, context)


def _initial(report: Report | None) -> dict[str, Any]:
    if report is None:
        return {}
    told = {name: getattr(report, name) for name in ReportForm.Meta.fields}
    return told | {"seen_at": report.changed_at}


@require_safe
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a report with its proofs, and what the reader may do with it."""
    found = get_report_for(reader_of(request), pk)
    return render(request, "plans/report.html", _describe(request, found, EvidenceForm()))


def _describe(request: HttpRequest, found: Report, form: EvidenceForm, problem: str = "") -> dict[str, Any]:
    user, task = reader_of(request), found.task
    is_submitted = found.state == Report.State.SUBMITTED and task.is_open
    return {
        "report": found,
        "task": task,
        "plan": task.measure.plan,
        "progress": progress_of([task])[task.pk],
        "evidence": found.evidence.select_related("file"),
        "evidence_form": form,
        "problem": problem,
        "override": request.POST.get("override", ""),
        "note": request.POST.get("note", ""),
        "may_write": found.is_writable and task.is_open and may_report(user, task).allowed,
        "may_decide": is_submitted
        and found.submitted_by_id != user.pk
        and may(user, Action.REVIEW_PROGRESS, task.decided_by),
        "waits_for_colleague": is_submitted
        and found.submitted_by_id == user.pk
        and may(user, Action.REVIEW_PROGRESS, task.decided_by),
        "section": "plans",
        **place_for(user, task.organisation, "plans"),
    }


@require_POST
def add_evidence(request: HttpRequest, pk: int) -> HttpResponse:
    """Add a file or a figure to a report."""
    user = reader_of(request)
    found = get_report_for(user, pk, Action.REPORT_PROGRESS)
    form = EvidenceForm(request.POST, request.FILES)

    def attach(given: dict[str, Any]) -> None:
        if file := given["file"]:
            try:
                attach_file(found, actor=user, name=file.name, content=file.read())
            except AttachmentRefused as refused:
                raise ValidationError({"file": say_refused(refused)}) from None
        if address := given["passport"]:
            attach_figure(found, actor=user, address=address)

    if form.is_valid() and carried_out(form, attach):
        messages.success(request, _("Added."))
        return redirect("report", pk)
    return render(request, "plans/report.html", _describe(request, found, form), status=UNPROCESSABLE)


@require_POST
def drop_evidence(request: HttpRequest, pk: int, proof_pk: int) -> HttpResponse:
    """Take a proof out of a report."""
    user = reader_of(request)
    found = get_report_for(user, pk, Action.REPORT_PROGRESS)
    proof = get_object_or_404(found.evidence.select_related("report__task", "file"), pk=proof_pk)
    done(request, lambda: remove_evidence(proof, actor=user), _("Removed."))
    return redirect("report", pk)


@require_safe
def evidence_file(request: HttpRequest, pk: int, proof_pk: int) -> HttpResponseBase:
    """Hand out a file that proves a report, as it was sent."""
    found = get_report_for(reader_of(request), pk)
    proof = get_object_or_404(found.evidence.exclude(file=None).select_related("file"), pk=proof_pk)
    if proof.file is None:
        raise Http404
    try:
        body = read_file(proof.file)
    except FileNotFoundError:
        raise Http404(_("The file is no longer kept.")) from None
    answer = HttpResponse(body, content_type="application/octet-stream")
    named = content_disposition_header(as_attachment=True, filename=proof.file.name)
    answer.headers["Content-Disposition"] = named or "attachment"
    return answer


@require_POST
def submit(request: HttpRequest, pk: int) -> HttpResponse:
    """Hand a report in."""
    user = reader_of(request)
    found = get_report_for(user, pk, Action.REPORT_PROGRESS)
    done(request, lambda: submit_report(found, actor=user), _("Submitted. It waits for a decision."))
    return redirect("report", pk)


@require_POST
def send_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Return a report with what is missing."""
    user = reader_of(request)
    found = get_report_for(user, pk, Action.REVIEW_PROGRESS)
    return _decided(
        request,
        found,
        lambda: return_report(found, actor=user, reason=request.POST.get("note", "")),
        _("Returned, with what is missing."),
    )


@require_POST
def accept(request: HttpRequest, pk: int) -> HttpResponse:
    """Accept a report; a final one closes its task."""
    user = reader_of(request)
    found = get_report_for(user, pk, Action.REVIEW_PROGRESS)
    note, override = request.POST.get("note", ""), request.POST.get("override", "")
    said = _("Accepted; the task is completed.") if found.is_final else _("Accepted.")
    return _decided(
        request, found, lambda: accept_report(found, actor=user, note=note, override=override), said
    )


def _decided(request: HttpRequest, found: Report, act: Any, said: str) -> HttpResponse:
    """Decide; where it is refused, what was written stays in the page."""
    try:
        act()
    except ValidationError as refusal:
        found.refresh_from_db()
        context = _describe(request, found, EvidenceForm(), " ".join(refusal.messages))
        return render(request, "plans/report.html", context, status=UNPROCESSABLE)
    messages.success(request, said)
    return redirect("report", found.pk)
