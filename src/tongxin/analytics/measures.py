"""What a definition measures, and the additive parts that each measure is made of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fractions import Fraction

from tongxin.analytics.conditions.expressions import Condition
from tongxin.codes.periods import Period, PeriodKind, window_of

REPORTED = "reported"
"""The name by which a measure takes values that units report, in place of a subject."""


class MeasureKind(StrEnum):
    """How a measure makes a number out of rows."""

    COUNT = "count"
    COUNT_DISTINCT = "count_distinct"
    SUM = "sum"
    AVERAGE = "average"
    MEDIAN = "median"
    QUANTILE = "quantile"
    MINIMUM = "minimum"
    MAXIMUM = "maximum"
    SHARE = "share"
    REPORTED = "reported"


RANKS = {
    MeasureKind.MINIMUM: Fraction(0),
    MeasureKind.MEDIAN: Fraction(1, 2),
    MeasureKind.MAXIMUM: Fraction(1),
}
"""How far up the ordered values the value of a measure stands; a quantile says so itself."""


@dataclass(frozen=True)
class Additivity:
    """Over what the values of a measure may be added up.

    A fact may be carried by several organisations and then stand in several categories, so only what belongs
    to one row of one organisation adds up over them; only what lies in one period adds up over periods.
    """

    over_organisations: bool
    over_categories: bool
    over_periods: bool


class Key(StrEnum):
    """What is counted once."""

    ENTITY = "entity"
    WORKER = "worker"
    ORGANISATION = "organisation"


@dataclass(frozen=True)
class Timing:
    """When a part looks: at the end of the period, in it, or in the last n of a kind that end with it."""

    at_end: bool
    last: int | None = None
    of: PeriodKind | None = None

    def window(self, period: Period) -> tuple[date, date]:
        """Return the first and the last day that the part looks at for a period.

        Examples
        --------
        >>> Timing(at_end=True).window(Period.parse("2026Q3"))
        (datetime.date(2026, 9, 30), datetime.date(2026, 9, 30))
        """
        if self.at_end:
            return period.last_day, period.last_day
        if self.last is not None and self.of is not None:
            return window_of(period, self.last, self.of)
        return period.first_day, period.last_day


@dataclass(frozen=True)
class Part:
    """An additive part of a measure: what its rows count for, summed over what is counted once.

    A row counts where every condition holds and the `needs` column is known; it counts for its `weight`
    column, or for 1. It cannot be told where a condition cannot, or where only the needed value is missing.
    For reported values `subject` is "reported" and `weight` the item. With a `rank` the rows are not summed:
    their weights are put in order, and the value that far up is taken.
    """

    subject: str
    timing: Timing
    key: Key
    where: tuple[Condition, ...] = ()
    weight: str | None = None
    needs: str | None = None
    scale: int = 1
    rank: Fraction | None = None

    @property
    def identity(self) -> str:
        """A text equal for parts that count the same rows in the same way."""
        conditions = [each.text for each in self.where]
        return repr((self.subject, self.timing, self.key, conditions, self.weight, self.needs, self.rank))

    @property
    def is_reported(self) -> bool:
        """Whether the part is made of values that units report."""
        return self.subject == REPORTED

    def counted(self) -> Part:
        """Return the part that counts the values of this one."""
        return replace(self, weight=None, rank=None, scale=1)

    def shares_rows(self, other: Part) -> bool:
        """Tell whether both parts look at the same rows at the same time."""
        return (self.subject, self.timing) == (other.subject, other.timing)


@dataclass(frozen=True)
class Measure:
    """One measure of a definition, as it is written."""

    kind: MeasureKind
    subject: str
    timing: Timing
    is_spell: bool = False
    counted: Key = Key.ENTITY
    where: Condition | None = None
    share: Condition | None = None
    column: str | None = None
    """The column `<variable>.<field>` whose values are taken, or the reported item."""
    scale: int = 1
    rank: Fraction | None = None
    """How far up the ordered values the one that is taken stands: 1/2 for the median."""

    @property
    def additivity(self) -> Additivity:
        """Over what values of this measure may be added up."""
        match self.kind:
            case MeasureKind.REPORTED:
                return Additivity(over_organisations=True, over_categories=False, over_periods=False)
            case MeasureKind.COUNT | MeasureKind.SUM if not self.is_spell:
                flows = self.timing.last is None
                return Additivity(over_organisations=False, over_categories=False, over_periods=flows)
            case _:
                return Additivity(over_organisations=False, over_categories=False, over_periods=False)

    def parts(self) -> tuple[Part, Part | None]:
        """Return the additive numerator and, for a mean or a share, the additive denominator."""
        where = (self.where,) if self.where else ()
        match self.kind:
            case MeasureKind.COUNT | MeasureKind.COUNT_DISTINCT:
                return Part(self.subject, self.timing, self.counted, where), None
            case MeasureKind.SHARE:
                shared = (*where, self.share) if self.share else where
                whole = Part(self.subject, self.timing, self.counted, where)
                return Part(self.subject, self.timing, self.counted, shared), whole
            case _:
                return self._summed_parts(where)

    def _summed_parts(self, where: tuple[Condition, ...]) -> tuple[Part, Part | None]:
        # A person with two employments has one age, an event that two units carry has its hours once.
        key = Key.ENTITY
        total = Part(self.subject, self.timing, key, where, self.column, self.column, self.scale, self.rank)
        if self.kind is not MeasureKind.AVERAGE:
            return total, None
        return total, Part(self.subject, self.timing, key, where, None, self.column)
