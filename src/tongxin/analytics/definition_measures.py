"""Reads one measure of a definition: its kind, subject, time and conditions."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import partial

import yaml

from tongxin.analytics.conditions.errors import ConditionError
from tongxin.analytics.conditions.expressions import Condition
from tongxin.analytics.conditions.parameters import Parameters
from tongxin.analytics.definition_nodes import Entries
from tongxin.analytics.measures import RANKS, REPORTED, Key, Measure, MeasureKind, Timing
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
from tongxin.codes.lists import get_list
from tongxin.codes.periods import PeriodKind

MOST_MONTHS = 60
"""The longest rolling window: its months and those of the periods beside it must fit one mask."""

_RANK = re.compile(r"0?\.[0-9]{1,4}")
_NUMBERS = (FieldType.INTEGER, FieldType.DECIMAL)
_PERIOD_KINDS = tuple(kind.value for kind in PeriodKind)
_ENTRIES = {
    MeasureKind.COUNT: ("where", "at", "in"),
    MeasureKind.COUNT_DISTINCT: ("of", "where", "in"),
    MeasureKind.SUM: ("of", "where", "at", "in"),
    MeasureKind.AVERAGE: ("of", "where", "at", "in"),
    MeasureKind.MEDIAN: ("of", "where", "at", "in"),
    MeasureKind.QUANTILE: ("p", "of", "where", "at", "in"),
    MeasureKind.MINIMUM: ("of", "where", "at", "in"),
    MeasureKind.MAXIMUM: ("of", "where", "at", "in"),
    MeasureKind.SHARE: ("of", "where", "at", "in"),
    MeasureKind.REPORTED: ("in",),
}


@dataclass(frozen=True)
class Item:
    """A data item that units report; a stored value is divided by `scale`."""

    code: str
    label_en: str
    label_zh: str
    scale: int = 1


@dataclass(frozen=True)
class Vocabulary:
    """What definitions may name: subjects, reported items and dated parameters.

    `is_checked` says that their conditions were checked before, and need not be read yet.
    """

    subjects: Mapping[str, Subject]
    items: Mapping[str, Item]
    parameters: Parameters
    code_lists: Callable[[str], object] = get_list
    is_checked: bool = False


def read_measure(entries: Entries, vocabulary: Vocabulary) -> Measure | None:
    """Return the measure that a mapping says, or None where a problem was noted."""
    kind = _read_kind(entries)
    if kind is None:
        return None
    entries.allow((kind.value, *_ENTRIES[kind]))
    subject_entry = "count" if kind is MeasureKind.COUNT else "of"
    if kind is MeasureKind.REPORTED or entries.text(subject_entry) == REPORTED:
        return _read_reported(entries, kind, vocabulary)
    name = entries.text(subject_entry, required=True)
    if name is None:
        return None
    subject = vocabulary.subjects.get(name)
    if subject is None:
        known = [*vocabulary.subjects, *([REPORTED] if kind is MeasureKind.AVERAGE else [])]
        entries.page.refuse_name(entries.nodes[subject_entry], "subject", name, known)
        return None
    timing = _read_timing(entries, subject)
    if timing is None:
        return None
    is_spell = subject.grain is Grain.SPELL
    where = _read_condition(entries, "where", subject, vocabulary)
    measure = Measure(kind, subject.name, timing, is_spell, where=where)
    return _complete(measure, entries, subject, vocabulary)


def _read_kind(entries: Entries) -> MeasureKind | None:
    found = [kind for kind in MeasureKind if kind.value in entries.nodes]
    if len(found) == 1:
        return found[0]
    kinds = ", ".join(MeasureKind)
    message = f"a measure says exactly one of {kinds}; found {', '.join(found) or 'none'}"
    entries.page.refuse(entries.node, message)
    return None


def _complete(measure: Measure, entries: Entries, subject: Subject, vocabulary: Vocabulary) -> Measure | None:
    match measure.kind:
        case MeasureKind.COUNT_DISTINCT:
            return _count_distinct(measure, entries)
        case MeasureKind.SHARE:
            share = _read_condition(entries, "share", subject, vocabulary)
            return replace(measure, share=share) if share else None
        case MeasureKind.COUNT:
            return measure
        case _:
            return _measure_values(measure, entries, subject)


def _measure_values(measure: Measure, entries: Entries, subject: Subject) -> Measure | None:
    found = _read_field(entries, measure.kind, subject)
    rank = _read_rank(entries) if measure.kind is MeasureKind.QUANTILE else RANKS.get(measure.kind)
    if found is None or (rank is None and measure.kind is MeasureKind.QUANTILE):
        return None
    return replace(measure, column=found[0], scale=found[1].scale, rank=rank)


def _read_rank(entries: Entries) -> Fraction | None:
    text = entries.text("p", required=True)
    if text is None:
        return None
    if not _RANK.fullmatch(text) or not 0 < Fraction(text) < 1:
        message = f"'p' is the share of values below, a number between 0 and 1 such as 0.9; found '{text}'"
        entries.page.refuse(entries.nodes["p"], message)
        return None
    return Fraction(text)


def _count_distinct(measure: Measure, entries: Entries) -> Measure | None:
    if measure.is_spell:
        message = f"count_distinct counts who an event concerns; write 'count: {measure.subject}'"
        entries.page.refuse(entries.nodes["of"], message)
        return None
    counted = entries.choice("count_distinct", (Key.WORKER, Key.ORGANISATION))
    return replace(measure, counted=Key(counted)) if counted else None


def _read_field(entries: Entries, kind: MeasureKind, subject: Subject) -> tuple[str, Field] | None:
    text = entries.text(kind.value, required=True)
    if text is None:
        return None
    variable, _, name = text.rpartition(".")
    variable = variable or subject.variable
    field = subject.field_named(variable, name)
    node = entries.nodes[kind.value]
    if field is None:
        known = [f.name for f in subject.variables().get(variable, ()) if f.type in _NUMBERS]
        entries.page.refuse_name(node, f"number of '{subject.name}'", text, known)
        return None
    if field.type not in _NUMBERS:
        entries.page.refuse(node, f"'{text}' is {field.type}; only a number can be added up or put in order")
        return None
    return f"{variable}.{name}", field


def _read_condition(
    entries: Entries, name: str, subject: Subject, vocabulary: Vocabulary
) -> Condition | None:
    text = entries.text(name)
    if text is None:
        return None
    parse = partial(_parse_condition, text, subject, vocabulary)
    if vocabulary.is_checked:
        return Condition(text, subject, lambda: parse().reading)
    try:
        return parse()
    except ConditionError as error:
        entries.page.refuse_condition(entries.nodes[name], error)
        return None


def _parse_condition(text: str, subject: Subject, vocabulary: Vocabulary) -> Condition:
    # Reading figures needs no condition, and is over before the grammar of conditions is loaded.
    from tongxin.analytics.conditions.parsing import parse_condition  # noqa: PLC0415

    return parse_condition(text, subject, subjects=vocabulary.subjects, parameters=vocabulary.parameters)


def _read_timing(entries: Entries, subject: Subject) -> Timing | None:
    wanted = "at: period_end" if subject.grain is Grain.SPELL else "in: period"
    right, wrong = ("at", "in") if subject.grain is Grain.SPELL else ("in", "at")
    if wrong in entries.nodes:
        message = f"'{subject.name}' are {subject.grain}s; their time is written '{wanted}'"
        entries.page.refuse(entries.nodes[wrong], message)
        return None
    node = entries.get(right)
    if node is None:
        entries.page.refuse(entries.node, f"the time is missing; write '{wanted}'")
        return None
    if right == "at":
        return Timing(at_end=True) if entries.choice("at", ("period_end",)) else None
    if isinstance(node, yaml.MappingNode):
        return _read_window(entries, node)
    return Timing(at_end=False) if entries.choice("in", ("period",)) else None


def _read_window(entries: Entries, node: yaml.MappingNode) -> Timing | None:
    window = entries.page.entries(node, "a window")
    if window is None:
        return None
    window.allow(("last", "of"))
    last, of = window.text("last", required=True), window.text("of", required=True)
    if last is None or of is None:
        return None
    if of not in _PERIOD_KINDS:
        entries.page.refuse_name(window.nodes["of"], "kind of period", of, _PERIOD_KINDS)
        return None
    most = MOST_MONTHS // PeriodKind(of).months
    if not last.isdecimal() or not 1 <= int(last) <= most:
        message = f"a window holds 1 to {most} periods of kind {of}, not '{last}'"
        entries.page.refuse(window.nodes["last"], message)
        return None
    return Timing(at_end=False, last=int(last), of=PeriodKind(of))


def _read_reported(entries: Entries, kind: MeasureKind, vocabulary: Vocabulary) -> Measure | None:
    if kind not in (MeasureKind.REPORTED, MeasureKind.AVERAGE, MeasureKind.SUM):
        entries.page.refuse(entries.node, f"reported values cannot be measured by '{kind}'")
        return None
    code = entries.text(kind.value, required=True)
    if code is None:
        return None
    item = vocabulary.items.get(code)
    if item is None:
        entries.page.refuse_name(entries.nodes[kind.value], "reported item", code, list(vocabulary.items))
        return None
    if entries.choice("in", ("period",)) is None:
        if "in" not in entries.nodes:
            entries.page.refuse(entries.node, "the time is missing; write 'in: period'")
        return None
    measured = MeasureKind.AVERAGE if kind is MeasureKind.AVERAGE else MeasureKind.REPORTED
    return Measure(measured, REPORTED, Timing(at_end=False), column=code, scale=item.scale)
