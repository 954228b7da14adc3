"""What is said of a stored file that is not there, or is no longer what was written."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_SIGNS = (OSError, ValueError, TypeError, KeyError, AttributeError)
"""How damaged bytes make themselves known: they may be anything, and so may a reader's complaint."""


class DamagedFileError(Exception):
    """A stored file that is missing or cannot be read; it never stands for “nothing there”."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


@contextmanager
def legible(path: Path) -> Iterator[None]:
    """Take every failure inside for damage of the file that is being read."""
    try:
        yield
    except _SIGNS as error:
        raise DamagedFileError(path) from error
