"""Random conditions over any declared subject, and rows of it in which any field may be missing.

What may stand in a condition follows from the fields: their types, code lists and related facts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from tongxin.analytics.conditions.parameters import Parameter, ParameterRow
from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
from tongxin.codes.lists import get_list

Texts = st.SearchStrategy[str]
AT = date(2026, 9, 30)
DAYS = (
    date(1962, 9, 30),
    date(1990, 9, 30),
    date(1992, 2, 29),
    date(2024, 2, 29),
    date(2025, 9, 30),
    date(2026, 3, 31),
    AT,
    AT + timedelta(days=1),
)
NUMBERS = (-1, 0, 1, 3, 35, 479, 480, 481, 10_000, 2**40)
TEXTS = ("", "6-12-01-01", "焊工")
UNLISTED = "unlisted"
ORDER = ("==", "!=", "<", "<=", ">", ">=")
PARAMETERS = {
    "least": Parameter(
        "least",
        FieldType.DECIMAL,
        "least",
        "最低",
        (
            ParameterRow("C", date(2024, 1, 1), Decimal("2490")),
            ParameterRow("C", date(2026, 1, 1), Decimal("2660.5")),
            ParameterRow("D", date(2026, 9, 30), Decimal("8.0")),
        ),
    ),
    "oldest": Parameter(
        "oldest",
        FieldType.INTEGER,
        "oldest",
        "年龄上限",
        (ParameterRow("", date(2025, 1, 1), 35),),
        keyed=False,
    ),
    "since": Parameter(
        "since", FieldType.DATE, "since", "起始日", (ParameterRow("C", date(2024, 1, 1), date(2024, 2, 29)),)
    ),
}


@dataclass(frozen=True)
class Scope:
    """The fields that a text may name, by the name under which it does."""

    fields: Mapping[str, Field]
    has_key: bool
    """Whether the unit's industry, by which parameters are kept, may be named."""

    def named(self, kind: FieldType) -> list[str]:
        return [name for name, each in self.fields.items() if each.type is kind]


def scope_of(subject: Subject) -> Scope:
    fields = {f"{variable}.{f.name}": f for variable, own in subject.variables().items() for f in own}
    return Scope(fields, "organisation.industry" in fields)


def inside(scope: Scope, related: Subject) -> Scope:
    """Return what the body of `exists` and `all` may name: the row's fields, and the fact's own as `t`."""
    own = {f"t.{each.name}": each for each in related.fields}
    return Scope({**scope.fields, **own, "t.on": Field("on", FieldType.DATE, "", "")}, scope.has_key)


def joined(operators: Sequence[str], left: Texts, right: Texts | None = None) -> Texts:
    return st.builds(
        "({} {} {})".format, left, st.sampled_from(list(operators)), left if right is None else right
    )


def chosen(names: Sequence[str]) -> Texts:
    return st.sampled_from(list(names)) if names else st.nothing()


def numbers(scope: Scope, kind: FieldType) -> Texts:
    """Return numbers of one kind: written, fields, parameters, and what arithmetic makes of them."""
    decimal = kind is FieldType.DECIMAL
    written = ["0.0", "0.5", "8.0", "-2.5", "4800.05"] if decimal else ["0", "1", "-3", "35", "480"]
    leaves = st.sampled_from(written) | chosen(scope.named(kind)) | chosen(scope.named(kind))
    if decimal:
        whole = [f"double({name})" for name in scope.named(FieldType.INTEGER)]
        leaves |= chosen(whole)
        leaves |= st.just("parameter('least', organisation.industry)") if scope.has_key else st.nothing()
    else:
        leaves |= st.just("parameter('oldest')")
        for name in scope.named(FieldType.DATE):
            leaves |= st.sampled_from([f"years_between({name}, at)", f"months_between(at, {name})"])
    operators = "+-*/" if decimal else "+-*"
    return st.recursive(
        leaves,
        lambda part: (
            joined(operators, part)
            | st.builds("(-({}))".format, part)
            | st.builds("({} ? {} : {})".format, known(scope), part, part)
        ),
        max_leaves=3,
    )


def dates(scope: Scope) -> Texts:
    leaves = st.sampled_from(["at", "date('2024-02-29')", "date('2026-09-30')"])
    leaves |= chosen(scope.named(FieldType.DATE)) | chosen(scope.named(FieldType.DATE))
    leaves |= st.just("parameter('since', organisation.industry)") if scope.has_key else st.nothing()
    hours = st.sampled_from([24, -720, 8760, 876_000])
    return leaves | st.builds("({} {} duration('{}h'))".format, leaves, st.sampled_from("+-"), hours)


