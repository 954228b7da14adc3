"""How far a value has come from where it stood to what it is to reach."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

Number = int | float | Decimal | Fraction


def is_reached(value: Number, target: Number, *, lower_is_better: bool = False) -> bool:
    """Tell whether a value is as good as its target or better.

    Parameters
    ----------
    value, target
        Of one unit.
    lower_is_better
        Whether the target is a number not to be exceeded.

    Examples
    --------
    >>> is_reached(35.0, Decimal("35")), is_reached(2.1, 2, lower_is_better=True)
    (True, False)
    """
    reached, wanted = _exact(value), _exact(target)
    return reached <= wanted if lower_is_better else reached >= wanted


def attained_percent(
    value: Number, target: Number, baseline: Number | None = None, *, lower_is_better: bool = False
) -> Fraction | None:
    """Return how much of the way from the baseline to the target a value has come, from 0 to 100.

    Parameters
    ----------
    value, target
        Of one unit.
    baseline
        Where the value stood at the beginning; without one a number that is to rise begins at 0.
    lower_is_better
        Whether the number is to fall.

    Returns
    -------
    Fraction or None
        Less than nothing is 0 and more than all is 100. None where the way has no length or no beginning:
        then it is only known whether the target is reached.

    Examples
    --------
    >>> attained_percent(32, 36, 30), attained_percent(29, 36, 30), attained_percent(50, 200)
    (Fraction(100, 3), Fraction(0, 1), Fraction(25, 1))
    >>> attained_percent(3, 2, 4, lower_is_better=True)
    Fraction(50, 1)
    """
    if is_reached(value, target, lower_is_better=lower_is_better):
        return Fraction(100)
    if baseline is None and lower_is_better:
        return None
    begin, end = _exact(0 if baseline is None else baseline), _exact(target)
    if is_reached(begin, end, lower_is_better=lower_is_better):
        return None
    return min(max((_exact(value) - begin) / (end - begin), Fraction(0)), Fraction(1)) * 100


def has_moved(value: Number, baseline: Number, *, lower_is_better: bool = False) -> bool:
    """Tell whether a value is better than where it stood.

    Examples
    --------
    >>> has_moved(30.0, 30), has_moved(29.5, 30, lower_is_better=True)
    (False, True)
    """
    moved = _exact(value) - _exact(baseline)
    return moved < 0 if lower_is_better else moved > 0


def _exact(value: Number) -> Fraction:
    # A float says the number that is printed: 0.1 and Decimal("0.1") are one here.
    return Fraction(str(value)) if isinstance(value, float) else Fraction(value)
