"""Answers worked out by hand, asked of both engines."""

from __future__ import annotations

from datetime import date

import pytest
from tests.analytics.conditions import cast

from tongxin.analytics.conditions.parameters import Parameter, ParameterRow
from tongxin.analytics.subjects import FieldType as T

BIG = 10**15
NOT_EMPLOYED = {"worker.employed": False}


@pytest.mark.parametrize(
    ("text", "row", "expected"),
    [
        # 8 hours are 480 minutes, 8.01 hours 480.6.
        ("worker.trainings.exists(t, t.hours >= 8.0)", {}, True),
        ("worker.trainings.exists(t, t.hours >= 8.01)", {}, False),
        ("worker.trainings.exists(t, t.hours < 8.01 && t.hours > 7.99)", {}, True),
        ("worker.wage == 0.1", {"worker.wage": 10}, True),
        ("worker.wage == 0.101", {"worker.wage": 10}, False),
        ("worker.wage != 0.101", {"worker.wage": 10}, True),
        ("worker.wage == 0.101", {}, None),
        ("worker.wage in [0.101, 0.1]", {"worker.wage": 10}, True),
        ("worker.wage in [0.101]", {}, None),
        # In binary doubles 0.1 + 0.2 is not 0.3.
        ("worker.wage + 0.2 == 0.3", {"worker.wage": 10}, True),
        ("worker.wage * 3.0 == worker.bonus", {"worker.wage": 33333334, "worker.bonus": 1000001}, False),
        ("worker.wage / 3.0 * 3.0 == worker.wage", {"worker.wage": 1}, True),
        ("worker.wage / worker.bonus > 1.0", {"worker.wage": 100, "worker.bonus": 0}, None),
        ("worker.wage / worker.bonus > 1.0", {"worker.wage": -300, "worker.bonus": -2}, True),
        ("worker.wage / worker.bonus < 1.0", {"worker.wage": -300, "worker.bonus": 2}, True),
        ("worker.wage / worker.bonus in [1.5, 2.0]", {"worker.wage": 300, "worker.bonus": 2}, True),
        ("0.0 <= worker.wage", {"worker.wage": -1}, False),
        ("worker.wage >= worker.bonus", {"worker.wage": 199, "worker.bonus": 2}, False),
        ("worker.wage * 1.0 >= 0.0", {"worker.wage": 100 * BIG}, None),
        ("worker.wage >= 0.0", {"worker.wage": 100 * BIG}, True),
        ("worker.bonus * worker.bonus >= 1.0", {"worker.bonus": BIG}, True),
        ("worker.jobs * 2 > 0", {"worker.jobs": 2**62}, None),
        ("worker.jobs * 2 > 0", {"worker.jobs": 2**62 - 1}, True),
        ("-worker.jobs > 0", {"worker.jobs": -(2**63)}, None),
        ("double(worker.jobs) / 4.0 == 0.75", {"worker.jobs": 3}, True),
        ("-worker.wage < -worker.bonus", {"worker.wage": 201, "worker.bonus": 2}, True),
        ("(worker.employed ? worker.wage : 2.0) == 2.0", {"worker.employed": True, "worker.wage": 200}, True),
        ("(worker.employed ? worker.wage : 2.0) == 2.0", {"worker.employed": False}, True),
        ("(worker.employed ? worker.wage : 2.0) == 2.0", {"worker.wage": 200}, None),
        ("worker.employed ? true : true", {}, None),
        ("worker.grade >= grade('senior')", {"worker.grade": "senior"}, True),
        ("worker.grade >= grade('senior')", {"worker.grade": "intermediate"}, False),
        ("worker.grade >= grade('senior')", {"worker.grade": "unlisted"}, None),
        ("worker.grade == 'senior'", {"worker.grade": "unlisted"}, False),
        (
            "worker.grade > worker.first_grade",
            {"worker.grade": "technician", "worker.first_grade": "junior"},
            True,
        ),
        (
            "(worker.employed ? worker.grade : grade('junior')) >= grade('senior')",
            {"worker.employed": False},
            False,
        ),
        ("years_between(worker.born, at) >= 16", {"worker.born": date(2010, 9, 30)}, True),
        ("years_between(worker.born, at) >= 16", {"worker.born": date(2010, 10, 1)}, False),
        ("years_between(at, worker.born) == -15", {"worker.born": date(2010, 10, 1)}, True),
        # Born on 29 February: one year old on 1 March.
        ("years_between(worker.born, worker.hired) == 0", {"worker.hired": date(2025, 2, 28)}, True),
        ("years_between(worker.born, worker.hired) == 1", {"worker.hired": date(2025, 3, 1)}, True),
        ("years_between(worker.born, worker.hired) == 4", {"worker.hired": date(2028, 2, 29)}, True),
        ("months_between(worker.hired, at) == 5", {"worker.hired": date(2026, 3, 31)}, True),
        ("months_between(worker.hired, at) == 6", {"worker.hired": date(2026, 3, 30)}, True),
        ("months_between(at, worker.hired) == -6", {"worker.hired": date(2026, 3, 30)}, True),
        ("at - worker.hired == duration('720h')", {"worker.hired": date(2026, 8, 31)}, True),
        ("worker.hired + duration('720h') == at", {"worker.hired": date(2026, 8, 31)}, True),
        ("worker.hired - duration('-720h') == at", {"worker.hired": date(2026, 8, 31)}, True),
        ("worker.hired + duration('720h') > at", {"worker.hired": date(9999, 12, 20)}, None),
        ("worker.hired in [date('2026-08-31')]", {"worker.hired": date(2026, 8, 31)}, True),
        ("has(worker.wage)", {"worker.wage": 0}, True),
        ("!has(worker.wage) || worker.wage > 1.0", {}, True),
        ("worker.employed == false", {"worker.employed": False}, True),
        ("worker.employed == !has(worker.wage)", {"worker.employed": False, "worker.wage": 1}, True),
        ("has(worker.wage) == worker.employed", {"worker.employed": False}, True),
        ("has(worker.wage) == worker.employed", {}, None),
        ("!worker.employed == !worker.employed", {}, None),
        ("worker.trainings.exists(t, !worker.employed)", {}, None),
        ("worker.trainings.all(t, !worker.employed)", {}, None),
        ("worker.trainings.exists(t, true)", {}, True),
        ("worker.trainings.exists(t, true)", {"worker": 2}, False),
        ("worker.trainings.all(t, at == at)", {}, True),
        ("worker.trainings.all(t, 1 > 2)", {}, False),
        ("'female' == worker.sex", {"worker.sex": "female"}, True),
        ("organisation.county in ['330109', '330127']", {"organisation.county": "330110"}, False),
        ("1 < 2", {}, True),
        ("worker.jobs -1 == 2", {"worker.jobs": 3}, True),
    ],
)
def test_an_answer_is_the_one_worked_out_by_hand(text, row, expected, both):
    trainings = [{"worker": 1, "on": cast.AT, "training.hours": 480}]
    born = {"worker.born": date(2024, 2, 29)} if "worker.hired)" in text else {}

    assert both(text, {"worker": 1, **born, **row}, trainings=trainings) is expected


