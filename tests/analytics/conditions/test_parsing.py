"""What is refused, where, and with which suggestion; expected places are counted by hand."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from tests.analytics.conditions.cast import PARAMETERS, SUBJECTS, TRAININGS, WORKERS, parse

from tongxin.analytics.conditions.errors import ConditionError
from tongxin.analytics.conditions.expressions import (
    columns_used,
    fields_used,
    needs_date,
    parameters_used,
    related_fields_used,
    related_used,
)
from tongxin.analytics.conditions.interpreting import interpret_condition
from tongxin.analytics.conditions.parameters import Parameter, ParameterRow
from tongxin.analytics.conditions.parsing import parse_condition
from tongxin.analytics.subjects import FieldType

REFUSED = {
    "": (1, 1, "is empty", None),
    "worker.employed &&": (1, 19, "ends too early", None),
    "worker.employed)": (1, 16, "')' does not fit here", None),
    "worker.employed\n  && worker.gradee == 'senior'": (2, 13, "no field 'gradee'", "grade"),
    "wroker.employed": (1, 1, "unknown name 'wroker'", "worker"),
    "worker": (1, 1, "has no value of its own", None),
    "worker.employed.x": (1, 1, "variable.field", None),
    "worker.trainings": (1, 8, "is a list", None),
    "worker.jobs": (1, 1, "a condition must be true or false, and this is integer", None),
    "worker.jobs && worker.employed": (1, 1, "each side of && must be true or false", None),
    "!worker.jobs": (1, 2, "what ! denies", None),
    "worker.jobs ? true : false": (1, 1, "what stands before ?", None),
    "worker.employed ? 1 : 2.0": (1, 19, "do not mix", "1.0"),
    "worker.wage > worker.jobs": (1, 15, "write double(…) around it", None),
    "worker.jobs == 'a'": (1, 1, "integer and text do not go together", None),
    "worker.grade == worker.sex": (1, 1, "code of list 'skill_grade' and code of list 'sex'", None),
    "worker.sex == 'Femal'": (1, 15, "has no code 'Femal'", "female"),
    "worker.grade > 'Senior'": (1, 16, "has no code 'Senior'", "senior"),
    "worker.grade > 'senior'": (1, 16, "text has no order: name the code", "grade('senior')"),
    "'senior' < worker.grade": (1, 1, "text has no order: name the code", "grade('senior')"),
    "worker.sex > 'female'": (1, 1, "list 'sex' have no order", None),
    "'b' > 'a'": (1, 1, "text has no order: only", None),
    "(worker.employed ? worker.grade : 'junior') > grade('senior')": (1, 2, "do not go together", None),
    "worker.employed > false": (1, 1, "boolean has no order", None),
    "worker.jobs in []": (1, 1, "the list is empty", None),
    "worker.jobs in [worker.jobs]": (1, 17, "written values only", None),
    "worker.jobs in worker.jobs": (1, 16, "in needs a written list", None),
    "worker.employed in [true]": (1, 1, "in does not look for boolean", None),
    "['a'] == ['a']": (1, 1, "a list stands only after in", None),
    "worker.jobs % 2 == 0": (1, 1, "% is not part", None),
    "worker.wage / 0.0 > 1.0": (1, 15, "division by zero", None),
    "worker.wage * worker.wage * worker.wage > 1.0": (1, 1, "too large to stay exact", None),
    "worker.jobs == null": (1, 16, "null is not part", None),
    "worker.born + 1 > at": (1, 1, "+ does not join date and integer", None),
    "worker.born + (at - worker.born) > at": (1, 16, "written duration only", None),
    "-worker.born > at": (1, 1, "- does not go with date", None),
    "worker.born > date(at)": (1, 20, "date takes written text", None),
    "worker.born > date('20250101')": (1, 20, "is not a date", None),
    "worker.born > at - duration('90m')": (1, 29, "whole days", None),
    "worker.born > at - duration('25h')": (1, 29, "whole days", None),
    "worker.born > at - duration('900000h')": (1, 29, "at most a hundred years", None),
    "years_between(worker.born) > 1": (1, 1, "years_between takes 2", None),
    "years_between(worker.jobs, at) > 1": (1, 15, "needs dates", None),
    "double(worker.wage) > 1.0": (1, 8, "double() reads a whole number", None),
    "worker.wage > double(5)": (1, 22, "needs no double()", "5.0"),
    "yearsbetween(worker.born, at) > 1": (1, 1, "unknown function", "years_between"),
    "grade('senior', 'x') == worker.grade": (1, 1, "grade takes 1", None),
    "code('nothing', 'x') == worker.grade": (1, 6, "there is no code list 'nothing'", None),
    "worker.wage > parameter('minimumwage', organisation.county)": (1, 25, "no parameter", "minimum_wage"),
    "worker.wage > parameter('minimum_wage')": (1, 15, "needs a key", None),
    "worker.jobs > parameter('oldest_age', organisation.county)": (1, 15, "has no key", None),
    "worker.wage > parameter('minimum_wage', worker.jobs)": (1, 41, "key of a parameter is text", None),
    "has(worker.jobs > 1)": (1, 5, "has takes a field", None),
    "worker.trainings.exist(t, t.passed)": (1, 18, "unknown function '.exist()'", "exists"),
    "worker.training.exists(t, t.passed)": (1, 8, "has no facts 'training'", "trainings"),
    "organisation.trainings.exists(t, t.passed)": (1, 14, "range over a worker's facts", None),
    "worker.trainings.exists(t)": (1, 1, "exists takes 2", None),
    "worker.trainings.exists('t', true)": (1, 25, "needs a name for the row", None),
    "worker.trainings.exists(worker, worker.passed)": (1, 25, "already has a meaning", None),
    "worker.trainings.exists(at, at.passed)": (1, 25, "already has a meaning", None),
    "worker.trainings.exists(t, t.hours)": (1, 28, "what exists asks must be", None),
    "worker.trainings.all(t, worker.trainings.all(u, u.passed))": (1, 25, "do not stand inside", None),
    "worker.trainings.exists(t, t.passed) && t.passed": (1, 41, "unknown name 't'", None),
    "worker.trainings.exists(t, t.grade == 'senior')": (1, 30, "t has no field 'grade'", None),
    "worker.trainings[0].passed": (1, 1, "variable.field", None),
    "{'a': 1} == {'a': 1}": (1, 1, "a map", None),
    ".worker == 1": (1, 1, "a leading point", None),
    "worker{} == 1": (1, 1, "an object", None),
    "organisation.county == r'a'": (1, 24, "plain text in quotes", None),
    r"organisation.county == 'a\n'": (1, 24, "plain text in quotes", None),
    "organisation.county == b'a'": (1, 24, "not a kind of value", None),
    "worker.jobs > 1u": (1, 15, "not a kind of value", None),
    "worker.jobs > 0x10": (1, 15, "hexadecimal", None),
    "worker.jobs > 9223372036854775808": (1, 15, "too large", None),
    "worker.wage > 1e3": (1, 15, "exponent", None),
    "worker.wage > 0.1234567890123456": (1, 15, "at most 15 digits", None),
    "worker.employed && " * 300 + "true": (1, 1, "longer than 4000", None),
    " && ".join(["true"] * 150): (1, 1, "nested too deeply", None),
    "(" * 600 + "true" + ")" * 600: (1, 1, "nested too deeply", None),
}


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: text[:60])
def test_what_is_not_in_the_subset_is_refused_with_its_place(text):
    line, column, words, suggestion = REFUSED[text]

    with pytest.raises(ConditionError) as refusal:
        parse(text)

    assert words in refusal.value.message
    assert (refusal.value.line, refusal.value.column) == (line, column)
    assert refusal.value.suggestion == suggestion


def test_a_related_subject_must_be_declared():
    with pytest.raises(ConditionError, match="not a subject of dated events here"):
        parse_condition("worker.trainings.exists(t, t.passed)", WORKERS)


def test_a_condition_tells_which_fields_and_tables_it_reads():
    condition = parse(
        "worker.employed && worker.trainings.exists(t, t.hours >= 8.0 && t.on > worker.hired)"
        " && worker.wage > parameter('minimum_wage', organisation.county) && worker.employed"
    )

    assert fields_used(condition) == (
        ("worker", "employed"),
        ("worker", "hired"),
        ("worker", "wage"),
        ("organisation", "county"),
    )
    assert related_used(condition) == ("trainings",)
    assert related_fields_used(condition) == (("trainings", "hours"), ("trainings", "on"))
    assert parameters_used(condition) == ("minimum_wage",)
    assert columns_used(condition) == (
        "worker.employed",
        "worker",
        "worker.hired",
        "worker.wage",
        "organisation.county",
    )
    assert needs_date(condition)
    assert not needs_date(parse("worker.employed"))


def test_the_day_of_an_event_is_a_field_of_its_subject():
    condition = parse_condition("training.on >= date('2026-01-01')", TRAININGS, subjects=SUBJECTS)

    assert fields_used(condition) == (("training", "on"),)
    assert columns_used(condition) == ("on",)


@pytest.mark.parametrize(
    ("rows", "keyed", "words"),
    [
        ((ParameterRow("a", PARAMETERS["opening"].rows[0].valid_from, 1),), False, "has no key"),
        ((ParameterRow("", PARAMETERS["opening"].rows[0].valid_from, 1),), True, "needs a key"),
        ((ParameterRow("a", PARAMETERS["opening"].rows[0].valid_from, "1"),), True, "is not integer"),
        ((ParameterRow("a", PARAMETERS["opening"].rows[0].valid_from, 1),) * 2, True, "two values"),
    ],
)
def test_a_parameter_table_that_contradicts_itself_is_refused(rows, keyed, words):
    with pytest.raises(ValueError, match=words):
        Parameter("limit", FieldType.INTEGER, "limit", "上限", rows, keyed=keyed)


def test_a_parameter_is_not_a_code_nor_a_number_beyond_exactness():
    since = PARAMETERS["opening"].rows[0].valid_from

    with pytest.raises(ValueError, match="not a code"):
        Parameter("limit", FieldType.CODE, "limit", "", ())
    for value in (Decimal("NaN"), Decimal("0.1234567890123456"), 1):
        with pytest.raises(ValueError, match="is not decimal"):
            Parameter("limit", FieldType.DECIMAL, "limit", "", (ParameterRow("a", since, value),))


def test_a_code_without_a_rank_has_no_order():
    @dataclass(frozen=True)
    class Entry:
        code: str
        rank: int | None
        zh: str = ""
        en: str = ""

    @dataclass(frozen=True)
    class Ranks:
        ordered = True
        entries = (Entry("low", 1), Entry("high", 2), Entry("other", None))

    def parse_ranked(text):
        return parse_condition(text, WORKERS, code_lists={"skill_grade": Ranks()}.__getitem__)

    assert parse_ranked("worker.grade == 'other'")
    with pytest.raises(ConditionError, match="code 'other' has no rank"):
        parse_ranked("worker.grade > code('skill_grade', 'other')")
    above = parse_ranked("worker.grade > grade('low')")
    assert [interpret_condition(above, {"worker.grade": code}) for code in ("high", "low", "other")] == [
        True,
        False,
        None,
    ]
