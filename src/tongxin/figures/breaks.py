"""Where a trend breaks: units came or went between two periods, or another definition took over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tongxin.codes.periods import Period
from tongxin.figures.queries import Release
from tongxin.figures.regrouping import is_regrouped
from tongxin.figures.selection import definition_for
from tongxin.figures.words import version_text
from tongxin.organisations.models import Level, Organisation


@dataclass(frozen=True)
class Break:
    """What is another from a period on than in the one before it."""

    period: Period
    before: Period
    version: str = ""
    """The version of the definition that took over; empty where units came or went."""

    @property
    def is_tree(self) -> bool:
        return not self.version

    @property
    def mark(self) -> str:
        return pgettext("break", "units") if self.is_tree else pgettext("break", "definition")

    @property
    def text(self) -> str:
        if self.is_tree:
            return _("Units came or went since the period before.")
        text = _("From here on the %(version)s holds: values before and after are not alike.")
        return text % {"version": version_text(self.version)}


def breaks_of(
    release: Release, code: str, unit: Organisation, periods: Sequence[Period], *, own_trees: bool
) -> list[Break]:
    """Return the breaks between periods that follow each other; under one tree no units come or go."""
    store = release.group_store if unit.level == Level.GROUP else release.store
    trees = store.trees if own_trees else {}
    found = []
    for before, period in pairwise(sorted(periods)):
        one, two = trees.get(str(before)), trees.get(str(period))
        if one and two and one is not two and is_regrouped(one, two, unit.pk):
            found.append(Break(period, before))
        versions = [definition_for(release, code, each).version for each in (before, period)]
        if versions[0] != versions[1]:
            found.append(Break(period, before, versions[1]))
    return found


def marks_of(breaks: Sequence[Break]) -> list[dict[str, str]]:
    """Return the vertical marks of a chart."""
    names: dict[str, list[str]] = {}
    for each in breaks:
        names.setdefault(str(each.period), []).append(each.mark)
    return [{"label": period, "text": " · ".join(found)} for period, found in names.items()]
