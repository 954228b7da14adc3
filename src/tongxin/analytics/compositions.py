"""How the figures of an indicator are put together from files of tallies; kept beside them as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from tongxin.analytics.damage import legible

LAYOUT = 2
"""The number of this way to keep figures; a release of another cannot be read, and is built anew."""


@dataclass(frozen=True)
class Term:
    """A column that is added to a number of a figure, or taken off."""

    number: str
    column: str
    sign: int = 1


@dataclass(frozen=True)
class Piece:
    """What a figure takes from one file: the terms, and the window of each period."""

    file: str
    windows: Mapping[str, int]
    terms: tuple[Term, ...]


@dataclass(frozen=True)
class Composition:
    """How the figures of one version of a definition are put together; `figures` is how many there are."""

    definition: str
    pieces: tuple[Piece, ...]
    figures: int


def write_compositions(compositions: Iterable[Composition], path: Path) -> None:
    """Write the compositions of one indicator's versions."""
    path.write_text(json.dumps([asdict(each) for each in compositions], indent=1), encoding="utf-8")


def read_compositions(path: Path) -> list[Composition]:
    """Return the compositions of an indicator's versions; raises DamagedFileError."""
    with legible(path):
        return [
            Composition(each["definition"], tuple(map(_read_piece, each["pieces"])), each["figures"])
            for each in json.loads(path.read_text(encoding="utf-8"))
        ]


def _read_piece(piece: Mapping[str, object]) -> Piece:
    terms = tuple(Term(**term) for term in piece["terms"])  # type: ignore[attr-defined]
    return Piece(str(piece["file"]), dict(piece["windows"]), terms)  # type: ignore[call-overload]
