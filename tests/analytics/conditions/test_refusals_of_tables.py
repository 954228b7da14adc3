"""What is handed to a checked condition must be what it was checked against."""

from __future__ import annotations

import ibis
import pytest
from tests.analytics.conditions.cast import AT, PARAMETERS, parse

from tongxin.analytics.conditions.compiling import compile_condition
from tongxin.analytics.conditions.interpreting import interpret_condition

EXISTS = "worker.trainings.exists(t, t.hours >= 8.0)"
FACTS = {"worker": "int64", "on": "date", "training.hours": "int64"}


@pytest.mark.parametrize(
    ("text", "columns", "given", "words"),
    [
        ("worker.jobs > 1", {"worker.wage": "int64"}, {}, "lacks the column worker.jobs"),
        ("worker.jobs > 1", {"worker.jobs": "float64"}, {}, "holds float64"),
        ("worker.wage > 1.0", {"worker.wage": "decimal(10, 2)"}, {}, "holds decimal"),
        ("worker.born < at", {"worker.born": "date"}, {}, "none is given"),
        ("worker.born < at", {"worker.born": "date", "day": "string"}, {"at": "day"}, "not a date"),
        (EXISTS, {"worker": "int64"}, {"at": AT}, "needs the table of trainings"),
        (EXISTS, {"worker.jobs": "int64"}, {"at": AT}, "needs the column worker"),
        (EXISTS, {"worker": "int64"}, {"at": AT, "facts": FACTS | {"on": None}}, "lacks the column on"),
        (EXISTS, {"worker": "int64"}, {"at": AT, "facts": FACTS | {"training.hours": "float64"}}, "float64"),
        (
            "worker.jobs < parameter('oldest_age')",
            {"worker.jobs": "int64"},
            {"at": AT, "parameters": {}},
            "needs the parameter oldest_age",
        ),
    ],
)
def test_the_compiled_reading_refuses_tables_that_do_not_fit(text, columns, given, words):
    facts = {name: kind for name, kind in given.get("facts", {}).items() if kind}
    related = {"trainings": ibis.table(facts, name="trainings")} if facts else {}

    with pytest.raises(ValueError, match=words):
        compile_condition(
            parse(text),
            ibis.table(columns, name="rows"),
            at=given.get("at"),
            related=related,
            parameters=given.get("parameters", PARAMETERS),
        )


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("worker.jobs > 1", {"worker.jobs": 1.5}),
        ("worker.jobs > 1", {"worker.jobs": True}),
        ("worker.wage > 1.0", {"worker.wage": float("nan")}),
        ("worker.born < at", {"worker.born": "1990-01-01"}),
        ("worker.grade == 'senior'", {"worker.grade": 4}),
    ],
)
def test_the_interpreted_reading_refuses_values_that_are_not_stored_so(text, row):
    with pytest.raises(TypeError, match="is not a stored"):
        interpret_condition(parse(text), row, at=AT)


def test_the_interpreted_reading_needs_the_facts_and_the_parameters():
    with pytest.raises(ValueError, match="needs the rows of trainings"):
        interpret_condition(parse(EXISTS), {"worker": 1}, at=AT)
    with pytest.raises(LookupError, match="needs the parameter oldest_age"):
        interpret_condition(parse("worker.jobs < parameter('oldest_age')"), {"worker.jobs": 1}, at=AT)


def test_missing_facts_in_number_are_answered():
    # cel-python's own fold doubles an error text with each fact: this test would not end.
    facts = [{"worker": 1, "on": AT}] * 200

    assert interpret_condition(parse(EXISTS), {"worker": 1}, at=AT, related={"trainings": facts}) is None
    joined = " || ".join(["worker.jobs > 1"] * 60)
    assert interpret_condition(parse(joined), {}) is None


def test_a_column_named_answer_is_replaced():
    rows = ibis.table({"worker.jobs": "int64", "answer": "string"}, name="rows")

    answered = compile_condition(parse("worker.jobs > 1"), rows, at=None)

    assert answered.schema() == ibis.schema({"worker.jobs": "int64", "answer": "boolean"})
