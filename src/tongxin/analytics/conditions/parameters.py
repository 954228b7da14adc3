"""Dated parameters: values that a ministry sets, by key and from a date."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from tongxin.analytics.subjects import FieldType

ParameterValue = bool | int | Decimal | str | date


@dataclass(frozen=True)
class ParameterRow:
    """One value, in force for `key` from `valid_from` (included) until a later row of the same key."""

    key: str
    valid_from: date
    value: ParameterValue


@dataclass(frozen=True)
class Parameter:
    """A named table of dated values of one type; `key` is empty where there is one value for everyone.

    `keyed` says whether a condition names a key: `parameter('minimum_wage', organisation.county)`.
    """

    name: str
    type: FieldType
    label_en: str
    label_zh: str
    rows: tuple[ParameterRow, ...]
    keyed: bool = True

    def __post_init__(self) -> None:
        if self.type is FieldType.CODE:
            message = f"parameter {self.name}: a value is text, a number, a date or true/false, not a code"
            raise ValueError(message)
        for row in self.rows:
            if bool(row.key) is not self.keyed:
                wanted = "needs a key" if self.keyed else "has no key"
                raise ValueError(f"parameter {self.name}, from {row.valid_from}: a value of it {wanted}")
            if not _has_type(row.value, self.type):
                place = f"parameter {self.name}, {row.key} from {row.valid_from}"
                raise ValueError(f"{place}: {row.value!r} is not {self.type}")
        places = [(row.key, row.valid_from) for row in self.rows]
        twice = next((place for place in places if places.count(place) > 1), None)
        if twice is not None:
            message = f"parameter {self.name}: two values for {twice[0]!r} from {twice[1]}"
            raise ValueError(message)


Parameters = Mapping[str, Parameter]

# The digits that arithmetic of a condition stays exact with.
MOST_DECIMAL_DIGITS = 15
MOST_INTEGER = 2**63 - 1


def _has_type(value: ParameterValue, wanted: FieldType) -> bool:
    match wanted:
        case FieldType.BOOLEAN:
            return isinstance(value, bool)
        case FieldType.INTEGER:
            return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= MOST_INTEGER
        case FieldType.DECIMAL:
            return isinstance(value, Decimal) and is_exact(value)
        case FieldType.DATE:
            return type(value) is date
        case _:
            return isinstance(value, str)


def is_exact(value: Decimal) -> bool:
    """Tell whether a decimal has few enough digits, before and after the point, to be computed with exactly.

    Examples
    --------
    >>> is_exact(Decimal("2490.00")), is_exact(Decimal("0.1234567890123456")), is_exact(Decimal("Infinity"))
    (True, False, False)
    """
    if not value.is_finite():
        return False
    _, digits, exponent = value.as_tuple()
    return len(digits) <= MOST_DECIMAL_DIGITS and -MOST_DECIMAL_DIGITS <= int(exponent) <= 0
