"""What a person is told when a condition is refused."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class ConditionError(ValueError):
    """A condition that is not in the declared subset, with its place and, where one is near, the right name.

    Examples
    --------
    >>> print(ConditionError("worker has no field 'grad'", line=1, column=8, suggestion="grade"))
    line 1, column 8: worker has no field 'grad'. Did you mean 'grade'?
    """

    def __init__(
        self, message: str, *, line: int = 1, column: int = 1, suggestion: str | None = None
    ) -> None:
        self.message = message
        self.line = line
        self.column = column
        self.suggestion = suggestion
        hint = f". Did you mean '{suggestion}'?" if suggestion else ""
        super().__init__(f"line {line}, column {column}: {message}{hint}")


def find_nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name nearest to `name`, or None where none is near.

    Examples
    --------
    >>> find_nearest("senor", ["junior", "senior", "technician"])
    'senior'
    >>> find_nearest("xyz", ["junior", "senior"]) is None
    True
    """
    # A wrong case is the commonest slip, and difflib counts it as a wrong letter.
    by_lower = {candidate.lower(): candidate for candidate in sorted(known, reverse=True)}
    near = get_close_matches(name.lower(), by_lower, n=1, cutoff=0.6)
    return by_lower[near[0]] if near else None
