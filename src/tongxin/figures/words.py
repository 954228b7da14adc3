"""Figures in words: one way to write a value, a name, a change, what is counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from django.utils.translation import gettext as _

from tongxin.analytics.conditions.sentences import write_sentence
from tongxin.analytics.definitions import Breakdown, Definition, Direction, Item
from tongxin.analytics.figure_store import Figure, Status
from tongxin.analytics.measures import Key, Part, Timing
from tongxin.codes.lists import get_list
from tongxin.lake.queries import declared_subjects
from tongxin.ui.formats import number, status_text
from tongxin.ui.scripts import spoken

PLUS = "+"
TIMES = " \N{MULTIPLICATION SIGN} "
LEAST_CHANGE = 0.05
"""Rates are read with one decimal: a smaller change is none."""


@dataclass(frozen=True)
class Change:
    """How a value moved since another period, in words."""

    text: str
    direction: str
    """up, down, or nothing where it did not move."""
    is_better: bool | None

    @property
    def verdict(self) -> str:
        if self.is_better is None:
            return ""
        return _("better") if self.is_better else _("worse")


def indicator_name(definition: Definition) -> str:
    return spoken(definition.name["zh-hans"], definition.name["en"])


def version_text(version: str) -> str:
    """Name a version of a definition by the day from which it holds."""
    return _("definition of %(day)s") % {"day": version.rpartition("@")[2]}


def unit_text(definition: Definition) -> str:
    """Return what stands behind a number; nothing for a plain count."""
    return {
        "percent": "%",
        "per_hundred": _("per 100"),
        "per_thousand": _("per 1,000"),
        "per_ten_thousand": _("per 10,000"),
        "persons": _("persons"),
        "person_times": _("person-times"),
        "organisations": _("units"),
        "items": _("items"),
        "pairs": _("pairs"),
        "hours": _("hours"),
        "days": _("days"),
        "months": _("months"),
        "years": _("years"),
        "points": _("points"),
        "yuan": _("yuan"),
        "dollars": _("dollars"),
    }.get(definition.unit.code, "")


def name_with_unit(definition: Definition) -> str:
    unit = unit_text(definition)
    name = indicator_name(definition)
    return f"{name} ({unit})" if unit else name


def direction_text(definition: Definition) -> str:
    return {
        Direction.HIGHER_IS_BETTER: _("higher is better"),
        Direction.LOWER_IS_BETTER: _("lower is better"),
        Direction.NEUTRAL: _("neither higher nor lower is better"),
    }[definition.direction]


def decimals_of(definition: Definition) -> int | None:
    """Return how many decimals a value is read with: one for rates, as many as there are for counts."""
    return 1 if definition.is_ratio or definition.rank is not None else None


def value_text(figure: Figure, definition: Definition) -> str:
    """Write the value with its percent sign, or name why there is none."""
    if figure.status is not Status.OK:
        return status_text(figure.status.value)
    text = number(figure.value, decimals_of(definition))
    return f"{text}%" if definition.unit.code == "percent" else text


def change_between(now: Figure, before: Figure, definition: Definition) -> Change | None:
    """Say how a value moved, in points for a percentage; None where one of the two is no number."""
    if now.value is None or before.value is None:
        return None
    change = now.value - before.value
    if abs(change) < (LEAST_CHANGE if definition.is_ratio else 1e-9):
        return Change(_("unchanged"), "", None)
    text = f"{PLUS if change > 0 else ''}{number(change, decimals_of(definition))}"
    if definition.unit.code == "percent":
        text = _("%(change)s points") % {"change": text}
    better = {Direction.HIGHER_IS_BETTER: change > 0, Direction.LOWER_IS_BETTER: change < 0}
    return Change(text, "up" if change > 0 else "down", better.get(definition.direction))


def breakdown_of(definition: Definition, name: str | None) -> Breakdown | None:
    return next((each for each in definition.breakdowns if each.name == name), None)


def breakdown_name(breakdown: Breakdown) -> str:
    """Name a breakdown as the subject labels its field."""
    if breakdown.pair:
        return TIMES.join(map(breakdown_name, breakdown.pair))
    subject, column = next(iter(breakdown.columns.items()))
    variable, _dot, name = column.partition(".")
    field = declared_subjects()[subject].field_named(variable, name)
    if field is None:
        return breakdown.name
    return spoken(field.label_zh, field.label_en)


def category_name(breakdown: Breakdown, category: str | None) -> str:
    if category is None:
        return ""
    if breakdown.pair:
        parts = zip(breakdown.pair, category.split(","), strict=True)
        return TIMES.join(category_name(each, part) for each, part in parts)
    if category == "unknown":
        return _("not known")
    return code_name(breakdown.code_list, category)


def code_name(code_list: str | None, code: str) -> str:
    """Name a code in the reader's language; a code that the list does not have is shown as it is."""
    if code_list and code in get_list(code_list):
        entry = get_list(code_list).entry(code)
        return spoken(entry.zh, entry.en)
    return code


