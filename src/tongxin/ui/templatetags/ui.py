"""Filters and components of every page; settings name this module as built in, so no page loads it."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping
from typing import Any

from django import template
from django.conf import settings
from django.template.context import RequestContext
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.urls import NoReverseMatch, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from tongxin.codes.periods import Period
from tongxin.ui import formats
from tongxin.ui.dimensions import DIMENSIONS
from tongxin.ui.scripts import spoken

register = template.Library()

for formatter in (
    formats.number,
    formats.percent,
    formats.day,
    formats.day_short,
    formats.moment,
    formats.period,
    formats.status_text,
    formats.status_reason,
    formats.mask,
    spoken,
):
    register.filter(formatter.__name__, formatter)

# key, route, letter after `g`, name
PLACES = (
    ("home", "home", "h", gettext_lazy("Home")),
    ("figures", "explorer", "f", gettext_lazy("Figures")),
    ("plans", "plans", "t", gettext_lazy("Plans")),
    ("tasks", "tasks", "k", gettext_lazy("Tasks")),
    ("supervision", "supervision", "s", gettext_lazy("Supervision")),
    ("documents", "documents", "d", gettext_lazy("Documents")),
    ("meetings", "meetings", "m", gettext_lazy("Meetings")),
    ("instructions", "instructions", "n", gettext_lazy("Instructions")),
    ("organisations", "organisations", "o", gettext_lazy("Organisations")),
    ("workers", "workers", "w", gettext_lazy("Workers")),
    ("imports", "imports", "i", gettext_lazy("Imports")),
    ("audit", "audit", "a", gettext_lazy("Audit")),
    ("roles", "roles", "r", gettext_lazy("Roles")),
    ("accounts", "accounts", "p", gettext_lazy("Accounts")),
)
NEIGHBOURS = ("plans", "tasks", "supervision", "documents", "meetings", "instructions")
"""Places that belong together: the pages of one lead to the others. The bar has room for the first alone."""
TILE_STEPS = 6


@register.filter
def short_number(value: formats.Number) -> SafeString:
    """Write a number in large units, the exact one on hover."""
    return format_html(
        '<data value="{}" title="{}">{}</data>',
        "" if value is None else value,
        formats.number(value),
        formats.short_number(value),
    )


def find_url(name: str, *args: Any, **kwargs: Any) -> str:
    """Reverse a route, or return nothing when the room behind it is not built in."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


register.simple_tag(find_url, name="maybe_url")


@register.simple_tag
def home_language() -> str:
    """Return the language of messages that are written once for everybody, as browsers know it."""
    return str(settings.LANGUAGE_CODE)


@register.simple_tag(takes_context=True)
def places(context: RequestContext) -> list[dict[str, Any]]:
    """List the parts of the site that this reader may open and that exist, marking the present one."""
    may_open = context.get("may_open") or ()
    match = getattr(context.get("request"), "resolver_match", None)
    section = context.get("section") or (match.url_name if match else "")
    return [
        {
            "key": key,
            "name": name,
            "url": url,
            "letter": letter,
            "is_current": section in {key, route},
            "is_in_bar": key not in NEIGHBOURS[1:],
            "leads_here": section in {key, route} or (key == NEIGHBOURS[0] and section in NEIGHBOURS),
        }
        for key, route, letter, name in PLACES
        if key in may_open and (url := find_url(route))
    ]


@register.simple_tag(takes_context=True)
def neighbours(context: RequestContext) -> list[dict[str, Any]]:
    """List the places beside the present one, itself among them; none where it stands alone."""
    found = [place for place in places(context) if place["key"] in NEIGHBOURS]
    return found if len(found) > 1 and any(place["is_current"] for place in found) else []


@register.simple_tag(takes_context=True)
def page_title(context: RequestContext) -> SafeString:
    """Repeat the page's title block as its first heading; Django fills a block only once."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    block = blocks.get_block("title") if blocks else None
    return mark_safe(block.nodelist.render(context).strip()) if block else SafeString()  # noqa: S308  # rendered by Django


@register.simple_tag(takes_context=True)
def sheet_foot(context: RequestContext) -> str:
    """Write what the foot of every printed sheet says, as a string of CSS."""
    source = context.template.engine.get_template("ui/sheet_foot.html") if context.template else None
    text = html.unescape(" ".join(source.render(context).split())) if source else ""
    return (
        "'"
        + "".join(char if char.isalnum() or char in " -:." else f"\\{ord(char):x} " for char in text)
        + "'"
    )


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of ui/icons.html; it says nothing to a screen reader, so a word must stand beside it."""
    return format_html('<svg class="sign" aria-hidden="true"><use href="#icon-{}"></use></svg>', name)


