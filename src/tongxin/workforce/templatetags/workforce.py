"""Names of codes, and the eight grades as a ladder."""

from __future__ import annotations

from typing import Any

from django import template

from tongxin.workforce.labels import name_of, name_of_occupation
from tongxin.workforce.timeline import Rung

register = template.Library()


@register.filter
def code(value: str, list_name: str) -> str:
    return name_of(list_name, value)


@register.filter
def occupation(value: str) -> str:
    return name_of_occupation(value)


@register.inclusion_tag("workforce/ladder.html")
def ladder(rungs: list[Rung]) -> dict[str, Any]:
    """Draw the grades as steps, each as high as its rank; what was reached is said in words too."""
    return {"rungs": rungs, "has_grade": any(rung.is_present for rung in rungs)}
