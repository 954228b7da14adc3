"""The rows of figures, as a statement over what was rolled up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pyarrow as pa

from tongxin.analytics.engine import Engine
from tongxin.analytics.measures import Key
from tongxin.analytics.rollup import Forest
from tongxin.analytics.statements import literal, select, union
from tongxin.analytics.tallies import Claim, Family, Source
from tongxin.codes.periods import Period

NUMBERS = ("numerator", "denominator", "undetermined", "population", "reporting", "expected")
ROW_GROUP = 16_384
"""Small enough that reading one organisation decodes little."""

Place = tuple[int, Key]
"""Which rolled up table a number comes from: the identity of a family, and a kind of key."""


@dataclass(frozen=True)
class RolledUp:
    """The tallies of one kind of key of a family, at every node; tallies may share a column."""

    table: str
    columns: Mapping[str, str]
    windows: Mapping[Period, int]


def families_of(claim: Claim) -> list[Family]:
    """Return the families that a definition takes numbers from."""
    return [source.family for _, source, _ in _terms(claim)]


def figure_rows(
    engine: Engine,
    claims: Sequence[Claim],
    rolled: Mapping[Place, RolledUp],
    reported: Mapping[str, str | None],
    forest: Forest,
    dictionary: str,
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
    dictionary
        The table of `Slots`, as names.
    """
    periods = engine.take_names(_period_table(claims))
    pieces = []
    for number, claim in enumerate(claims):
        found = list(_pieces(engine, claim, rolled, dictionary))
        if table := reported[claim.definition.version]:
            found.append(_reported_piece(engine, claim, table))
        pieces.append(_of_claim(claim, number, found))
    joined = f"{union(pieces)} AS f JOIN {forest.name} AS n USING (place)"
    joined += f" JOIN {dictionary} AS s USING (slot) JOIN {periods} AS p USING (claim, period_number)"
    columns = ["indicator", "definition", "node AS organisation", "period", "breakdown", "category"]
    order = ["breakdown", "organisation", "category", "period"]
    return select([*columns, *NUMBERS], joined, order_by=order)


def _of_claim(claim: Claim, number: int, pieces: Sequence[str]) -> str:
    """Return the figures of one version of a definition, by place, period and slot."""
    place = ["place", "period_number", "slot"]
    source = f"{union(pieces)} AS piece"
    if len(pieces) > 1:
        sums = [f"CAST(sum({name}) AS BIGINT) AS {name}" for name in NUMBERS]
        source = f"({select([*place, *sums], source, group_by=place)}) AS whole"
    nothing = []
    if not claim.definition.is_ratio:
        nothing.append("denominator")
    if not claim.definition.is_reported:
        nothing += ["reporting", "expected"]
    columns = [f"CAST(NULL AS BIGINT) AS {name}" if name in nothing else name for name in NUMBERS]
    said = " OR ".join(f"{name} <> 0" for name in NUMBERS if name not in {"population", "reporting"})
    return select([*place, f"{number} AS claim", *columns], source, where=said)


def _pieces(engine: Engine, claim: Claim, rolled: Mapping[Place, RolledUp], dictionary: str) -> Iterator[str]:
    """Yield what a definition takes from each rolled up table, 0 for what it takes from elsewhere."""
    terms = list(_terms(claim))
    shown = ["breakdown IS NULL"]
    shown += [f"breakdown = {literal(breakdown.name)}" for breakdown in claim.definition.breakdowns]
    slots = engine.keep_text(select(["slot"], dictionary, where=" OR ".join(shown)))
    for place in dict.fromkeys(_place(source) for _, source, _ in terms):
        table = rolled[place]
        numbers = dict.fromkeys(NUMBERS, "")
        for name, source, sign in terms:
            if _place(source) == place:
                numbers[name] += f" {sign} CAST({table.columns[source.tally.name]} AS BIGINT)"
        columns = [f"CAST(0{numbers[name]} AS BIGINT) AS {name}" for name in NUMBERS]
        periods = engine.take_text(_numbered(claim, table.windows))
        joined = f'{table.table} AS r JOIN {periods} AS p USING ("window") JOIN {slots} AS s USING (slot)'
        yield select(["place", "period_number", "slot", *columns], joined)


def _reported_piece(engine: Engine, claim: Claim, table: str) -> str:
    periods = engine.take_text(_numbered(claim, {period: n for n, period in enumerate(claim.periods)}))
    numbers = {
        "undetermined": "expected - reporting",
        "population": "expected",
    }
    columns = [f"{numbers.get(name, name)} AS {name}" for name in NUMBERS]
    joined = f'{table} AS r JOIN {periods} AS p USING ("window")'
    return select(["place", "period_number", "slot", *columns], joined)


def _numbered(claim: Claim, windows: Mapping[Period, int]) -> pa.Table:
    """Return the window of each period of a claim, by the period's number."""
    return pa.table(
        {
            "window": pa.array([windows[period] for period in claim.periods], pa.int32()),
            "period_number": pa.array(range(len(claim.periods)), pa.int32()),
        }
    )


def _period_table(claims: Sequence[Claim]) -> pa.Table:
    """Return the periods of claims, with what each row of a figure says of its definition."""
    rows = [
        {
            "claim": number,
            "period_number": n,
            "period": str(period),
            "indicator": claim.definition.code,
            "definition": claim.definition.version,
        }
        for number, claim in enumerate(claims)
        for n, period in enumerate(claim.periods)
    ]
    whole = ("claim", "period_number")
    schema = [(name, pa.int32() if name in whole else pa.string()) for name in rows[0]]
    return pa.Table.from_pylist(rows, schema=pa.schema(schema))


def _place(source: Source) -> Place:
    return id(source.family), source.tally.key


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
