"""Refusals: why a whole file cannot be read, and what its sender can do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

_SHOWN_VALUES = 30
_SHOWN_LENGTH = 40


@dataclass(frozen=True)
class Refusal:
    """A kind of refusal: its code, its message with named places, and what to do."""

    code: str
    message: str
    remedy: str


class FileRefused(Exception):
    """A file that is refused as a whole; each reader of files has its own kind with its own refusals.

    `code` is a key of `refusals`; `params` fills the message.
    """

    refusals: ClassVar[Mapping[str, Refusal]] = {}

    def __init__(self, code: str, params: Mapping[str, Any] | None = None) -> None:
        self.code = code
        self.params: dict[str, Any] = dict(params or {})
        super().__init__(f"{self.message} {self.remedy}")

    @property
    def message(self) -> str:
        """What was found, in English."""
        return self.refusals[self.code].message % readable(self.params)

    @property
    def remedy(self) -> str:
        """What to do, in English."""
        return self.refusals[self.code].remedy % readable(self.params)


def readable(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a refusal as its message shows them: lists joined, and not without an end."""
    return {
        name: _join(value) if isinstance(value, list | tuple) else value for name, value in params.items()
    }


def _join(values: Sequence[object]) -> str:
    """Join what a list names; a table of hundreds of columns is recognised by the first of them.

    >>> _join(["name", "x" * 100, *range(40)])[-14:]
    '26, 27, … (42)'
    """
    texts = [text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}…" for text in map(str, values)]
    more = f", … ({len(texts)})" if len(texts) > _SHOWN_VALUES else ""
    return ", ".join(texts[:_SHOWN_VALUES]) + more
