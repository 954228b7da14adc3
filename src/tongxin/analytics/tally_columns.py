"""Tallies as columns of statements, and which of them the rows make equal."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tongxin.analytics.statements import quote
from tongxin.analytics.tallies import State, Tally


@dataclass(frozen=True)
class Certain:
    """The answers that no row leaves open, and those of them that are always yes."""

    known: frozenset[str]
    yes: frozenset[str]


UNCERTAIN = Certain(frozenset(), frozenset())


def settle(tally: Tally, certain: Certain) -> Tally:
    """Return the simplest tally with the same number, given what is certain of the answers.

    Where every row can be told, what cannot be told needs no sums of its own. Equal tallies have equal names.

    Examples
    --------
    >>> from tongxin.analytics.measures import Key
    >>> certain = Certain(frozenset({"one", "other"}), frozenset({"other"}))
    >>> settle(Tally("a", Key.ENTITY, State.OPEN, ("one", "other")), certain).name
    'entity_true_one'
    >>> settle(Tally("b", Key.ENTITY, State.TRUE, ("other",)), certain).name
    'entity_all'
    """
    state, answers = tally.state, tally.answers
    if state is not State.ALL:
        first = answers[0]
        # The others matter only by being unknown.
        answers = (first, *(each for each in answers[1:] if each not in certain.known))
        if state is State.OPEN and len(answers) == 1 and first in certain.known:
            state = State.TRUE
        surely = first in certain.yes and (state is State.OPEN or len(answers) == 1)
        if surely and tally.weight is None:
            state, answers = State.ALL, ()
    name = "_".join([tally.key.value, state.value, *answers, *([tally.weight] if tally.weight else [])])
    return replace(tally, name=name.replace(".", "_"), state=state, answers=answers)


def condition(tally: Tally) -> str:
    """Return the condition by which a row is taken; it may be null, which is no."""
    match tally.state:
        case State.ALL:
            return "TRUE"
        case State.TRUE:
            return " AND ".join([tally.answers[0], *(f"{each} IS NOT NULL" for each in tally.answers[1:])])
        case _:
            return " OR ".join([tally.answers[0], *(f"{each} IS NULL" for each in tally.answers)])


def number(tally: Tally) -> str:
    """Return the sum of the rows taken, as a column."""
    if tally.weight is None:
        # Counts fit 32 bits, which halve the memory.
        return f"CAST(count(*) FILTER (WHERE {condition(tally)}) AS INTEGER) AS {tally.name}"
    total = f"sum({quote(tally.weight)}) FILTER (WHERE {condition(tally)})"
    return f"CAST(coalesce({total}, 0) AS BIGINT) AS {tally.name}"


def largest(tally: Tally) -> str:
    """Return what a key counts for, as a column: null where none of its rows is taken."""
    weight = quote(tally.weight) if tally.weight else "1"
    return f"max(CASE WHEN {condition(tally)} THEN {weight} END) AS {tally.name}"


def mask(tally: Tally, bits: str) -> str:
    """Return the windows in which a key has a row that is taken, as a column of bits."""
    return f"bit_or(CASE WHEN {condition(tally)} THEN {bits} ELSE 0 END) AS {tally.name}"
