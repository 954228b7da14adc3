from __future__ import annotations

from datetime import date
from fractions import Fraction

from tests.analytics.conditions.cast import AT, PARAMETERS, parse

from tongxin.analytics.conditions.explaining import explain_condition
from tongxin.analytics.conditions.sentences import write_clause

ROW = {
    "worker": 1,
    "worker.employed": True,
    "worker.grade": "junior",
    "worker.wage": 266049,
    "organisation.county": "330109",
}


def explain(text, row=ROW, trainings=()):
    related = {"trainings": list(trainings)}
    return explain_condition(parse(text), row, at=AT, related=related, parameters=PARAMETERS)


def test_a_condition_is_explained_clause_by_clause_in_order():
    text = "worker.employed && (worker.grade >= grade('senior') || worker.jobs > 1) && !has(worker.born)"

    why = explain(text)

    assert why.answer is None
    assert [(each.text, each.answer) for each in why.children] == [
        ("worker.employed", True),
        ("worker.grade >= grade('senior') || worker.jobs > 1", None),
        ("!has(worker.born)", True),
    ]
    assert [
        (each.answer, each.values[0].name, each.values[0].value) for each in why.children[1].children
    ] == [
        (False, "worker.grade", "junior"),
        (None, "worker.jobs", None),
    ]


def test_values_are_given_as_people_read_them():
    why = explain("worker.wage >= parameter('minimum_wage', organisation.county) || at < date('2026-01-01')")

    assert [(used.name, used.value) for clause in why.children for used in clause.values] == [
        ("worker.wage", Fraction(266049, 100)),
        ("minimum_wage", Fraction(26605, 10)),
        ("organisation.county", "330109"),
        ("at", AT),
    ]


def test_each_fact_is_explained_on_its_own():
    trainings = [
        {"worker": 1, "on": date(2026, 1, 5), "training.hours": 480},
        {"worker": 1, "on": date(2026, 2, 5)},
        {"worker": 1, "on": date(2026, 12, 5), "training.hours": 480},
    ]

    why = explain("worker.trainings.all(t, t.hours >= 8.0)", trainings=trainings)

    assert why.answer is None
    assert [(each.fact_on, each.answer, each.values[0].value) for each in why.children] == [
        (date(2026, 1, 5), True, Fraction(8)),
        (date(2026, 2, 5), None, None),
    ]


def test_a_choice_shows_its_test_and_both_ways():
    why = explain("worker.employed ? worker.grade == 'junior' : false")

    assert [(each.text, each.answer) for each in why.children] == [
        ("worker.employed", True),
        ("worker.grade == 'junior'", True),
        ("false", False),
    ]


def test_facts_inside_a_comparison_are_not_values_of_the_row():
    why = explain("worker.trainings.exists(t, t.passed) == worker.employed")

    assert (why.answer, [used.name for used in why.values]) == (False, ["worker.employed"])


def test_a_clause_of_an_explanation_can_be_written_out():
    condition = parse("worker.employed && worker.grade >= grade('senior')")

    why = explain_condition(condition, ROW)

    assert (
        write_clause(why.children[1].expression, condition, "en") == "skill grade is at least Senior worker"
    )


def test_true_and_false_keep_their_place_in_the_text():
    # cel-python's own lexer forgets the place of these two words.
    why = explain("true && worker.employed || worker.grade == 'junior' && false")

    assert [(each.text, each.answer) for each in why.children] == [
        ("true && worker.employed", True),
        ("worker.grade == 'junior' && false", False),
    ]
