from __future__ import annotations

from datetime import date

import pytest
from tests.analytics.conditions.cast import PARAMETERS, parse

from tongxin.analytics.conditions import celvalues
from tongxin.analytics.conditions.agreement import check_agreement, run_compiled
from tongxin.analytics.conditions.edges import generate_cases

CONDITIONS = [
    "worker.employed && worker.grade >= grade('senior') && worker.jobs > 1",
    "worker.trainings.exists(t, t.hours >= 8.0 && t.on > worker.hired)",
    "worker.wage >= parameter('minimum_wage', organisation.county)",
    "years_between(worker.born, at) >= 16 ? worker.wage / worker.bonus > 1.5 : worker.sex == 'female'",
    "worker.jobs == 9223372036854775807",
]


@pytest.mark.parametrize("text", CONDITIONS)
def test_the_engines_agree_on_the_edges_of_a_condition(text, connection):
    assert check_agreement(parse(text), connection=connection, parameters=PARAMETERS) == ()


@pytest.mark.parametrize("text", CONDITIONS)
def test_the_edges_reach_all_three_answers_and_repeat_exactly(text, connection):
    condition = parse(text)

    cases = generate_cases(condition, PARAMETERS)

    assert cases == generate_cases(condition, PARAMETERS)
    assert set(run_compiled(condition, cases, connection, PARAMETERS).values()) == {True, False, None}


def test_the_edges_lie_just_around_the_written_values():
    cases = generate_cases(parse("worker.wage >= 50.0 && worker.hired < date('2026-03-01')"), PARAMETERS)

    assert {4999, 5000, 5001} <= {row["worker.wage"] for row in cases.rows}
    assert {date(2026, 2, 28), date(2026, 3, 1), date(2026, 3, 2), None} <= {
        row["worker.hired"] for row in cases.rows
    }
    assert all(value is None for value in cases.rows[0].values())


def test_a_wrong_engine_is_found_out(connection, monkeypatch):
    wrong = dict(celvalues.OPERATORS) | {"_>=_": celvalues.OPERATORS["_>_"]}
    monkeypatch.setattr("tongxin.analytics.conditions.celfunctions.OPERATORS", wrong)

    found = check_agreement(parse("worker.jobs >= 18"), connection=connection)

    assert found
    assert {each.row["worker.jobs"] for each in found} == {18}
    assert {(each.compiled, each.interpreted) for each in found} == {(True, False)}