def level_name(level: str) -> str:
    return {
        "province": _("province"),
        "city": _("cities"),
        "county": _("counties"),
        "town": _("towns"),
        "enterprise": _("enterprises"),
        "group": _("group companies"),
    }.get(level, level)


def item_name(item: Item) -> str:
    return spoken(item.label_zh, item.label_en)


def part_text(part: Part, items: Mapping[str, Item]) -> str:
    """Say what a part of a figure counts or adds up, without its condition."""
    if part.is_reported:
        return _reported_text(part, items)
    subject = declared_subjects()[part.subject]
    label = spoken(subject.label_zh, subject.label_en)
    if part.weight:
        variable, _dot, name = part.weight.partition(".")
        field = subject.field_named(variable, name)
        named = spoken(field.label_zh, field.label_en) if field else part.weight
        return _taken_text(part) % {"field": named, "subject": label}
    if part.subject == "workers":
        return _("Number of people")
    if part.key is Key.WORKER:
        return _("Number of people, each counted once, in %(subject)s") % {"subject": label}
    if part.key is Key.ORGANISATION and part.subject != "enterprises":
        return _("Number of units, each counted once, with %(subject)s") % {"subject": label}
    return _("Number of %(subject)s") % {"subject": label}


def _taken_text(part: Part) -> str:
    """Say how one value is made of many."""
    if part.rank is None:
        return _("Sum of %(field)s of %(subject)s")
    known = {
        Fraction(0): _("Lowest %(field)s of %(subject)s"),
        Fraction(1, 2): _("Median of %(field)s of %(subject)s"),
        Fraction(1): _("Highest %(field)s of %(subject)s"),
    }
    below = _("%(percent)s%% quantile of %%(field)s of %%(subject)s")
    return known.get(part.rank) or below % {"percent": number(float(part.rank * 100))}


def item_of(part: Part) -> str:
    """Return the item that a part takes or, where it counts who reported, of which it needs a value."""
    return part.weight or part.needs or ""


def _reported_text(part: Part, items: Mapping[str, Item]) -> str:
    text = _("Reported: %(item)s") if part.weight else _("Number of units that reported: %(item)s")
    return text % {"item": item_name(items[item_of(part)])}


def timing_text(timing: Timing) -> str:
    """Say when a part looks."""
    if timing.at_end:
        return _("on the last day of the period")
    if timing.last is None or timing.of is None:
        return _("in the period")
    words = {
        "year": _("in the last %(count)d years up to the end of the period"),
        "quarter": _("in the last %(count)d quarters up to the end of the period"),
        "month": _("in the last %(count)d months up to the end of the period"),
    }
    return words[timing.of.value] % {"count": timing.last}


def conditions_text(part: Part) -> list[str]:
    """Write the conditions of a part as sentences in the reader's language."""
    return [spoken(write_sentence(each, "zh-hans"), write_sentence(each, "en")) for each in part.where]