@pytest.mark.parametrize(
    ("county", "asked", "wage", "expected"),
    [
        ("330109", date(2025, 12, 31), 249000, True),
        ("330109", date(2026, 1, 1), 249000, False),
        ("330109", date(2026, 1, 1), 266050, True),
        ("330109", date(2026, 1, 1), 266049, False),
        ("330127", date(2026, 1, 1), 226000, True),
        ("330109", date(2023, 12, 31), 249000, None),
        ("330999", date(2026, 1, 1), 249000, None),
        (None, date(2026, 1, 1), 249000, None),
        ("330109", None, 249000, None),
    ],
)
def test_a_parameter_has_the_value_in_force_on_the_date_asked_for(county, asked, wage, expected, both):
    row = {"organisation.county": county, "asked": asked, "worker.wage": wage}

    assert both("worker.wage >= parameter('minimum_wage', organisation.county)", row) is expected


def test_parameters_of_other_types_are_dated_too(both):
    young, old = date(1970, 1, 1), date(1960, 1, 1)
    text = "years_between(worker.born, at) < parameter('oldest_age')"
    opened = "worker.hired >= parameter('opening', organisation.county)"
    hired = {"organisation.county": "330109", "worker.hired": date(2024, 3, 1)}

    assert both(text, {"worker.born": young}, {"worker.born": old}) == [True, False]
    assert both(text, {"worker.born": young, "asked": date(2024, 12, 31)}) is None
    assert both(opened, hired, hired | {"worker.hired": date(2024, 2, 29)}) == [True, False]


