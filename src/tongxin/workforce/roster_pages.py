"""What the pages about rosters show."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, may
from tongxin.organisations.context import place_of as place_of_unit
from tongxin.organisations.models import Organisation
from tongxin.workbooks.findings import FINDINGS
from tongxin.workbooks.layouts import load_layout
from tongxin.workforce.models import RosterFinding, RosterImport
from tongxin.workforce.pages import _address as address_of
from tongxin.workforce.pages import _key as key_of
from tongxin.workforce.places import place_of
from tongxin.workforce.roster_access import rosters_visible_to
from tongxin.workforce.roster_actions import COUNTS
from tongxin.workforce.roster_findings import in_words, open_findings, refusal_in_words, refusal_params
from tongxin.workforce.roster_forms import FindingsFilter, ImportsFilter, MappingForm
from tongxin.workforce.roster_reading import LAYOUT, columns_of, mapping_of

PAGE = 30
SHOWN = 200
PLACES = re.compile(r"%\(\w+\)s")
MAPPABLE = frozenset({"columns_missing", "column_twice"})


@dataclass(frozen=True)
class Group:
    """Findings of one kind in one column: how many, and the address that lists them."""

    column: str
    code: str
    text: str
    is_error: bool
    count: int
    url: str


def describe_imports(request: HttpRequest) -> dict[str, Any]:
    place = place_of(request, Action.CHANGE_PEOPLE)
    form = ImportsFilter(request.GET if request.GET.keys() - {"unit", "after", "before"} else None,
                         initial={"unit": request.GET.get("unit", "")})  # fmt: skip
    found = rosters_visible_to(request.user).filter(place.within).select_related("organisation", "sent_by")
    if form.is_valid():
        found = _wanted(found, **form.cleaned_data)
    rosters, next_key, previous_key = page_of(found, key_of(request, "after"), key_of(request, "before"))
    jobs = Job.objects.in_bulk([each.job_id for each in rosters if each.job_id])
    return {
        "rosters": [(each, jobs.get(each.job_id or 0)) for each in rosters],
        "filter_form": form,
        "unit": place.unit,
        "unit_crumbs": place.crumbs,
        "unit_choices": place.choices,
        "next_url": address_of(request, "after", next_key),
        "previous_url": address_of(request, "before", previous_key),
    }


def _wanted(found: QuerySet[RosterImport], *, state: str, q: str, unit: str) -> QuerySet[RosterImport]:
    if state:
        found = found.filter(state=state)
    text = q.strip()
    named = (
        Q(file_name__icontains=text) | Q(organisation__code=text) | Q(organisation__name_zh__contains=text)
    )
    return found.filter(named) if text else found


def page_of(
    found: QuerySet[RosterImport], after: int | None, before: int | None
) -> tuple[list[RosterImport], int | None, int | None]:
    """Return one page, the newest first, with the keys of the next and the previous one."""
    if before is not None:
        rows = list(found.filter(pk__gt=before).order_by("pk")[: PAGE + 1])
        kept = rows[:PAGE][::-1]
        return kept, kept[-1].pk if kept else None, kept[0].pk if len(rows) > PAGE else None
    rows = list(found.filter(**({"pk__lt": after} if after is not None else {})).order_by("-pk")[: PAGE + 1])
    kept = rows[:PAGE]
    return kept, kept[-1].pk if len(rows) > PAGE else None, kept[0].pk if kept and after is not None else None


def describe_roster(request: HttpRequest, roster: RosterImport) -> dict[str, Any]:
    """Return what the page of one import shows, whatever its state."""
    job = Job.objects.filter(pk=roster.job_id).first() if roster.job_id else None
    is_received = roster.state == RosterImport.State.RECEIVED
    context = {
        "roster": roster,
        "job": job,
        "is_working": is_received and job is not None and not job.is_over,
        "is_left": is_received and (job is None or job.is_over),
        "section": "imports",
        **progress_of(roster, job),
        **place_of_sender(request, roster.organisation),
    }
    if roster.refusal:
        context |= {"refusal": refusal_in_words(roster), "mapping_form": mapping_form_of(roster)}
    elif not is_received:
        context |= _outcome(request, roster)
    return context


def unit_to_send_for(request: HttpRequest, units: QuerySet[Organisation]) -> Organisation | None:
    """Return the enterprise named in the address, or the only one that the sender may send for."""
    if code := request.GET.get("unit", ""):
        return units.filter(code=code).first()
    found = list(units[:2])
    return found[0] if len(found) == 1 else None


def place_of_sender(request: HttpRequest, unit: Organisation) -> dict[str, Any]:
    def url_of(each: Organisation) -> str:
        return f"{reverse('imports')}?unit={each.code}"

    return place_of_unit(request.user, unit, url_of, Action.CHANGE_PEOPLE)


def progress_of(roster: RosterImport, job: Job | None) -> dict[str, Any]:
    texts = {
        "read": _("Reading the workbook …"),
        "check": _("Checking every cell …"),
        "compare": _("Comparing with the registry …"),
        "stage": _("Preparing what will be stored …"),
        "store": _("Storing …"),
    }
    stage = job.stage if job else ""
    return {
        "name": "progress",
        "text": texts.get(stage, _("Waiting for its turn …")),
        "percent": job.percent if job and stage else None,
        "url": reverse("roster", args=[roster.pk]),
        "refresh_url": reverse("roster", args=[roster.pk]),
    }


def mapping_form_of(roster: RosterImport, given: Any = None) -> MappingForm | None:
    """Return the form by which the sender says which column is which, where that is what the file lacks."""
    if roster.refusal.get("code") not in MAPPABLE:
        return None
    params = refusal_params(roster)
    known = mapping_of(roster.organisation)
    recognised = columns_of(params["headers"], known)
    asked = [header for header in params["headers"] if "missing" not in params or not recognised[header]]
    missing = params.get("missing", [params.get("column")])
    taken = {key for header, key in recognised.items() if key and header not in asked}
    return MappingForm(given, headers=asked, missing=missing, taken=taken, known=known) if asked else None


def _outcome(request: HttpRequest, roster: RosterImport) -> dict[str, Any]:
    findings = RosterFinding.objects.filter(roster_import=roster)
    groups = _groups(roster, findings)
    kinds = dict.fromkeys((group.code, group.text) for group in groups)
    columns = list(dict.fromkeys(group.column for group in groups if group.column))
    form = FindingsFilter(request.GET if request.GET else None, columns=columns, kinds=kinds)
    if form.is_valid():
        findings = findings.filter(**{name: value for name, value in form.cleaned_data.items() if value})
    shown = list(in_words(open_findings(findings.order_by("-is_error", "row", "pk")[:SHOWN])))
    return {
        "counts": _counts(roster),
        "groups": groups,
        "findings": shown,
        "n_findings": findings.count(),
        "filter_form": form if groups else None,
        "may_build": may(request.user, Action.BUILD_RELEASE, roster.organisation),
    }


def _counts(roster: RosterImport) -> list[tuple[str, int]]:
    names = (_("Rows read"), _("Added"), _("Changed"), _("Unchanged"), _("Rejected"))
    return [(name, getattr(roster, f"n_{count}")) for name, count in zip(names, COUNTS, strict=True)]


def _groups(roster: RosterImport, findings: QuerySet[RosterFinding]) -> list[Group]:
    """Count the findings by kind and column, errors first, in the order of the template."""
    rows = findings.order_by().values_list("column", "key", "code", "is_error").annotate(n=Count("pk"))
    order = {key: i for i, key in enumerate(load_layout(LAYOUT).keys)}
    place = reverse("roster", args=[roster.pk])
    return [
        Group(column, code, kind_text(code), is_error, n, f"{place}?column={column}&code={code}#findings")
        for column, key, code, is_error, n in sorted(
            rows, key=lambda row: (not row[3], order.get(row[1], -1), -row[4])
        )
    ]


def kind_text(code: str) -> str:
    """Name a kind of finding without the values of one cell."""
    return PLACES.sub("…", _(FINDINGS[code].message))
