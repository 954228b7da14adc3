"""The five dimensions on pages: fixed order, fixed colour, and a shape so that colour is never alone."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class DimensionMark:
    """One dimension's name, and its shape as the points of a path on a field of 16 by 16."""

    code: str
    name: str | Promise
    path: str


DIMENSIONS = {
    mark.code: mark
    for mark in (
        DimensionMark(
            "guidance", pgettext_lazy("dimension", "Guidance"), "M8 1a7 7 0 1 0 0 14A7 7 0 1 0 8 1Z"
        ),
        DimensionMark("contribution", pgettext_lazy("dimension", "Contribution"), "M2 2H14V14H2Z"),
        DimensionMark("competence", pgettext_lazy("dimension", "Competence"), "M8 1L15.5 14.5H.5Z"),
        DimensionMark("standing", pgettext_lazy("dimension", "Standing"), "M8 0L16 8L8 16L0 8Z"),
        DimensionMark("ranks", pgettext_lazy("dimension", "Ranks"), "M8 .5L15.5 6L12.7 15H3.3L.5 6Z"),
    )
}
