"""Layouts: the columns that a workbook should have, kept as data in `layouts/*.yaml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

import yaml


@dataclass(frozen=True)
class Column:
    """One column: its key in frames, its header in the template and the other names seen in real files.

    `kind` is one of text, code, date, identity, phone, credit_code, certificate, occupation, money or number;
    a column of kind code names its code list.
    """

    key: str
    header: str
    kind: str = "text"
    required: bool = False
    aliases: tuple[str, ...] = ()
    code_list: str | None = None
    note: str = ""
    width: float = 14


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of workbook, with the words that its template shows."""

    name: str
    columns: tuple[Column, ...]
    version: str = ""
    title: str = ""
    sheet: str = ""
    lists_sheet: str = ""
    """Name of the hidden sheet with the long lists of drop-downs."""
    verdict: str = ""
    verdict_aliases: tuple[str, ...] = ()
    blanks: frozenset[str] = frozenset()
    """Words that people write into an optional cell to say that there is nothing to say."""
    affixes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Signs that may stand around a value of a kind (currency, dialling code) and are taken off."""
    kinds: Mapping[str, str] = field(default_factory=dict)
    instructions: Mapping[str, Any] = field(default_factory=dict)

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys of all columns, in the template's order."""
        return tuple(column.key for column in self.columns)

    @property
    def required(self) -> tuple[Column, ...]:
        """The columns without which a file cannot be read."""
        return tuple(column for column in self.columns if column.required)

    def column(self, key: str) -> Column:
        """Return the column with this key.

        >>> load_layout("roster").column("document_number").required
        True
        """
        return next(column for column in self.columns if column.key == key)

    def header(self, key: str) -> str:
        """Return the template's header of the column with this key."""
        return self.column(key).header


@cache
def load_layout(name: str) -> Layout:
    """Read the layout of this name.

    >>> len(load_layout("roster").columns)
    20
    """
    text = files("tongxin.workbooks").joinpath(f"layouts/{name}.yaml").read_text(encoding="utf-8")
    return build_layout(yaml.safe_load(text))


def build_layout(entries: Mapping[str, Any]) -> Layout:
    """Make a layout of the parsed entries of a layout file.

    >>> build_layout({"name": "pay", "columns": [{"key": "firm", "header": "Firm"}]}).keys
    ('firm',)
    """
    rest = {key: value for key, value in entries.items() if key != "columns"}
    rest["verdict_aliases"] = tuple(rest.get("verdict_aliases", ()))
    rest["blanks"] = frozenset(rest.get("blanks", ()))
    rest["affixes"] = {kind: tuple(signs) for kind, signs in rest.get("affixes", {}).items()}
    return Layout(columns=tuple(_build_column(entry) for entry in entries["columns"]), **rest)


def _build_column(entry: Mapping[str, Any]) -> Column:
    words = dict(entry)
    words["code_list"] = words.pop("list", None)
    words["aliases"] = tuple(words.get("aliases", ()))
    return Column(**words)