@register.simple_tag
def dimension_shape(code: str) -> SafeString:
    return format_html(
        '<svg class="shape dimension-{}" viewBox="0 0 16 16" aria-hidden="true"><path d="{}"></path></svg>',
        code,
        DIMENSIONS[code].path,
    )


@register.simple_tag
def dimension(code: str) -> SafeString:
    """Name a dimension with its colour and shape."""
    return format_html('<span class="dimension">{} {}</span>', dimension_shape(code), DIMENSIONS[code].name)


@register.inclusion_tag("ui/ring.html")
def dimension_ring(values: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Draw the dimensions as circles around one centre: each an arc as long as its share.

    Each value has dimension, share (0 to 1, or None), value_text, and may have url and note.
    """
    by_code = {str(value["dimension"]): value for value in values}
    circles = [
        {
            **by_code[code],
            "code": code,
            "radius": 54 - 10 * place,
            "length": None
            if by_code[code].get("share") is None
            else round(clamp(by_code[code]["share"]) * 100, 2),
        }
        for place, code in enumerate(DIMENSIONS)
        if code in by_code
    ]
    return {"circles": circles}


@register.inclusion_tag("ui/tile_map.html")
def tile_map(
    tiles: Iterable[Mapping[str, Any]], low: str = "", high: str = "", label: str = "", size: str = "large"
) -> dict[str, Any]:
    """Draw units as tiles where they lie; the darker the tile, the larger the share.

    A tile has row and column (from 1), label, value_text, share (0 to 1, or None), url, title, and may have
    is_current. `low` and `high` are the values at the ends of the legend; size is large or small.
    """
    drawn = [{**tile, "step": tile_step(tile.get("share"))} for tile in tiles]
    return {
        "tiles": drawn,
        "columns": max((int(tile["column"]) for tile in drawn), default=1),
        "steps": range(1, TILE_STEPS + 1),
        "has_gaps": any(tile["step"] is None for tile in drawn),
        "low": low,
        "high": high,
        "label": label,
        "size": size,
    }


def tile_step(share: float | None) -> int | None:
    return None if share is None else min(int(clamp(share) * TILE_STEPS) + 1, TILE_STEPS)


def clamp(share: float) -> float:
    return min(max(float(share), 0.0), 1.0)


@register.inclusion_tag("ui/chart.html")
def chart(kind: str, name: str, content: Mapping[str, Any], label: str, height: int = 280) -> dict[str, Any]:
    """Draw a line or bar chart: content as in charts.js, label for readers who do not see it.

    The page puts the same numbers in a table beside it, since the chart is empty without JavaScript.
    """
    return {"kind": kind, "name": name, "content": content, "label": label, "height": height}


@register.inclusion_tag("ui/period_switch.html", takes_context=True)
def period_switch(
    context: RequestContext, current: Period | str, choices: Iterable[Period | str]
) -> dict[str, Any]:
    """Let the reader change the period, which lives in the address as `period`."""
    texts = [str(choice) for choice in choices]
    ordered = sorted(texts, key=Period.parse)
    at = ordered.index(str(current)) if str(current) in ordered else None
    return {
        "request": context.get("request"),
        "current": str(current),
        "choices": texts,
        "earlier": ordered[at - 1] if at else None,
        "later": ordered[at + 1] if at is not None and at + 1 < len(ordered) else None,
    }


@register.inclusion_tag("ui/definition.html")
def definition_link(url: str, name: str) -> dict[str, str]:
    """Lead from a column or a number to what it means."""
    return {"url": url, "name": name}


@register.inclusion_tag("ui/forms/errors.html")
def form_errors(form: Any, title: str = "") -> dict[str, Any]:
    """Sum up a form's errors with links, for pages that draw the fields one by one."""
    return {"form": form, "title": title}


@register.simple_block_tag
def table_frame(content: str, label: str) -> SafeString:
    """Let a wide table scroll inside its own frame, also by keyboard."""
    return format_html(
        '<div class="table-frame scroll" tabindex="0" role="region" aria-label="{}">{}</div>', label, content
    )
