"""What changed since the last release: the same unit and period, computed from newer facts."""

from __future__ import annotations

from dataclasses import dataclass

from tongxin.analytics.damage import DamagedFileError
from tongxin.analytics.definition_nodes import DefinitionError
from tongxin.codes.periods import Period
from tongxin.figures.places import passport_url
from tongxin.figures.queries import Release, list_release_ids, read_release
from tongxin.figures.selection import Question, answer, usual_kind
from tongxin.figures.words import change_between, indicator_name, value_text
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Level, Organisation

MOST = 8


@dataclass(frozen=True)
class Changed:
    """An indicator whose figure is another than in the release before."""

    name: str
    dimension: str | None
    before: str
    now: str
    url: str
    verdict: str


@dataclass(frozen=True)
class Changes:
    """What differs; `before` is None where there is no earlier release."""

    before: Release | None
    shown: list[Changed]
    more: int


def changes_since(release: Release, unit: Organisation, period: Period, user: Principal) -> Changes:
    """Compare all figures of a unit and period with those of the release before."""
    earlier = [each for each in list_release_ids() if each < release.id]
    if not earlier:
        return Changes(None, [], 0)
    try:
        before = read_release(earlier[-1])
        if unit.level == Level.GROUP and not before.has_groups:
            return Changes(before, [], 0)
        codes = tuple(
            code for code in release.codes if code in before.codes and _is_usual(release, code, period)
        )
        question = Question(codes, unit, None, (period,))
        then = {each.figure.indicator: each for each in answer(before, question, user=user)}
    except (DamagedFileError, DefinitionError):
        # The figures of today are whole without those that they are compared with.
        return Changes(None, [], 0)
    changed = []
    for each in answer(release, question, user=user):
        old = then[each.figure.indicator]
        if (each.figure.value, each.figure.status) == (old.figure.value, old.figure.status):
            continue
        change = change_between(each.figure, old.figure, each.definition)
        changed.append(
            Changed(
                indicator_name(each.definition),
                each.definition.dimension,
                value_text(old.figure, old.definition),
                value_text(each.figure, each.definition),
                passport_url(each.figure, unit.code),
                change.verdict if change else "",
            )
        )
    return Changes(before, changed[:MOST], max(len(changed) - MOST, 0))


def _is_usual(release: Release, code: str, period: Period) -> bool:
    definition = release.newest(code)
    return period.kind in definition.periods or period.kind == usual_kind(definition)
