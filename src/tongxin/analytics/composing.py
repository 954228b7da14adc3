"""Putting the figures of definitions together out of files of tallies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tongxin.analytics.compositions import Composition, Piece, Term
from tongxin.analytics.reported import WEIGHTS
from tongxin.analytics.tallies import Claim, Family, Source
from tongxin.analytics.tally_files import TallyFile, file_of


def families_of(claim: Claim) -> list[Family]:
    """Return the families that a definition takes numbers from."""
    return [source.family for _, source, _ in _terms(claim)]


def compose(claim: Claim, files: Mapping[str, TallyFile], reported: TallyFile | None) -> Composition:
    """Return how a version's figures are put together.

    Parameters
    ----------
    files
        The files of tallies, by name.
    reported
        The file of what units reported, where the definition takes any of it.
    """
    terms = [(name, source.tally.name, sign, _file(source)) for name, source, sign in _terms(claim)]
    pieces, chosen = [], []
    for named in dict.fromkeys(named for *_, named in terms):
        file = files[named]
        own = [(name, tally, sign) for name, tally, sign, place in terms if place == named]
        chosen.append(file)
        taken = [Term(name, file.columns[tally], sign) for name, tally, sign in own]
        pieces.append(_piece(claim, file, file.name, taken))
        if file.change is not None:
            pieces.append(_piece(claim, file, file.change, [Term(*each) for each in own]))
    if reported is not None:
        taken = [Term(name, name) for name in WEIGHTS]
        taken += [Term("undetermined", "expected"), Term("undetermined", "reporting", -1)]
        chosen.append(reported)
        pieces.append(_piece(claim, reported, reported.name, [*taken, Term("population", "expected")]))
    return Composition(claim.definition.version, tuple(pieces), max(_count(claim, file) for file in chosen))


def _file(source: Source) -> str:
    return file_of(source.family, source.tally)


def _piece(claim: Claim, file: TallyFile, name: str, terms: Sequence[Term]) -> Piece:
    windows = {str(period): file.windows[period] for period in claim.periods}
    return Piece(name, windows, tuple(_without_opposites(terms)))


def _without_opposites(terms: Sequence[Term]) -> Iterator[Term]:
    """Yield the terms without those that cancel out: where all is certain, nothing is undetermined."""
    for term in terms:
        if Term(term.number, term.column, -term.sign) not in terms:
            yield term


def _count(claim: Claim, file: TallyFile) -> int:
    """Return for how many units, periods and categories a file can say something."""
    shown = [None, *(breakdown.name for breakdown in claim.definition.breakdowns)]
    return sum(file.cells.get((name, file.windows[period]), 0) for name in shown for period in claim.periods)


def _terms(claim: Claim) -> Iterator[tuple[str, Source, int]]:
    """Yield the numbers of a figure as sums of tallies: name, tally, sign."""
    if claim.numerator:
        yield "numerator", claim.numerator, 1
    if claim.denominator:
        yield "denominator", claim.denominator, 1
    for certainty in claim.certainties:
        yield "undetermined", certainty.open, 1
        yield "undetermined", certainty.true, -1
        yield "population", certainty.all, 1
