"""Definitions of indicators: dated versions of how a figure is made, read from YAML."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from types import MappingProxyType

import yaml

from tongxin.analytics.conditions.expressions import Condition
from tongxin.analytics.conditions.parameters import Parameters
from tongxin.analytics.definition_measures import Item, Vocabulary, read_measure
from tongxin.analytics.definition_nodes import DefinitionError, Entries, Page, Problem
from tongxin.analytics.measures import REPORTED, Measure, Part
from tongxin.analytics.subjects import Subject
from tongxin.analytics.units import UNITS, Unit
from tongxin.codes.lists import get_list
from tongxin.codes.periods import Period, PeriodKind

__all__ = ["Breakdown", "Definition", "DefinitionError", "Direction", "Item", "Problem", "read_definitions"]

DEFAULT_PERIODS = (PeriodKind.QUARTER, PeriodKind.YEAR)

PAIR = 2

_ALWAYS = date(1900, 1, 1)
"""From when a version holds that does not say."""

_CODE = re.compile(r"[a-z][a-z0-9_]{0,62}")
_ENTRIES = [
    "code",
    "name",
    "dimension",
    "valid_from",
    "valid_to",
    "overlap_from",
    "reference",
    "unit",
    "direction",
    "value",
    "numerator",
    "denominator",
    "breakdowns",
    "periods",
]


class Direction(StrEnum):
    """Which way a figure is better."""

    HIGHER_IS_BETTER = "higher_is_better"
    LOWER_IS_BETTER = "lower_is_better"
    NEUTRAL = "neutral"


@dataclass(frozen=True)
class Breakdown:
    """A field by which figures are broken down: its column `<variable>.<field>` in each subject.

    A breakdown that combines two has them as its `pair`, its name and categories are theirs with a comma.
    """

    name: str
    code_list: str | None
    columns: Mapping[str, str]
    pair: tuple[Breakdown, ...] = ()

    def columns_in(self, subject: str) -> tuple[str, ...]:
        """Return the columns of a subject whose categories make those of the breakdown."""
        return tuple(each.columns[subject] for each in self.pair or (self,))

    def rank(self, category: str) -> tuple[tuple[int, str], ...]:
        """Return where a category stands among others: as in its code list, others at the end."""
        parts = zip(self.pair or (self,), category.split(",") if self.pair else [category], strict=True)
        return tuple((each.listed.get(part, len(each.listed)), part) for each, part in parts)

    @cached_property
    def listed(self) -> Mapping[str, int]:
        """The place of each category in the code list."""
        entries = get_list(self.code_list).entries if self.code_list else ()
        return {entry.code: place for place, entry in enumerate(entries)}


@dataclass(frozen=True)
class Definition:
    """One dated version of how an indicator is made; it never changes once it is published."""

    code: str
    name: Mapping[str, str]
    dimension: str | None
    valid_from: date
    valid_to: date | None
    reference: str
    unit: Unit
    direction: Direction
    value: Measure | None
    numerator: Measure | None
    denominator: Measure | None
    breakdowns: tuple[Breakdown, ...]
    periods: tuple[PeriodKind, ...]
    sha256: str
    overlap_from: date | None = None
    """From when this version is computed beside the one before it, until it holds itself."""

    @property
    def version(self) -> str:
        """The name of this version: `code@valid_from`."""
        return f"{self.code}@{self.valid_from.isoformat()}"

    @property
    def parts(self) -> tuple[Part, Part | None]:
        """The additive numerator and denominator of the figure; None where it is a single number."""
        if self.value is not None:
            return self.value.parts()
        if self.numerator is None or self.denominator is None:
            raise ValueError(f"{self.version} has neither a value nor both parts of a ratio")
        return self.numerator.parts()[0], self.denominator.parts()[0]

    @property
    def conditions(self) -> tuple[Condition, ...]:
        """Every condition of its parts, each once."""
        found = {each.text: each for part in self.parts if part for each in part.where}
        return tuple(found.values())

    @property
    def is_ratio(self) -> bool:
        """Whether the figure is one part divided by another."""
        return self.parts[1] is not None

    @property
    def rank(self) -> Fraction | None:
        """How far up the ordered values the figure stands, where it is taken from an order."""
        return self.value.rank if self.value else None

    @property
    def is_reported(self) -> bool:
        """Whether any part is made of values that units report."""
        return any(part is not None and part.is_reported for part in self.parts)

    def covers(self, period: Period) -> bool:
        """Tell whether this version makes figures for a period: its kind, valid on its last day."""
        ends = period.last_day
        valid = self.valid_from <= ends and (self.valid_to is None or ends < self.valid_to)
        return valid and period.kind in self.periods


def read_definitions(
    text: str,
    subjects: Mapping[str, Subject],
    items: Mapping[str, Item] | None = None,
    *,
    parameters: Parameters | None = None,
    file: str = "definitions.yaml",
    is_checked: bool = False,
) -> list[Definition]:
    """Return the definitions of a YAML text, one a document.

    Parameters
    ----------
    text
        YAML as in `docs/measures.md`.
    subjects, items, parameters
        What the definitions may name.
    file
        The name that problems give.
    is_checked
        Whether the text was read before with all its conditions, which are then read when they are asked for.

    Raises
    ------
    DefinitionError
        With every problem of the text: file, line, column, what was found, the nearest right name.

    Examples
    --------
    >>> from tongxin.analytics.subjects import Grain
    >>> trainings = Subject("trainings", "training", Grain.EVENT, "trainings", "", ())
    >>> text = "{code: n_trainings, value: {count: trainings, in: period}}"
    >>> read_definitions(text, {"trainings": trainings})[0].code
    'n_trainings'
    """
    page = Page(text, file)
    vocabulary = Vocabulary(subjects, items or {}, parameters or {}, is_checked=is_checked)
    found: dict[str, Definition] = {}
    for entries in page.documents():
        definition = _read_definition(entries, vocabulary)
        if definition is not None and definition.version in found:
            page.refuse(entries.node, f"{definition.version} is defined twice")
        elif definition is not None:
            found[definition.version] = definition
    if page.problems:
        raise DefinitionError(page.problems)
    return list(found.values())


def version_for(definitions: Iterable[Definition], code: str, period: Period) -> Definition | None:
    """Return the version of an indicator that makes its figure for a period, None where there is none."""
    covering = [each for each in definitions if each.code == code and each.covers(period)]
    return max(covering, key=lambda each: each.valid_from, default=None)


def _read_definition(entries: Entries, vocabulary: Vocabulary) -> Definition | None:
    before = len(entries.page.problems)
    entries.allow(_ENTRIES)
    code = entries.text("code", required=True) or ""
    if code and not _CODE.fullmatch(code):
        entries.page.refuse(
            entries.nodes["code"], f"'{code}' is not a code; write small letters, digits and _"
        )
    value, numerator, denominator = (
        _measure(entries, name, vocabulary) for name in ("value", "numerator", "denominator")
    )
    _check_shape(entries)
    chosen = [measure for measure in (value, numerator, denominator) if measure is not None]
    unit = entries.choice("unit", UNITS)
    definition = Definition(
        code=code,
        name=_read_name(entries, code),
        dimension=entries.choice("dimension", get_list("dimension").codes()),
        valid_from=entries.day("valid_from") or _ALWAYS,
        valid_to=entries.day("valid_to"),
        reference=entries.text("reference") or "",
        unit=UNITS[unit or "number"],
        direction=Direction(entries.choice("direction", tuple(Direction)) or Direction.NEUTRAL),
        value=value,
        numerator=numerator,
        denominator=denominator,
        breakdowns=_read_breakdowns(entries, chosen, vocabulary),
        periods=_read_periods(entries),
        sha256=hashlib.sha256(_canonical(entries.node).encode()).hexdigest(),
        overlap_from=entries.day("overlap_from"),
    )
    if len(entries.page.problems) > before:
        return None
    return _checked(definition, entries, given_unit=unit is not None)


def _checked(definition: Definition, entries: Entries, *, given_unit: bool) -> Definition | None:
    whole = definition.valid_to is None or definition.valid_from < definition.valid_to
    if not whole:
        entries.page.refuse(entries.nodes["valid_to"], "valid_to is not after valid_from")
    if definition.overlap_from is not None and definition.overlap_from >= definition.valid_from:
        entries.page.refuse(entries.nodes["overlap_from"], "overlap_from is not before valid_from")
        return None
    if given_unit and definition.unit.is_ratio and not definition.is_ratio:
        message = (
            f"the unit {definition.unit.code} needs a numerator and a denominator, a share or an average"
        )
        entries.page.refuse(entries.nodes["unit"], message)
        return None
    return definition if whole else None


def _check_shape(entries: Entries) -> None:
    ratio = [name for name in ("numerator", "denominator") if name in entries.nodes]
    if ("value" in entries.nodes) == bool(ratio) or len(ratio) == 1:
        entries.page.refuse(entries.node, "a definition has either a value, or a numerator and a denominator")


def _measure(entries: Entries, name: str, vocabulary: Vocabulary) -> Measure | None:
    node = entries.get(name)
    inner = entries.page.entries(node, f"'{name}'") if node is not None else None
    if inner is None:
        return None
    measure = read_measure(inner, vocabulary)
    if measure is not None and name != "value" and measure.parts()[1] is not None:
        entries.page.refuse(inner.node, f"'{measure.kind}' is a ratio already: it can only be a value")
        return None
    return measure


def _read_name(entries: Entries, code: str) -> Mapping[str, str]:
    node = entries.get("name")
    inner = entries.page.entries(node, "'name'") if node is not None else None
    if inner is None:
        return MappingProxyType({"zh-hans": code, "en": code})
    inner.allow(("zh-hans", "en"))
    texts = {language: inner.text(language, required=True) or "" for language in ("zh-hans", "en")}
    return MappingProxyType(texts)


def _read_periods(entries: Entries) -> tuple[PeriodKind, ...]:
    kinds = []
    for name, node in entries.names("periods"):
        if name in tuple(PeriodKind):
            kinds.append(PeriodKind(name))
        else:
            entries.page.refuse_name(node, "kind of period", name, tuple(PeriodKind))
    return tuple(dict.fromkeys(kinds)) or DEFAULT_PERIODS


def _read_breakdowns(
    entries: Entries, measures: list[Measure], vocabulary: Vocabulary
) -> tuple[Breakdown, ...]:
    found = []
    for names, node in entries.groups("breakdowns"):
        if any(measure.subject == REPORTED for measure in measures):
            entries.page.refuse(node, "reported values cannot be broken down in this version")
            return ()
        read = [_read_breakdown(entries.page, each, name, measures, vocabulary) for name, each in names]
        if len({each for each, _ in names}) != len(names) or len(names) > PAIR:
            entries.page.refuse(node, "a breakdown is a field, or a list of two different ones")
            continue
        fields = [each for each in read if each is not None]
        if len(fields) == PAIR:
            name = ",".join(each.name for each in fields)
            found.append(Breakdown(name, None, MappingProxyType({}), tuple(fields)))
        elif len(fields) == len(names):
            found += fields
    return tuple(found)


def _read_breakdown(
    page: Page, node: yaml.Node, name: str, measures: list[Measure], vocabulary: Vocabulary
) -> Breakdown | None:
    columns, code_list = {}, None
    for measure in measures:
        subject = vocabulary.subjects[measure.subject]
        # A subject's own field comes first where another variable has one of the same name.
        offered = {field.name: (variable, field) for variable, field in reversed(list(subject.breakdowns()))}
        if name not in offered:
            page.refuse_name(node, f"breakdown of '{subject.name}'", name, list(offered))
            return None
        variable, field = offered[name]
        columns[subject.name] = f"{variable}.{name}"
        code_list = field.code_list
    return Breakdown(name, code_list, MappingProxyType(columns))


def _canonical(node: yaml.Node) -> str:
    """Write a document without its layout, so that a comment or a space makes no other version."""
    match node:
        case yaml.MappingNode():
            pairs = sorted((str(key.value), _canonical(value)) for key, value in node.value)
            return "{" + ",".join(f"{key!r}:{value}" for key, value in pairs) + "}"
        case yaml.SequenceNode():
            return "[" + ",".join(map(_canonical, node.value)) + "]"
        case _:
            return repr(str(node.value))
