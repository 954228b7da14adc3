"""A condition written out as a sentence; the fragments of each language are in `phrases.yaml`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import lru_cache
from importlib.resources import files
from typing import Any, cast

import yaml

from tongxin.analytics.conditions.expressions import (
    DURATION,
    Arithmetic,
    Choice,
    Comparison,
    Condition,
    Conjunction,
    Constant,
    Conversion,
    DatedParameter,
    Disjunction,
    EvaluationDate,
    Expression,
    FieldValue,
    Kind,
    Membership,
    Negation,
    Opposite,
    Presence,
    Quantifier,
    TimeBetween,
)
from tongxin.analytics.conditions.names import EVENT_DATE

LANGUAGES = ("en", "zh-hans")


def write_sentence(condition: Condition, language: str) -> str:
    """Return a condition as a sentence, without the mark that ends it.

    Parameters
    ----------
    condition : Condition
        A checked condition.
    language : str
        `en` or `zh-hans`.

    Raises
    ------
    ValueError
        For another language.

    Examples
    --------
    >>> from tongxin.analytics.conditions.parsing import parse_condition
    >>> from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
    >>> age = Field("age", FieldType.INTEGER, "age", "")
    >>> workers = Subject("workers", "worker", Grain.SPELL, "workers", "", (age,))
    >>> write_sentence(parse_condition("worker.age >= 18 && worker.age < 60", workers), "en")
    'age is at least 18 and age is below 60'
    """
    return write_clause(condition.expression, condition, language)


def write_clause(clause: Expression, condition: Condition, language: str) -> str:
    """Return one clause of a condition as a sentence."""
    if language not in LANGUAGES:
        raise ValueError(f"there are no phrases in {language}: {' or '.join(LANGUAGES)}")
    return Writer(condition, language).write(clause)


@lru_cache(maxsize=1)
def load_phrases() -> Mapping[str, Mapping[str, Any]]:
    """Return the fragments by language."""
    text = files("tongxin.analytics.conditions").joinpath("phrases.yaml").read_text(encoding="utf-8")
    phrases: Mapping[str, Mapping[str, Any]] = yaml.safe_load(text)
    return phrases


class Writer:
    """Writes the clauses of a condition in one language."""

    def __init__(self, condition: Condition, language: str) -> None:
        self.condition = condition
        self.is_english = language == "en"
        self.phrases = load_phrases()[language]

    def write(self, part: Expression) -> str:
        """Return the words for a clause or a value."""
        form: Callable[[Any], str] = getattr(self, f"_write_{type(part).__name__.lower()}")
        return form(part)

    def _label(self, labelled: Any) -> str:
        return str(labelled.label_en if self.is_english else labelled.label_zh)

    def _write_grouped(self, part: Expression) -> str:
        words = self.write(part)
        compound = Conjunction | Disjunction | Choice | Arithmetic
        return self.phrases["group"].format(clause=words) if isinstance(part, compound) else words

    def _write_side(self, part: Expression) -> str:
        return self._write_grouped(part) if isinstance(part, Choice) else self.write(part)

    def _write_conjunction(self, part: Conjunction) -> str:
        return cast(str, self.phrases["and"]).join(self._write_grouped(each) for each in part.parts)

    def _write_disjunction(self, part: Disjunction) -> str:
        return cast(str, self.phrases["or"]).join(self._write_grouped(each) for each in part.parts)

    def _write_negation(self, part: Negation) -> str:
        match part.operand:
            case FieldValue():
                return self._fill("not_field", field=self.write(part.operand))
            case Presence(of=field):
                return self._fill("absence", field=self.write(field))
            case _:
                return self._fill("not", clause=self._write_grouped(part.operand))

    def _write_comparison(self, part: Comparison) -> str:
        phrases = self.phrases["date_comparison" if part.left.type.kind is Kind.DATE else "comparison"]
        left, right = self._write_side(part.left), self._write_side(part.right)
        return cast(str, phrases[part.operator]).format(left=left, right=right)

    def _write_membership(self, part: Membership) -> str:
        options = cast(str, self.phrases["list"]).join(self.write(option) for option in part.options)
        return self._fill("membership", item=self._write_side(part.item), options=options)

    def _write_choice(self, part: Choice) -> str:
        test, positive = self._write_grouped(part.test), self._write_grouped(part.positive)
        return self._fill("choice", test=test, positive=positive, negative=self._write_grouped(part.negative))

    def _write_presence(self, part: Presence) -> str:
        return self._fill("presence", field=self.write(part.of))

    def _write_quantifier(self, part: Quantifier) -> str:
        related = self._label(self.condition.related[part.related])
        phrase: str = self.phrases["quantifier"][part.form]
        return phrase.format(related=related, clause=self.write(part.body))

    def _write_fieldvalue(self, part: FieldValue) -> str:
        return cast(str, self.phrases["event_date"]) if part.field is EVENT_DATE else self._label(part.field)

    def _write_evaluationdate(self, _: EvaluationDate) -> str:
        return cast(str, self.phrases["at"])

    def _write_datedparameter(self, part: DatedParameter) -> str:
        if part.key is None:
            return self._fill("parameter", label=self._label(part))
        return self._fill("keyed_parameter", label=self._label(part), key=self.write(part.key))

    def _write_conversion(self, part: Conversion) -> str:
        return self.write(part.operand)

    def _write_opposite(self, part: Opposite) -> str:
        return self._fill("opposite", operand=self._write_grouped(part.operand))

    def _write_timebetween(self, part: TimeBetween) -> str:
        phrase: str = self.phrases["time_between"][part.unit]
        return phrase.format(start=self.write(part.start), end=self.write(part.end))

    def _write_arithmetic(self, part: Arithmetic) -> str:
        if part.type == DURATION:
            return self._fill("days_between", start=self.write(part.right), end=self.write(part.left))
        if part.type.kind is Kind.DATE:
            days = cast(int, cast(Constant, part.right).value)
            sign = part.operator if days >= 0 else {"+": "-", "-": "+"}[part.operator]
            length, day = self._write_days(abs(days)), self.write(part.left)
            return cast(str, self.phrases["shift"][sign]).format(length=length, date=day)
        left, right = self._write_grouped(part.left), self._write_grouped(part.right)
        return cast(str, self.phrases["arithmetic"][part.operator]).format(left=left, right=right)

    def _write_constant(self, part: Constant) -> str:
        if part.type.kind is Kind.CODE:
            entries = self.condition.code_lists[cast(str, part.type.code_list)].entries
            named = next(entry for entry in entries if entry.code == part.value)
            return named.en if self.is_english else named.zh
        if part.type == DURATION:
            return self._write_days(cast(int, part.value))
        match part.value:
            case bool():
                return cast(str, self.phrases["yes" if part.value else "no"])
            case date(year=year, month=month, day=day):
                return self._fill("date", year=year, month=month, day=day)
            case Decimal():
                return _write_decimal(part.value)
            case str():
                return self._fill("text", text=part.value)
            case _:
                return str(part.value)

    def _write_days(self, days: int) -> str:
        return self._fill("day" if days == 1 else "days", days=days)

    def _fill(self, phrase: str, **parts: object) -> str:
        return cast(str, self.phrases[phrase]).format(**parts)


def _write_decimal(value: Decimal) -> str:
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
