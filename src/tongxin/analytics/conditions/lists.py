"""What a condition needs to know of a code list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol


class CodeEntry(Protocol):
    """One code with its names; `rank` orders the codes of an ordered list."""

    @property
    def code(self) -> str:
        """Return the code itself."""

    @property
    def zh(self) -> str:
        """Return the Chinese name."""

    @property
    def en(self) -> str:
        """Return the English name."""

    @property
    def rank(self) -> int | None:
        """Return the place in the order, from the lowest."""


class CodeList(Protocol):
    """The codes that a field may hold."""

    @property
    def entries(self) -> Iterable[CodeEntry]:
        """Return the codes in the order of the list."""

    @property
    def ordered(self) -> bool:
        """Return whether the codes compare by rank."""


CodeLists = Callable[[str], CodeList]


def rank_codes(code_list: CodeList) -> dict[str, int]:
    """Return the rank of each code that has one."""
    return {entry.code: entry.rank for entry in code_list.entries if entry.rank is not None}
