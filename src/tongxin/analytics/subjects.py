"""What a definition may count: subjects with typed, labelled fields.

A subject is declared once, beside the data it describes, and is pure data here. Conditions are checked
against it, definitions name it, and the engine reads its rows from a table with the columns listed below.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class FieldType(StrEnum):
    """The type of a field, as a condition sees it."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    CODE = "code"


class Grain(StrEnum):
    """What one row of a subject's table is."""

    SPELL = "spell"
    """True from `valid_from` (included) to `valid_to` (excluded, null while it lasts)."""
    EVENT = "event"
    """Happened on one day, `on`."""


@dataclass(frozen=True)
class Field:
    """One typed, labelled column of a subject.

    A field of type CODE names its code list; an ordered list compares by rank. `scale` divides a stored
    integer into the unit that people read (fen 100 to yuan, minutes 60 to hours).
    """

    name: str
    type: FieldType
    label_en: str
    label_zh: str
    code_list: str | None = None
    scale: int = 1
    breakdown: bool = False


@dataclass(frozen=True)
class Subject:
    """A kind of thing that can be counted, with the fields that a condition may use.

    Rows have the columns `entity` (int64, what is counted), `worker` (int64, null where no person is
    concerned), `organisation` (int64, a node of the tree), `on` for events or `valid_from`/`valid_to` for
    spells, and one column a field: `<variable>.<field>`, null where the fact is missing.
    """

    name: str
    variable: str
    grain: Grain
    label_en: str
    label_zh: str
    fields: tuple[Field, ...]
    about: Mapping[str, tuple[Field, ...]] = field(default_factory=dict)
    """Fields of other variables known in the same row (`worker`, `organisation`), by variable."""
    related: tuple[str, ...] = ()
    """Names of event subjects over whose rows of the same worker `exists` and `all` may range."""

    def variables(self) -> dict[str, tuple[Field, ...]]:
        """Return the fields of each variable that a condition on this subject may name."""
        return {self.variable: self.fields, **self.about}

    def field_named(self, variable: str, name: str) -> Field | None:
        """Return the field `variable.name`, or None where there is none."""
        return next((f for f in self.variables().get(variable, ()) if f.name == name), None)

    def breakdowns(self) -> Iterator[tuple[str, Field]]:
        """Yield (variable, field) of each field by which figures may be broken down."""
        for variable, fields in self.variables().items():
            yield from ((variable, f) for f in fields if f.breakdown)
