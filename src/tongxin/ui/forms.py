"""How forms look: labels above, help under, errors beside the field and summed up on top with links."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates
from django.forms.utils import flatatt
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

CHOICE_TYPES = {"checkbox", "radio"}
SELECT_TEMPLATE = "django/forms/widgets/select.html"


class FieldRenderer(DjangoTemplates):
    """Draws every form of the project, and gives each control the class that its style needs."""

    form_template_name = "ui/forms/form.html"
    field_template_name = "ui/forms/field.html"

    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> str:
        if widget := context.get("widget"):
            dress_widget(widget)
            if template_name == SELECT_TEMPLATE:
                return _draw_select(widget)
        return super().render(template_name, context, request)


def _draw_select(widget: dict[str, Any]) -> SafeString:
    """Draw what Django's template of a select draws, which takes two templates more for each option."""
    groups = format_html_join(
        "",
        "{}",
        ((_draw_group(name, options),) for name, options, _index in widget["optgroups"]),
    )
    return format_html('<select name="{}"{}>{}\n</select>', widget["name"], flatatt(widget["attrs"]), groups)


def _draw_group(name: str | None, options: list[dict[str, Any]]) -> SafeString:
    drawn = format_html_join(
        "",
        '\n  <option value="{}"{}>{}</option>',
        ((option["value"], flatatt(option["attrs"]), option["label"]) for option in options),
    )
    return format_html('\n  <optgroup label="{}">{}\n  </optgroup>', name, drawn) if name else drawn


def dress_widget(widget: dict[str, Any]) -> None:
    """Add the style class to a widget's context and to those inside it."""
    inner = list(widget.get("subwidgets", []))
    choices = [option for _, options, _ in widget.get("optgroups", []) for option in options]
    if widget["template_name"] == SELECT_TEMPLATE:
        add_class(widget, "form-select")
    elif choices:
        add_class(widget, "choices")
        inner += choices
    elif widget.get("type") in CHOICE_TYPES:
        add_class(widget, "form-check-input")
    elif widget.get("type") != "hidden" and not inner:
        add_class(widget, "form-control")
    for part in inner:
        dress_widget(part)


def add_class(widget: dict[str, Any], name: str) -> None:
    classes = widget["attrs"].get("class", "").split()
    if name not in classes:
        widget["attrs"] = {**widget["attrs"], "class": " ".join([*classes, name])}


class DayInput(forms.DateInput):
    """The browser's own date field, which accepts no other form than 2026-03-05."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")
