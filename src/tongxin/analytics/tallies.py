"""The plan of a computation: which rows are looked at when, and what is tallied from them.

Definitions that look at the same subject at the same time for the same kinds of period form one family: its
rows are read once, and every part becomes a tally, an integer column that adds up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from tongxin.analytics.conditions.expressions import related_used
from tongxin.analytics.definitions import Definition, version_for
from tongxin.analytics.measures import Key, Part, Timing
from tongxin.codes.periods import Period, PeriodKind


class State(StrEnum):
    """Which rows a tally takes."""

    TRUE = "true"
    """Rows whose answer is yes."""
    OPEN = "open"
    """Rows whose answer is yes or cannot be told."""
    ALL = "all"
    """Every row that is looked at."""


@dataclass(frozen=True)
class Tally:
    """An integer made of rows, each key once: 1, or the weight, of rows of one state.

    `answers` are the columns of nullable answers that must all be known; the first decides. With a `rank` the
    weights are not added up but put in order, and the one that far up is taken.
    """

    name: str
    key: Key
    state: State
    answers: tuple[str, ...] = ()
    weight: str | None = None
    rank: Fraction | None = None

    @property
    def values(self) -> Values | None:
        """The values that are put in order, where any are; tallies of several ranks share them."""
        return Values(self.key, self.answers, self.weight) if self.rank is not None and self.weight else None


@dataclass(frozen=True)
class Values:
    """The weights of rows whose answer is yes, each key once, to be put in order."""

    key: Key
    answers: tuple[str, ...]
    weight: str


_Spec = tuple[Key, State, tuple[str, ...], str | None, Fraction | None]


@dataclass
class Family:
    """The parts that look at the rows of one subject at one time."""

    subject: str
    timing: Timing
    parts: dict[str, tuple[str, Part]] = field(default_factory=dict)
    """By identity: the name of the answer column, and the part."""
    tallies: dict[_Spec, Tally] = field(default_factory=dict)
    breakdowns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The columns of each breakdown by name: one, or those that it combines."""
    periods: set[Period] = field(default_factory=set)

    @property
    def subjects(self) -> set[str]:
        """The subjects whose rows are read: its own, and those over which its conditions range."""
        conditions = [each for _, part in self.parts.values() for each in part.where]
        return {self.subject}.union(*map(related_used, conditions))

    @property
    def weights(self) -> list[str]:
        """The columns whose values are summed or put in order."""
        return list(dict.fromkeys(tally.weight for tally in self.tallies.values() if tally.weight))

    def answer(self, part: Part) -> str:
        """Return the name of the column with a part's answer."""
        # The weight and the key change what a row counts for, not whether it counts.
        conditions = repr(([each.text for each in part.where], part.needs))
        return self.parts.setdefault(conditions, (f"answer{len(self.parts)}", part))[0]

    def tally(
        self,
        key: Key,
        state: State,
        answers: tuple[str, ...] = (),
        weight: str | None = None,
        rank: Fraction | None = None,
    ) -> Tally:
        """Return the tally of this kind, a new one where there is none yet."""
        spec = (key, state, answers, weight, rank)
        return self.tallies.setdefault(spec, Tally(f"tally{len(self.tallies)}", *spec))

    def of_key(self, key: Key) -> list[Tally]:
        """Return the tallies that add up over one kind of key."""
        return [tally for tally in self.tallies.values() if tally.key is key and tally.values is None]

    @property
    def values(self) -> dict[Values, list[Tally]]:
        """The values that are put in order, each with the tallies that are taken from them."""
        found: dict[Values, list[Tally]] = {}
        for tally in self.tallies.values():
            if tally.values is not None:
                found.setdefault(tally.values, []).append(tally)
        return found

    @property
    def keys(self) -> list[Key]:
        """The kinds of key that are counted, each with a tally of all its rows."""
        return list(dict.fromkeys(tally.key for tally in self.tallies.values()))


@dataclass(frozen=True)
class Source:
    """Where a number of a figure comes from: a tally of a family."""

    family: Family
    tally: Tally


@dataclass(frozen=True)
class Certainty:
    """What tells how sure a part is: rows open or true, rows true, all rows."""

    open: Source
    true: Source
    all: Source


@dataclass(frozen=True)
class Claim:
    """What one definition needs: its numbers, and for which periods it makes figures."""

    definition: Definition
    periods: tuple[Period, ...]
    numerator: Source | None
    denominator: Source | None
    certainties: tuple[Certainty, ...]


class Plan:
    """The families and claims of a set of definitions."""

    def __init__(self, definitions: Sequence[Definition], periods: Iterable[Period]) -> None:
        self.families: dict[tuple[str, Timing, tuple[PeriodKind, ...]], Family] = {}
        self.claims: list[Claim] = []
        chosen = sorted(set(periods))
        for definition in definitions:
            made = tuple(
                period for period in chosen if version_for(definitions, definition.code, period) is definition
            )
            if made:
                self.claims.append(self._claim(definition, made))

    def _claim(self, definition: Definition, periods: tuple[Period, ...]) -> Claim:
        numerator, denominator = definition.parts
        if numerator.rank is not None:
            denominator = numerator.counted()
        if denominator is not None and not numerator.is_reported and numerator.shares_rows(denominator):
            family = self._family(definition, numerator, periods)
            one, other = family.answer(numerator), family.answer(denominator)
            # A row that either part cannot tell is in neither.
            both, turned = tuple(dict.fromkeys((one, other))), tuple(dict.fromkeys((other, one)))
            return Claim(
                definition,
                periods,
                Source(family, _summed(family, numerator, both)),
                Source(family, _summed(family, denominator, turned)),
                (_certainty(family, numerator.key, both),),
            )
        parts = [(part, self._alone(definition, part, periods)) for part in definition.parts]
        sources = [source[0] if source else None for _, source in parts]
        certainties = tuple(source[1] for _, source in parts if source)
        return Claim(definition, periods, sources[0], sources[1], certainties)

    def _alone(
        self, definition: Definition, part: Part | None, periods: tuple[Period, ...]
    ) -> tuple[Source, Certainty] | None:
        if part is None or part.is_reported:
            return None
        family = self._family(definition, part, periods)
        answers = (family.answer(part),)
        source = Source(family, _summed(family, part, answers))
        return source, _certainty(family, part.key, answers)

    def _family(self, definition: Definition, part: Part, periods: tuple[Period, ...]) -> Family:
        # What is wanted monthly has three times the windows, so the others do not share them.
        key = (part.subject, part.timing, definition.periods)
        family = self.families.setdefault(key, Family(part.subject, part.timing))
        family.periods.update(periods)
        for breakdown in definition.breakdowns:
            family.breakdowns[breakdown.name] = breakdown.columns_in(part.subject)
        return family


def _summed(family: Family, part: Part, answers: tuple[str, ...]) -> Tally:
    return family.tally(part.key, State.TRUE, answers, part.weight, part.rank)


def _certainty(family: Family, key: Key, answers: tuple[str, ...]) -> Certainty:
    return Certainty(
        Source(family, family.tally(key, State.OPEN, answers)),
        Source(family, family.tally(key, State.TRUE, answers)),
        Source(family, family.tally(key, State.ALL)),
    )
