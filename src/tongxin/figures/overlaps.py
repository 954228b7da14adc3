"""Versions of a definition that are computed beside the one in force, so that a break can be measured.

A version runs beside another where both say so: the newer by `overlap_from`, before it holds; the older by a
`valid_to` after the newer holds already. Without either, a version ends where the next one begins.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from tongxin.analytics.definitions import Definition, version_for
from tongxin.analytics.figure_store import Figure, FigureStore
from tongxin.codes.periods import Period


def beside(definitions: Sequence[Definition]) -> list[Definition]:
    """Return the versions that run beside others, for those days only and each as an indicator of its own.

    The name of the version is the code, so that its figures have a file beside that of the indicator.
    """
    return [
        replace(each, code=each.version, valid_from=first, valid_to=last)
        for each in definitions
        for first, last in _spans(each, definitions)
    ]


def _spans(definition: Definition, definitions: Iterable[Definition]) -> list[tuple[date, date]]:
    spans = []
    if definition.overlap_from is not None:
        spans.append((definition.overlap_from, definition.valid_from))
    ends = definition.valid_to
    newer = [
        each.valid_from
        for each in definitions
        if each.code == definition.code and each.valid_from > definition.valid_from
    ]
    if ends is not None and newer and min(newer) < ends:
        spans.append((min(newer), ends))
    return spans


def versions_beside(definitions: Sequence[Definition], code: str, period: Period) -> list[Definition]:
    """Return the versions that are computed for a period beside the one that makes its figure."""
    versions = [each for each in definitions if each.code == code]
    names = {each.code for each in beside(versions) if each.covers(period)}
    main = version_for(versions, code, period)
    return [each for each in versions if each.version in names and each is not main]


def read_beside(
    store: FigureStore,
    definition: Definition,
    units: Sequence[int],
    period: Period,
    by: str | None = None,
) -> list[Figure]:
    """Return the figures of a version that runs beside another, under the name of its indicator."""
    if by is not None and by not in {each.name for each in definition.breakdowns}:
        return []
    return [
        replace(figure, indicator=definition.code, definition=definition.version)
        for figure in store.read(definition.version, units, [period], by)
    ]
