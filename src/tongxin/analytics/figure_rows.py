"""The rows of figures, as a statement over what was rolled up."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from tongxin.analytics.forests import Forest
from tongxin.analytics.measures import Key
from tongxin.analytics.statements import literal, select, union
from tongxin.analytics.tallies import Claim, Family, Source, Values
from tongxin.codes.periods import Period

NUMBERS = ("numerator", "denominator", "undetermined", "population", "reporting", "expected")
ROW_GROUP = 16_384
"""Small enough that reading one organisation decodes little."""

Place = tuple[int, Key | Values]
"""Which rolled up table a number comes from: the identity of a family; a kind of key, or ordered values."""


@dataclass(frozen=True)
class RolledUp:
    """The tallies of one kind of key of a family, at every node; tallies may share a column."""

    table: str
    columns: Mapping[str, str]
    windows: str
    """The table of which window each period has."""


@dataclass(frozen=True)
class Names:
    """The tables that turn numbers into names: of slots, and of periods."""

    slots: str
    periods: str


class Calendar:
    """A number for each period, in the order of their names."""

    def __init__(self, periods: Iterable[Period]) -> None:
        ordered = sorted(periods, key=str)
        self._numbers = {period: number for number, period in enumerate(ordered)}

    def number(self, period: Period) -> int:
        """Return the number of a period."""
        return self._numbers[period]

    def table(self) -> pa.Table:
        """Return a row per period."""
        names = [str(period) for period in self._numbers]
        return pa.table({"number": pa.array(self._numbers.values(), pa.int32()), "period": names})

    def windows(self, of_period: Mapping[Period, int]) -> pa.Table:
        """Return which window each period has."""
        return pa.table(
            {
                "window": pa.array(of_period.values(), pa.int32()),
                "number": pa.array([self.number(period) for period in of_period], pa.int32()),
            }
        )


def families_of(claim: Claim) -> list[Family]:
    """Return the families that a definition takes numbers from."""
    return [source.family for _, source, _ in _terms(claim)]


def figure_rows(
    claims: Sequence[Claim],
    rolled: Mapping[Place, RolledUp],
    reported: Mapping[str, RolledUp],
    calendar: Calendar,
    forest: Forest,
    names: Names,
) -> str:
    """Return the statement of all figures of one indicator, rows that say nothing left out.

    They stand in the order of breakdown, organisation, category and period, the total last.

    Parameters
    ----------
    claims
        What the versions of the indicator's definition need.
    rolled
        The tables that they take from.
    reported
        The rolled up table of reported values by version, where it takes any.
    """
    versions = ", ".join(literal(claim.definition.version) for claim in claims)
    pieces = []
    for claim in claims:
        found = list(_pieces(claim, rolled, names))
        if table := reported.get(claim.definition.version):
            found.append(_reported_piece(table))
        definition = f"CAST({literal(claim.definition.version)} AS ENUM ({versions})) AS definition"
        pieces.append(_of_claim(claim, definition, found, calendar))
    code = literal(claims[0].definition.code)
    joined = f"{union(pieces)} AS f JOIN {forest.name} AS n USING (place)"
    joined += f" JOIN {names.slots} AS s USING (slot) JOIN {names.periods} AS p USING (number)"
    columns = [f"CAST({code} AS ENUM ({code})) AS indicator", "definition", "node AS organisation"]
    columns += ["period", "breakdown", "category"]
    return select([*columns, *NUMBERS], joined, order_by=["breakdown", "organisation", "category", "period"])


def _of_claim(claim: Claim, definition: str, pieces: Sequence[str], calendar: Calendar) -> str:
    """Return the figures of one version of a definition, by place, period and slot."""
    source = f"{union(pieces)} AS piece"
    if len(pieces) > 1:
        sums = [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in NUMBERS]
        source = f"({select([*_WHERE, *sums], source, group_by=_WHERE)}) AS whole"
    nothing = set() if claim.denominator or claim.definition.is_ratio else {"denominator"}
    if not claim.definition.is_reported:
        nothing |= {"reporting", "expected"}
    columns = [f"CAST(NULL AS BIGINT) AS {name}" if name in nothing else name for name in NUMBERS]
    said = " OR ".join(f"{name} <> 0" for name in NUMBERS if name not in {"population", "reporting"})
    periods = ", ".join(str(calendar.number(period)) for period in claim.periods)
    where = f"({said}) AND number IN ({periods})"
    return select([*_WHERE, definition, *columns], source, where=where)


_WHERE = ("place", "number", "slot")


def _pieces(claim: Claim, rolled: Mapping[Place, RolledUp], names: Names) -> Iterator[str]:
    """Yield what a definition takes from each rolled up table, 0 for what it takes from elsewhere."""
    terms = list(_terms(claim))
    shown = ["breakdown IS NULL"]
    shown += [f"breakdown = {literal(breakdown.name)}" for breakdown in claim.definition.breakdowns]
    slots = select(["slot"], names.slots, where=" OR ".join(shown))
    for place in dict.fromkeys(_place(source) for _, source, _ in terms):
        table = rolled[place]
        numbers = dict.fromkeys(NUMBERS, "")
        for name, source, sign in terms:
            if _place(source) == place:
                numbers[name] += f" {sign} CAST({table.columns[source.tally.name]} AS BIGINT)"
        columns = [f"CAST(0{numbers[name]} AS BIGINT) AS {name}" for name in NUMBERS]
        joined = f'{table.table} AS r JOIN {table.windows} AS w USING ("window")'
        yield select([*_WHERE, *columns], f"{joined} JOIN ({slots}) AS s USING (slot)")


def _reported_piece(table: RolledUp) -> str:
    columns = [f"{table.columns[name]} AS {name}" for name in NUMBERS]
    return select([*_WHERE, *columns], f'{table.table} AS r JOIN {table.windows} AS w USING ("window")')


def _place(source: Source) -> Place:
    return id(source.family), source.tally.values or source.tally.key


def _terms(claim: Claim) -> Iterator[tuple[str, Source, str]]:
    """Yield the numbers of a figure as sums of tallies: name, tally, sign."""
    if claim.numerator:
        yield "numerator", claim.numerator, "+"
    if claim.denominator:
        yield "denominator", claim.denominator, "+"
    for certainty in claim.certainties:
        yield "undetermined", certainty.open, "+"
        yield "undetermined", certainty.true, "-"
        yield "population", certainty.all, "+"
