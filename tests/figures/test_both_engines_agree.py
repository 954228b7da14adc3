"""Every condition of the catalogue, and random ones over every declared subject, in both engines."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.figures import grammar

from tongxin.analytics.conditions.agreement import check_agreement
from tongxin.analytics.conditions.compiling import compile_condition
from tongxin.analytics.conditions.errors import ConditionError
from tongxin.analytics.conditions.expressions import Condition, fields_used
from tongxin.analytics.conditions.interpreting import interpret_condition
from tongxin.analytics.conditions.parsing import parse_condition
from tongxin.analytics.subjects import FieldType, Subject
from tongxin.figures.actions import starter_catalogue
from tongxin.figures.queries import parse_definitions
from tongxin.lake.queries import declared_subjects

SUBJECTS = declared_subjects()
ARROW = {
    FieldType.TEXT: pa.string(),
    FieldType.CODE: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.DECIMAL: pa.int64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.DATE: pa.date32(),
}
Row = dict[str, Any]


@pytest.fixture(scope="module")
def connection() -> Iterator[ibis.BaseBackend]:
    opened = ibis.duckdb.connect(threads=1)
    yield opened
    opened.disconnect()


def conditions_of_the_catalogue() -> dict[str, tuple[Subject, Condition]]:
    return {
        f"{part.subject}: {condition.text}": (SUBJECTS[part.subject], condition)
        for definition in parse_definitions(starter_catalogue(), {})
        for part in definition.parts
        if part is not None
        for condition in part.where
    }


CATALOGUE = conditions_of_the_catalogue()


def as_table(rows: Sequence[Row], columns: Mapping[str, pa.DataType]) -> ibis.Table:
    return ibis.memtable(pa.Table.from_pylist(list(rows), schema=pa.schema(list(columns.items()))))


def columns_of(subject: Subject) -> dict[str, pa.DataType]:
    return {name: ARROW[each.type] for name, each in grammar.scope_of(subject).fields.items()}


def by_query(
    connection: ibis.BaseBackend,
    subject: Subject,
    condition: Condition,
    rows: Sequence[Row],
    facts: Mapping[str, Sequence[Row]],
) -> list[bool | None]:
    columns = {"worker": pa.int64(), "asked": pa.date32(), "number": pa.int64(), **columns_of(subject)}
    related = {}
    for name, found in facts.items():
        own = SUBJECTS[name]
        stored = {f"{own.variable}.{each.name}": ARROW[each.type] for each in own.fields}
        related[name] = as_table(found, {"worker": pa.int64(), "on": pa.date32(), **stored})
    numbered = [{**row, "number": number} for number, row in enumerate(rows)]
    table = as_table(numbered, columns)
    answered = compile_condition(condition, table, at="asked", related=related, parameters=grammar.PARAMETERS)
    found = connection.to_pyarrow(answered.order_by("number").select("number", "answer"))
    assert found["number"].to_pylist() == list(range(len(rows)))
    return found["answer"].to_pylist()


def row_by_row(
    condition: Condition, rows: Sequence[Row], facts: Mapping[str, Sequence[Row]]
) -> list[bool | None]:
    return [
        interpret_condition(condition, row, at=row["asked"], related=facts, parameters=grammar.PARAMETERS)
        for row in rows
    ]


@pytest.mark.parametrize("name", CATALOGUE)
def test_both_engines_agree_on_a_condition_of_the_catalogue_whatever_is_missing(connection, name: str):
    subject, condition = CATALOGUE[name]
    fields = grammar.scope_of(subject).fields
    read = [f"{variable}.{field}" for variable, field in fields_used(condition)]
    offered = [[None, *grammar.values_of(fields[each])] for each in read]
    nothing = {"worker": 1, "asked": grammar.AT, **dict.fromkeys(fields)}
    rows = [nothing | dict(zip(read, values, strict=True)) for values in product(*offered)]

    answers = row_by_row(condition, rows, {})

    assert answers == by_query(connection, subject, condition, rows, {})
    assert {True, False} <= set(answers) or "worker.employed" in name
    assert check_agreement(condition, connection=connection) == ()


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.data())
def test_both_engines_agree_on_random_conditions_over_declared_subjects(connection, drawn):
    # Those over whose facts a condition may range offer most, so they come up most.
    ranging = [name for name, each in SUBJECTS.items() if each.related]
    subject = SUBJECTS[drawn.draw(st.sampled_from(ranging) | st.sampled_from(list(SUBJECTS)))]
    related = {each: SUBJECTS[each] for each in subject.related}
    scope = grammar.scope_of(subject)
    text = drawn.draw(grammar.clauses(scope, related))
    rows = drawn.draw(st.lists(grammar.rows(scope), min_size=5, max_size=8))
    facts = {each: drawn.draw(st.lists(grammar.facts(found), max_size=4)) for each, found in related.items()}
    try:
        condition = parse_condition(text, subject, subjects=SUBJECTS, parameters=grammar.PARAMETERS)
    except ConditionError as refusal:
        # Only what a grammar cannot know before.
        expected = ("division by zero", "too large to stay exact", "nested too deeply")
        assert any(words in refusal.message for words in expected), (text, refusal.message)  # noqa: PT017
        return

    assert row_by_row(condition, rows, facts) == by_query(connection, subject, condition, rows, facts), text
