"""What an application declares for the lake: what to extract, and how rows of a subject come out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import pyarrow as pa

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from tongxin.analytics.row_plans import Recipe


@dataclass(frozen=True)
class Source:
    """A table of registered facts, extracted as it is.

    `rows` returns a query of the registry whose columns stand in the order of the schema. `registered` names
    the registry's column behind each, where each is one. By the columns of `key`, which are never empty, a
    record is known again in a later extract, whatever else has been corrected in it. Where each row is one
    row of `model` and nothing else, and no two have one key, an extract reads the rows alone that triggers
    logged; the others it reads whole and compares.
    """

    name: str
    schema: pa.Schema
    rows: Callable[[], Any]
    registered: Mapping[str, str] = field(default_factory=dict)
    key: tuple[str, ...] = ("id",)
    model: Any = None

    def key_schema(self) -> pa.Schema:
        """Return the types of the key's columns.

        Examples
        --------
        >>> Source("people", pa.schema([("id", pa.int64()), ("sex", pa.string())]), list).key_schema().names
        ['id']
        """
        return pa.schema([self.schema.field(name) for name in self.key])


TablePlan: TypeAlias = "Callable[[Mapping[str, ir.Table]], ir.Table]"
"""Makes a table that several subjects need out of the tables of the lake, by name."""
RowPlan: TypeAlias = "Callable[[Mapping[str, ir.Table]], Recipe]"
"""Says how the rows of a subject come out of the tables of the lake, by name."""
