"""Compiles `exists` and `all`: one three-valued answer a row, without multiplying rows."""

from __future__ import annotations

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import ibis
import ibis.expr.types as ir

from tongxin.analytics.conditions.clauses import EvaluationDay
from tongxin.analytics.conditions.expressions import FieldValue, Quantifier, walk
from tongxin.analytics.conditions.ratios import NO, YES

OUTER_WORKER = "asked:worker"
OUTER_DAY = "asked:at"
UNKNOWN = ibis.null("boolean")


def find_inner_day(day: EvaluationDay | None) -> EvaluationDay | None:
    """Return where the body of a quantifier finds the evaluation date."""
    return OUTER_DAY if isinstance(day, str) else day


def join_facts(
    quantifier: Quantifier, rows: ir.Table, facts: ir.Table, day: EvaluationDay | None
) -> tuple[dict[str, str], ir.Table]:
    """Return the facts dated up to the day, beside the values that the body reads from the row.

    The keys tell those values apart: names in the joined table, each with its column in the rows. Facts are
    looked at once for each distinct set of values, not once for each row.
    """
    facts = facts.rename({f"related:{column}": column for column in facts.columns})
    outer = [p.column for p in walk(quantifier.body) if isinstance(p, FieldValue) and p.related is None]
    keys = {OUTER_WORKER: "worker"} | {column: column for column in outer}
    if isinstance(day, str):
        keys[OUTER_DAY] = day
    if len(keys) == 1:
        facts = facts.filter(facts["related:on"] <= ibis.literal(day))
        return keys, facts.mutate(**{OUTER_WORKER: facts["related:worker"]})
    asked = rows.select(**{key: rows[column] for key, column in keys.items()}).distinct()
    joined = asked.inner_join(facts, asked[OUTER_WORKER] == facts["related:worker"])
    limit = joined[OUTER_DAY] if isinstance(day, str) else ibis.literal(day)
    return keys, joined.filter(joined["related:on"] <= limit)


def answer_by_key(quantifier: Quantifier, facts: ir.Table, body: Any, keys: list[str]) -> ir.Table:
    """Return for each set of keys whether a fact decides the quantifier, and whether one leaves it open."""
    decisive = body if quantifier.form == "exists" else ~body
    # Not body.isnull(): Ibis writes NOT (x) IS NULL without the brackets that a denied body needs.
    is_open = ibis.cases((body, NO), (~body, NO), else_=YES)
    told = facts.mutate(decided=decisive.fill_null(NO), open=is_open)
    return told.group_by(keys).aggregate(decided=told.decided.any(), open=told["open"].any())


def add_answer(
    quantifier: Quantifier, name: str, table: ir.Table, answers: ir.Table, keys: Mapping[str, str]
) -> ir.Table:
    """Return the table with a column `name`: the quantifier's three-valued answer.

    The keys of the answers are distinct, so each row meets one of them or none, and rows never multiply. A
    row without a worker, or without a date, has no answer; a worker without facts has one.
    """
    answers = answers.rename({f"{name}:{column}": column for column in answers.columns})
    met = table.left_join(
        answers, [table[column].identical_to(answers[f"{name}:{key}"]) for key, column in keys.items()]
    )
    unasked = [met[column].isnull() for key, column in keys.items() if key in (OUTER_WORKER, OUTER_DAY)]
    verdict = quantifier.form == "exists"
    answer = ibis.cases(
        (reduce(or_, unasked), UNKNOWN),
        (met[f"{name}:decided"].fill_null(NO), ibis.literal(verdict)),
        (met[f"{name}:open"].fill_null(NO), UNKNOWN),
        else_=ibis.literal(not verdict),
    )
    return met.mutate(**{name: answer}).select(*table.columns, name)
