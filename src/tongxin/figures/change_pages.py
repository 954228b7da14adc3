"""What changed since an earlier release and why: each figure's way to its new value, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from tongxin.analytics.definitions import Definition
from tongxin.analytics.figure_store import Figure
from tongxin.codes.periods import Period
from tongxin.figures.attribution import Pair, Step, figures_by_step, prepare_steps
from tongxin.figures.forms import level_below
from tongxin.figures.places import passport_url
from tongxin.figures.queries import Release, list_release_ids, read_release
from tongxin.figures.selection import Answer, Question, answer, check_codes, definition_for
from tongxin.figures.words import PLUS, decimals_of, indicator_name, value_text
from tongxin.organisations.access import Principal
from tongxin.organisations.models import Organisation
from tongxin.ui.formats import NOTHING, number

MOST_UNITS = 200


def step_name(step: Step) -> str:
    return {
        Step.DEFINITION: _("Definition"),
        Step.TREE: _("Tree of units"),
        Step.CORRECTED: _("Corrected facts"),
        Step.NEW: _("New facts"),
    }[step]


@dataclass(frozen=True)
class Effect:
    """What one step does to a figure: its value, and the whole numbers that it is made of."""

    step: Step
    before: Figure
    after: Figure
    definitions: tuple[Definition, Definition]

    @property
    def value(self) -> float | None:
        if self.before.value is None or self.after.value is None:
            return None
        return self.after.value - self.before.value

    @property
    def changes(self) -> bool:
        return _identity(self.before) != _identity(self.after)

    @property
    def parts(self) -> tuple[float | None, float | None]:
        """The changes of numerator and denominator, exact and in their units."""
        pairs = (
            (self.before.numerator, self.after.numerator),
            (self.before.denominator, self.after.denominator),
        )
        scales = [[part.scale if part else 1 for part in each.parts] for each in self.definitions]
        found = [
            None
            if old is None or new is None
            else _exact(Fraction(new, scales[1][n]) - Fraction(old, scales[0][n]))
            for n, (old, new) in enumerate(pairs)
        ]
        return found[0], found[1]

    @property
    def name(self) -> str:
        return step_name(self.step)

    @property
    def text(self) -> str:
        if not self.changes:
            return NOTHING
        if self.value is None:
            return _("to %(value)s") % {"value": value_text(self.after, self.definitions[1])}
        # One decimal more than figures have: steps are small, and should be seen to add up.
        decimals = decimals_of(self.definitions[1])
        return _signed(self.value, None if decimals is None else decimals + 1)

    @property
    def parts_text(self) -> str:
        """The changes of both parts of a ratio, which add up to the last digit."""
        one, other = self.parts
        if not self.changes or one is None or other is None:
            return ""
        return f"{_signed(one)} / {_signed(other)}"


def _exact(value: Fraction) -> float:
    return int(value) if value.denominator == 1 else float(value)


def _signed(value: float, decimals: int | None = None) -> str:
    return f"{PLUS if value > 0 else ''}{number(str(value), decimals)}"


def _identity(figure: Figure) -> tuple[object, ...]:
    return figure.status, figure.value, figure.numerator, figure.denominator


@dataclass(frozen=True)
class Changed:
    """A figure that differs between two releases, with what each step does to it."""

    answer: Answer
    before: Answer
    name: str
    dimension: str | None
    effects: list[Effect]

    @property
    def before_text(self) -> str:
        return value_text(self.before.figure, self.before.definition)

    @property
    def after_text(self) -> str:
        return value_text(self.answer.figure, self.answer.definition)

    @property
    def url(self) -> str:
        return passport_url(self.answer.figure, self.answer.organisation.code)

    def as_row(self) -> dict[str, Any]:
        """Return the change for programs: the steps add up to the difference."""
        one, two = self.before.as_row(), self.answer.as_row()
        steps = {
            each.step.value: {"value": each.value, "numerator": each.parts[0], "denominator": each.parts[1]}
            for each in self.effects
        }
        names = ("value", "numerator", "denominator", "status", "definition")
        return {
            **{name: two[name] for name in ("indicator", "organisation", "period")},
            "before": {name: one[name] for name in names},
            "after": {name: two[name] for name in names},
            "steps": steps,
        }


def earlier_release(after: Release, asked: str | None) -> Release | None:
    """Return the release to compare with, by default the one before; None where there is none."""
    earlier = [each for each in list_release_ids() if each < after.id]
    if asked and asked not in earlier:
        raise ValidationError(_("There is no earlier release %(id)s.") % {"id": asked})
    return read_release(asked or earlier[-1]) if earlier else None


def changed_at(
    before: Release, after: Release, unit: Organisation, period: Period, user: Principal
) -> list[Changed]:
    """Return the indicators that differ at a unit, each with its steps."""
    codes = tuple(
        code
        for code in after.codes
        if code in before.codes and period.kind in definition_for(after, code, period).periods
    )
    question = Question(codes, unit, None, (period,))
    return _changed(Pair(before, after, period), question, user, lambda each: indicator_name(each.definition))


def changed_below(
    before: Release, after: Release, code: str, unit: Organisation, period: Period, user: Principal
) -> list[Changed]:
    """Return the units below at which one indicator differs, each with its steps."""
    check_codes(before, [code])
    question = Question((code,), unit, level_below(unit) or None, (period,))
    return _changed(Pair(before, after, period), question, user, lambda each: each.organisation.name)


def _changed(pair: Pair, question: Question, user: Principal, name_of: Any) -> list[Changed]:
    differing = list(_differing(pair, question, user))[:MOST_UNITS]
    codes = list(dict.fromkeys(each.figure.indicator for _old, each in differing))
    prepare_steps(pair, codes)
    units: dict[str, list[int]] = {}
    for _old, each in differing:
        units.setdefault(each.figure.indicator, []).append(each.organisation.pk)
    steps = {code: figures_by_step(pair, code, ids) for code, ids in units.items()}
    return [
        Changed(
            new,
            old,
            name_of(new),
            new.definition.dimension,
            _effects(steps[new.figure.indicator][new.organisation.pk], old.definition, new.definition),
        )
        for old, new in differing
    ]


def _effects(figures: Sequence[Figure], old: Definition, new: Definition) -> list[Effect]:
    definitions = [old, *[new] * len(Step)]
    return [
        Effect(step, figures[n], figures[n + 1], (definitions[n], definitions[n + 1]))
        for n, step in enumerate(Step)
    ]


def _differing(pair: Pair, question: Question, user: Principal) -> Iterator[tuple[Answer, Answer]]:
    """Yield each figure of both releases that is another in the later one, units of either tree alike."""
    if not question.codes:
        return
    old, new = (
        {(each.figure.indicator, each.organisation.pk): each for each in answer(release, question, user=user)}
        for release in (pair.before, pair.after)
    )
    for key in dict.fromkeys([*new, *old]):
        one, two = old.get(key), new.get(key)
        found = _missing_side(pair, question, one, two, user)
        if _identity(found[0].figure) != _identity(found[1].figure):
            yield found


def _missing_side(
    pair: Pair, question: Question, one: Answer | None, two: Answer | None, user: Principal
) -> tuple[Answer, Answer]:
    """Return both figures of a unit that only one of both trees has at the level that is listed."""
    known = one or two
    if known is None:
        raise LookupError(question.at)
    asked = Question((known.figure.indicator,), known.organisation, None, question.periods)
    return (
        one or answer(pair.before, asked, user=user)[0],
        two or answer(pair.after, asked, user=user)[0],
    )