def test_parameters_may_be_text_or_yes_and_no(both):
    since = date(2024, 1, 1)
    given = {
        "centre": Parameter(
            "centre", T.TEXT, "centre", "", (ParameterRow("", since, "330109"),), keyed=False
        ),
        "open": Parameter("open", T.BOOLEAN, "open", "", (ParameterRow("330109", since, True),)),
        "none": Parameter("none", T.DECIMAL, "none", "", ()),
    }
    rows = [{"organisation.county": county} for county in ("330109", "330127", None)]

    def ask(text):
        return both(text, *rows, parameters=given)

    assert ask("organisation.county == parameter('centre')") == [True, False, None]
    assert ask("parameter('open', organisation.county)") == [True, None, None]
    assert ask("parameter('none', organisation.county) > 1.0") == [None, None, None]


def test_only_facts_of_the_worker_up_to_the_date_count(both):
    trainings = [
        {"worker": 1, "on": date(2026, 10, 1), "training.passed": True},
        {"worker": 2, "on": date(2026, 9, 30), "training.passed": True},
        {"worker": None, "on": date(2026, 9, 30), "training.passed": True},
    ]
    rows = [
        {"worker": 1},
        {"worker": 1, "asked": date(2026, 10, 1)},
        {"worker": 2},
        {"worker": 2, "asked": date(2026, 9, 29)},
        {"worker": None},
        {"worker": 2, "asked": None},
    ]

    answers = both("worker.trainings.exists(t, t.passed)", *rows, trainings=trainings)

    assert answers == [False, True, True, False, None, None]


def test_the_body_may_compare_a_fact_with_the_row(both):
    trainings = [{"worker": 1, "on": date(2026, 5, 1)}, {"worker": 1, "on": date(2026, 7, 1)}]
    rows = [{"worker": 1, "worker.hired": day} for day in (date(2026, 6, 1), date(2026, 8, 1), None)]

    assert both("worker.trainings.exists(t, t.on > worker.hired)", *rows, trainings=trainings) == [
        True,
        False,
        None,
    ]
    assert both("worker.trainings.all(t, t.on < worker.hired)", *rows, trainings=trainings) == [
        False,
        True,
        None,
    ]


def test_one_day_for_all_rows_answers_as_a_column_does(both):
    trainings = [{"worker": 1, "on": date(2026, 5, 1), "training.passed": None}]
    rows = [{"worker": 1, "worker.hired": date(2026, 4, 1)}, {"worker": 2}, {"worker": None}]
    text = "worker.trainings.exists(t, t.passed) || worker.trainings.all(t, t.on > worker.hired)"

    assert both(text, *rows, trainings=trainings, at=date(2026, 9, 30)) == [True, True, None]
    assert both(text, *rows, trainings=trainings, at=date(2026, 4, 30)) == [True, True, None]


def test_many_equal_rows_and_facts_multiply_nothing(both):
    trainings = [{"worker": 1, "on": cast.AT, "training.passed": False}] * 5
    rows = [{"worker": 1, "worker.hired": cast.AT}] * 4

    text = "worker.trainings.exists(t, t.passed || t.on < worker.hired) || worker.trainings.all(t, t.passed)"

    assert both(text, *rows, trainings=trainings) == [False] * 4


def test_the_event_date_of_a_row_is_its_own(connection):
    import pyarrow as pa

    from tongxin.analytics.conditions.compiling import compile_condition
    from tongxin.analytics.conditions.interpreting import interpret_condition

    condition = cast.parse("years_between(worker.born, training.on) >= 16", cast.TRAININGS)
    rows = [{"on": date(2026, 1, 2), "worker.born": date(2010, 1, day)} for day in (2, 3)]
    table = cast.as_table(rows, {"on": pa.date32(), "worker.born": pa.date32()})

    answered = connection.to_pyarrow(compile_condition(condition, table, at=None).order_by("worker.born"))

    assert answered.column("answer").to_pylist() == [True, False]
    assert [interpret_condition(condition, row) for row in rows] == [True, False]
