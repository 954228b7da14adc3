"""How numbers, dates, periods and hidden identities are written for people, in the language of the page."""

from __future__ import annotations

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext, gettext_lazy, pgettext

from tongxin.codes.periods import Period, PeriodError, PeriodKind

NOTHING = "\N{EN DASH}"
Number = int | float | Decimal | str | None

# Chinese readers expect powers of 10 000; elsewhere a number is shortened from a million on.
CHINESE_STEPS = ((10**8, "hundred million"), (10**4, "ten thousand"))
OTHER_STEPS = ((10**9, "billion"), (10**6, "million"))

STATUS_TEXTS = {
    "no_value": (gettext_lazy("No value"), gettext_lazy("There is nobody or nothing to divide by.")),
    "missing": (gettext_lazy("Missing"), gettext_lazy("It has not been reported yet.")),
    "not_applicable": (
        gettext_lazy("Not applicable"),
        gettext_lazy("The indicator does not apply to this unit."),
    ),
    "suppressed": (
        gettext_lazy("Not shown"),
        gettext_lazy("So few people stand behind it that someone could be recognised."),
    ),
}


def speaks_chinese() -> bool:
    return (get_language() or "").startswith("zh")


def as_decimal(value: Number) -> Decimal | None:
    """Read a number exactly as it is written; None for what is not a finite number."""
    try:
        found = Decimal(str(value))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def number(value: Number, decimals: int | None = None) -> str:
    """Write 12345.678 as 12,345.68: at most two decimals, or exactly as many as asked for."""
    found = as_decimal(value)
    if found is None:
        return NOTHING
    step = Decimal(1).scaleb(-(2 if decimals is None else decimals))
    text = f"{abs(found.quantize(step, ROUND_HALF_UP)):,f}"
    if decimals is None and "." in text:
        text = text.rstrip("0").rstrip(".")
    is_negative = found < 0 and any(digit in text for digit in "123456789")
    return f"\N{MINUS SIGN}{text}" if is_negative else text


def short_number(value: Number) -> str:
    """Write a large number in the reader's own large units: 12345 in Chinese in units of 10 000, as 1.23."""
    found = as_decimal(value)
    if found is None:
        return NOTHING
    for size, unit in CHINESE_STEPS if speaks_chinese() else OTHER_STEPS:
        if abs(found) >= size:
            return large_unit(unit).format(number=number(found / size))
    return number(found)


def large_unit(unit: str) -> str:
    return {
        "ten thousand": pgettext("short number", "{number} ten thousand"),
        "hundred million": pgettext("short number", "{number} hundred million"),
        "million": pgettext("short number", "{number}M"),
        "billion": pgettext("short number", "{number}bn"),
    }[unit]


def percent(value: Number, decimals: int = 1) -> str:
    """Write a value on the scale 0 to 100 with its sign."""
    found = as_decimal(value)
    return NOTHING if found is None else f"{number(found, decimals)}%"


def day(value: date | None) -> str:
    """Write a date in words, as in running text."""
    if value is None:
        return NOTHING
    return date_format(value, "DATE_FORMAT" if speaks_chinese() else "j F Y")


def day_short(value: date | None) -> str:
    """Write a date as it stands in tables."""
    return NOTHING if value is None else value.strftime("%Y-%m-%d")


def moment(value: datetime | None) -> str:
    """Write a day and its time to the minute, in the server's time zone."""
    if value is None:
        return NOTHING
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local:%Y-%m-%d %H:%M}"


def period(value: Period | str | None) -> str:
    """Write a year, quarter or month; what is no period is returned as it came."""
    if value is None or value == "":
        return NOTHING
    try:
        found = value if isinstance(value, Period) else Period.parse(str(value))
    except PeriodError:
        return str(value)
    if found.kind is PeriodKind.MONTH:
        return date_format(found.first_day, "YEAR_MONTH_FORMAT" if speaks_chinese() else "F Y")
    if found.kind is PeriodKind.QUARTER:
        return quarter_text(found.number).format(year=found.year)
    return gettext("Year {year}").format(year=found.year) if speaks_chinese() else str(found.year)


def quarter_text(quarter: int) -> str:
    return {
        1: gettext("{year} Q1"),
        2: gettext("{year} Q2"),
        3: gettext("{year} Q3"),
        4: gettext("{year} Q4"),
    }[quarter]


def status_text(status: str) -> str:
    """Name a value that is not a number."""
    return str(STATUS_TEXTS[status][0]) if status in STATUS_TEXTS else status


def status_reason(status: str) -> str:
    """Say why there is no number."""
    return str(STATUS_TEXTS[status][1]) if status in STATUS_TEXTS else ""


def mask(text: str | None, kind: str = "name") -> str:
    """Hide most of a name, a telephone number or a document number."""
    if not text:
        return NOTHING
    first, last = {"name": (1, 0), "phone": (3, 4), "number": (3, 4)}[kind]
    if len(text) <= first + last:
        first, last = 1, 0
    hidden = max(len(text) - first - last, 1)
    return text[:first] + "*" * hidden + (text[-last:] if last else "")
