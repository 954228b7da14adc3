"""The page of the audit log."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from tongxin.audit.models import LogEntry
from tongxin.audit.queries import LogPage, entries_matching, page_of
from tongxin.organisations.access import subtree_of
from tongxin.organisations.answers import reader_of, send_csv
from tongxin.organisations.context import with_query
from tongxin.organisations.models import Organisation
from tongxin.organisations.trail_access import reads_whole_trail, trail_visible_to
from tongxin.organisations.trail_forms import TrailForm
from tongxin.organisations.trail_labels import PEOPLE, show_entries, verb_of

CSV_HEADER = ("at", "who", "address", "action", "what", "unit", "changes", "request")


@require_safe
def trail(request: HttpRequest) -> HttpResponseBase:
    """What was done, by whom, when, from which value to which; newest first."""
    user = reader_of(request)
    entries = trail_visible_to(user, LogEntry.objects.all())
    form = TrailForm(request.GET or None, user=user)
    asked = form.cleaned_data if form.is_valid() else {}
    unit = asked.get("unit")
    found = entries_matching(
        entries,
        actor_name=asked.get("actor", ""),
        action=asked.get("action", ""),
        units=Organisation.objects.filter(subtree_of(unit)).values("pk") if unit else None,
        from_day=asked.get("from_day"),
        until_day=asked.get("until_day"),
        text=asked.get("q", ""),
        unsearchable=PEOPLE,
    )
    if request.GET.get("format") == "csv":
        return send_csv("audit", CSV_HEADER, _csv_rows(found))
    page = page_of(found, older_than=_key(request, "before"), newer_than=_key(request, "after"))
    filters = {name: request.GET.get(name) for name in form.fields}
    context = {
        "form": form,
        "shown": show_entries(page.entries),
        "is_whole": reads_whole_trail(user),
        "csv_url": with_query("", **filters, format="csv"),
        "section": "audit",
        **_links(page, filters),
    }
    return render(request, "organisations/trail.html", context)


def _key(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() else None


def _links(page: LogPage, filters: dict[str, Any]) -> dict[str, str]:
    links = {"summary": _("newest first")}
    if page.newer_than is not None:
        links["previous_url"] = with_query("", **filters, after=page.newer_than)
    if page.older_than is not None:
        links["next_url"] = with_query("", **filters, before=page.older_than)
    return links


def _csv_rows(entries: Any) -> Any:
    batch: list[LogEntry] = []
    for entry in entries.order_by("-pk").iterator(chunk_size=500):
        batch.append(entry)
        if len(batch) == 500:
            yield from _csv_batch(batch)
            batch = []
    yield from _csv_batch(batch)


def _csv_batch(batch: list[LogEntry]) -> Any:
    for shown in show_entries(batch):
        entry = shown.entry
        changes = "; ".join(f"{each.name}: {each.before} → {each.after}" for each in shown.changes)
        yield (
            entry.at.isoformat(timespec="seconds"),
            entry.actor_name,
            entry.address or "",
            verb_of(entry),
            shown.what,
            shown.unit.code if shown.unit else "",
            changes,
            entry.request_id,
        )