def known(scope: Scope) -> Texts:
    """Return texts that ask whether a fact is there, and truths themselves."""
    asked = [f"has({name})" for name in scope.fields]
    return chosen([*asked, *(f"!{text}" for text in asked), *scope.named(FieldType.BOOLEAN), "true", "false"])


def of_codes(scope: Scope) -> Texts:
    found = st.nothing()
    for name in scope.named(FieldType.CODE):
        listed = get_list(str(scope.fields[name].code_list))
        codes = st.sampled_from(listed.codes())
        one = st.builds(f"code('{listed.name}', '{{}}')".format, codes)
        alike = [each for each in scope.named(FieldType.CODE) if scope.fields[each].code_list == listed.name]
        found |= st.builds(f"{name} {{}} '{{}}'".format, st.sampled_from(["==", "!="]), codes)
        found |= st.builds(f"{name} in ['{{}}', '{{}}']".format, codes, codes)
        found |= joined(ORDER if listed.ordered else ORDER[:2], st.just(name), one | chosen(alike))
    return found


def leaves(scope: Scope, related: Mapping[str, Subject]) -> Texts:
    """Return conditions that join nothing, each kind as likely as the others."""
    kinds = [known(scope), joined(ORDER, dates(scope))]
    kinds += [joined(ORDER, numbers(scope, kind)) for kind in (FieldType.DECIMAL, FieldType.INTEGER)]
    kinds.append(st.builds("{} in [0, 35, 480]".format, numbers(scope, FieldType.INTEGER)))
    kinds.append(
        st.builds("({} - {}) {} duration('720h')".format, dates(scope), dates(scope), st.sampled_from(ORDER))
    )
    if scope.named(FieldType.CODE):
        kinds.append(of_codes(scope))
    texts = scope.named(FieldType.TEXT)
    if texts:
        asked = ["{} == '焊工'", "{} != '6-12-01-01'", "{} in ['焊工', 'x']"]
        kinds.append(st.builds(str.format, st.sampled_from(asked), chosen(texts)))
    if related:
        kinds += [quantified(scope, related)] * 2
    # Mapped, so that a choice between choices is not flattened into one in which the longest list wins.
    return st.one_of(*(kind.map(str) for kind in kinds))


def quantified(scope: Scope, related: Mapping[str, Subject]) -> Texts:
    return st.one_of(
        *(
            st.builds(
                f"worker.{name}.{{}}(t, {{}})".format,
                st.sampled_from(["exists", "all"]),
                clauses(inside(scope, subject), {}),
            ).map(str)
            for name, subject in related.items()
        )
    )


def clauses(scope: Scope, related: Mapping[str, Subject]) -> Texts:
    """Return conditions over a scope; over a worker's facts too, where there are any."""
    return st.recursive(
        leaves(scope, related),
        lambda part: (
            joined(("&&", "||"), part)
            | st.builds("(({}) {} ({}))".format, part, st.sampled_from(["==", "!="]), part)
            | st.builds("!({})".format, part)
            | st.builds("({} ? {} : {})".format, part, part, part)
        ),
        max_leaves=4,
    )


def values_of(field: Field) -> list[Any]:
    """Return what a field may hold, as it is stored; not that it is missing."""
    match field.type:
        case FieldType.BOOLEAN:
            return [True, False]
        case FieldType.CODE:
            return [*get_list(str(field.code_list)).codes(), UNLISTED]
        case FieldType.TEXT:
            return list(TEXTS)
        case FieldType.DATE:
            return list(DAYS)
        case FieldType.DECIMAL:
            return sorted({number * factor for number in NUMBERS for factor in (1, field.scale)})
        case _:
            return list(NUMBERS)


def rows(scope: Scope) -> st.SearchStrategy[dict[str, Any]]:
    """Return rows of a subject: of whom, asked on which day, and each field or nothing."""
    given = {name: st.none() | st.sampled_from(values_of(each)) for name, each in scope.fields.items()}
    asked = st.none() | st.sampled_from([AT, AT, date(2025, 2, 28)])
    return st.fixed_dictionaries({"worker": st.sampled_from([None, 1, 1, 2]), "asked": asked, **given})


def facts(subject: Subject) -> st.SearchStrategy[dict[str, Any]]:
    assert subject.grain is Grain.EVENT
    given = {
        f"{subject.variable}.{f.name}": st.none() | st.sampled_from(values_of(f)) for f in subject.fields
    }
    return st.fixed_dictionaries(
        {"worker": st.sampled_from([1, 1, 2]), "on": st.sampled_from(DAYS[3:]), **given}
    )
