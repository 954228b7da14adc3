"""The page `docs/definitions.md` says what is true: its examples and its tables."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
from tests.analytics.conditions.cast import AT, parse

from tongxin.analytics.conditions.errors import ConditionError
from tongxin.analytics.conditions.functions import FUNCTIONS, MACROS

PAGE = (Path(__file__).parents[3] / "docs" / "definitions.md").read_text(encoding="utf-8")
ANSWERS = {"yes": True, "no": False, "cannot tell": None}


def examples(language):
    blocks = re.findall(rf"```{language}\n(.*?)```", PAGE, flags=re.DOTALL)
    return [line for line in itertools.chain(*(block.splitlines() for block in blocks)) if line.strip()]


def table_below(heading):
    lines = PAGE[PAGE.index(heading) :].splitlines()
    body = itertools.takewhile(lambda line: line.startswith("|"), lines[2:])
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in body]


@pytest.mark.parametrize("text", examples("cel"))
def test_an_example_of_the_page_is_in_the_subset(text):
    assert parse(text).text == text


@pytest.mark.parametrize("line", examples("cel-refused"))
def test_a_refused_example_of_the_page_is_refused_in_these_words(line):
    text, message = line.split(" // ")

    with pytest.raises(ConditionError) as refusal:
        parse(text)

    assert str(refusal.value) == message


@pytest.mark.parametrize("name", [*FUNCTIONS, *MACROS])
def test_the_page_shows_every_declared_function(name):
    assert any(f"{name}(" in example for example in examples("cel"))


@pytest.mark.parametrize("declared", [*FUNCTIONS.values(), *MACROS.values()], ids=lambda each: each.call)
def test_a_declared_function_is_called_as_it_says(declared):
    name = declared.call.split("(")[0]
    texts = {
        "date": "{} < at",
        "duration": "at - worker.born > {}",
        "grade": "worker.grade == {}",
        "code": "worker.grade == {}",
    }
    texts |= {"parameter": "worker.wage >= {}", "years_between": "{} > 1", "months_between": "{} > 1"}
    texts |= {"double": "{} > 1.0"}

    assert parse(texts.get(name, "{}").format(declared.call))


def test_the_page_has_the_truth_table_of_and_or_not(both):
    table = table_below("| a | b | a && b |")
    rows = [[ANSWERS[cell] for cell in row] for row in table]
    assert len({(a, b) for a, b, *_ in rows}) == 9

    for a, b, conjunction, disjunction, negation in rows:
        row = {"worker.jobs": None if a is None else int(a), "worker.bonus": None if b is None else int(b)}
        assert both("worker.jobs == 1 && worker.bonus == 1.0", row) is conjunction
        assert both("worker.jobs == 1 || worker.bonus == 1.0", row) is disjunction
        assert both("!(worker.jobs == 1)", row) is negation


def test_the_page_has_the_truth_table_of_exists_and_all(both):
    for listed, exists, every in table_below("| answers for the facts |"):
        answers = [] if listed == "(no facts)" else [ANSWERS[each] for each in listed.split(", ")]
        facts = [{"worker": 1, "on": AT, "training.passed": answer} for answer in answers]
        for order in itertools.permutations(facts):
            given = {"trainings": order}
            assert both("worker.trainings.exists(t, t.passed)", {"worker": 1}, **given) is ANSWERS[exists]
            assert both("worker.trainings.all(t, t.passed)", {"worker": 1}, **given) is ANSWERS[every]
