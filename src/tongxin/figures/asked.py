"""Which figure an address names, and reading it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from tongxin.codes.periods import Period
from tongxin.figures.queries import Release
from tongxin.figures.selection import Answer, figure_at
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation


@dataclass(frozen=True)
class Asked:
    """The figure that an address names."""

    code: str
    at: Organisation
    period: Period
    by: str | None
    category: str | None
    as_of: date | None


def read_figure(release: Release, asked: Asked, user: Principal) -> Answer:
    return figure_at(
        release,
        asked.code,
        at=asked.at,
        period=asked.period,
        user=user,
        by=asked.by,
        category=asked.category,
        as_of=asked.as_of,
    )
