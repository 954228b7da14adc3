"""Packages that are loaded when something of them is first asked for."""

from __future__ import annotations

from importlib import import_module
from typing import Any


class Later:
    """A module that most processes never ask for: it takes memory only where it is used.

    >>> Later("math").sqrt(9)
    3.0
    """

    def __init__(self, name: str) -> None:
        self._name = name

    def __getattr__(self, attribute: str) -> Any:
        """Load the module, and return what is asked of it."""
        return getattr(import_module(self._name), attribute)
