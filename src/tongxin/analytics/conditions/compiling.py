"""The compiled reading: a condition as an Ibis expression over millions of rows.

SQL's own three values fit CEL's for `&&`, `||`, `!` and comparisons. The rest is written out: `?:` names both
cases, `exists` and `all` tell what is decided from what is open, and arithmetic stays in whole numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

import ibis.expr.types as ir

from tongxin.analytics.conditions.clauses import ClauseCompiler, EvaluationDay
from tongxin.analytics.conditions.expressions import (
    Condition,
    FieldValue,
    Kind,
    Quantifier,
    needs_date,
    parameters_used,
    walk,
)
from tongxin.analytics.conditions.parameters import Parameters
from tongxin.analytics.conditions.quantifiers import add_answer, answer_by_key, find_inner_day, join_facts

STORED_TYPES: Mapping[Kind, str] = {
    Kind.BOOLEAN: "boolean",
    Kind.INTEGER: "integer",
    Kind.DECIMAL: "integer",
    Kind.TEXT: "string",
    Kind.CODE: "string",
    Kind.DATE: "date",
}


def compile_condition(
    condition: Condition,
    rows: ir.Table,
    *,
    at: str | date | None,
    related: Mapping[str, ir.Table] | None = None,
    parameters: Parameters | None = None,
) -> ir.Table:
    """Return the rows with the answer of a condition, one row for each given.

    Parameters
    ----------
    condition : Condition
        A checked condition.
    rows : ibis.Table
        Rows of the condition's subject, with the columns that `Subject` lists.
    at : str, date or None
        The evaluation date: the name of a date column of `rows`, or one day (a date or its ISO form). None
        only where the condition does not depend on it.
    related : mapping of str to ibis.Table, optional
        Rows of the related subjects, with `worker`, `on` and `<variable>.<field>`.
    parameters : mapping of str to Parameter, optional
        The dated parameters that the condition names.

    Returns
    -------
    ibis.Table
        The columns of `rows` and `answer`: true, false, or null where it cannot be told. A column `answer` of
        `rows` is replaced.

    Raises
    ------
    ValueError
        Where a column, table, parameter or the date is missing, or a column has another type than its field.

    Examples
    --------
    >>> import ibis
    >>> from tongxin.analytics.conditions.parsing import parse_condition
    >>> from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
    >>> age = Field("age", FieldType.INTEGER, "age", "")
    >>> workers = Subject("workers", "worker", Grain.SPELL, "workers", "", (age,))
    >>> rows = ibis.table({"worker.age": "int64"}, name="rows")
    >>> compile_condition(parse_condition("worker.age >= 18", workers), rows, at=None).columns
    ('worker.age', 'answer')
    """
    related, parameters = related or {}, parameters or {}
    day = find_day(rows, at)
    check_given(condition, rows, related, parameters, day)
    answered: dict[Quantifier, str] = {}
    table = rows
    for part in walk(condition.expression):
        if isinstance(part, Quantifier) and part not in answered:
            name = f"quantifier{len(answered)}"
            keys, facts = join_facts(part, rows, related[part.related], day)
            body = ClauseCompiler(condition, parameters, facts, find_inner_day(day), {}).compile(part.body)
            table = add_answer(part, name, table, answer_by_key(part, facts, body, list(keys)), keys)
            answered[part] = name
    answer = ClauseCompiler(condition, parameters, table, day, answered).compile(condition.expression)
    kept = [name for name in rows.columns if name != "answer"]
    return table.mutate(answer=answer.cast("boolean")).select(*kept, "answer")


def find_day(rows: ir.Table, at: str | date | None) -> EvaluationDay | None:
    """Return the evaluation date as a column name or a day."""
    if isinstance(at, str) and at in rows.columns:
        if not rows[at].type().is_date():
            raise ValueError(f"the column {at} holds {rows[at].type()}, not a date")
        return at
    return date.fromisoformat(at) if isinstance(at, str) else at


def check_given(
    condition: Condition,
    rows: ir.Table,
    related: Mapping[str, ir.Table],
    parameters: Parameters,
    day: EvaluationDay | None,
) -> None:
    """Refuse rows, tables, parameters or a date that are not what the condition needs."""
    if day is None and needs_date(condition):
        raise ValueError(f"the condition depends on the evaluation date, and none is given: {condition.text}")
    for name in parameters_used(condition):
        if name not in parameters:
            raise ValueError(f"the condition needs the parameter {name}, which is not given")
    for part in walk(condition.expression):
        if isinstance(part, FieldValue) and part.related is None:
            check_column(part, rows)
        if isinstance(part, Quantifier):
            if "worker" not in rows.columns:
                raise ValueError(f"{part.form} needs the column worker")
            if part.related not in related:
                raise ValueError(f"the condition needs the table of {part.related}, which is not given")
            check_related(part, related[part.related])


def check_related(quantifier: Quantifier, facts: ir.Table) -> None:
    """Refuse a related table that lacks a column or stores another type."""
    for name in ("worker", "on"):
        if name not in facts.columns:
            raise ValueError(f"the table of {quantifier.related} lacks the column {name}")
    for part in walk(quantifier.body):
        if isinstance(part, FieldValue) and part.related is not None:
            check_column(part, facts)


def check_column(field: FieldValue, table: ir.Table) -> None:
    """Refuse a column that is absent or of another type than its field."""
    if field.column not in table.columns:
        raise ValueError(f"the table lacks the column {field.column}")
    stored, wanted = table[field.column].type(), STORED_TYPES[field.type.kind]
    if not getattr(stored, f"is_{wanted}")():
        kind = field.type.kind
        raise ValueError(f"the column {field.column} holds {stored}, and a {kind} is stored as {wanted}")
