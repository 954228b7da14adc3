"""The conformance cases that the CEL project publishes, asked of both engines where the subset has them."""

from __future__ import annotations

from collections import Counter
from functools import cache
from pathlib import Path

import ibis
import pytest
import yaml
from tests.analytics.conditions.conforming import ask
from tests.analytics.conditions.published import OUTSIDE, find_outside, read_cases
from tests.analytics.conditions.test_definitions_page import PAGE, table_below

DIFFERENCES = yaml.safe_load(Path(__file__).with_name("differences.yaml").read_text(encoding="utf-8"))
LISTED = {key: group for group in DIFFERENCES for key in group["cases"]}
FILES = [
    *("basic", "bindings_ext", "block_ext", "comparisons", "conversions", "dynamic", "encoders_ext", "enums"),
    *("fields", "fp_math", "integer_math", "lists", "logic", "macros", "macros2", "math_ext", "namespace"),
    *("optionals", "parse", "plumbing", "proto2", "proto2_ext", "proto3", "string", "string_ext"),
    *("timestamps", "type_deductions", "wrappers"),
]


@cache
def judged():
    """Return by case the rule that puts it outside of the subset, None for the others."""
    return {case.key: find_outside(case) for case in read_cases()}


@cache
def outcomes():
    """Return what both engines say of each case in the subset."""
    connection = ibis.duckdb.connect()
    return {case.key: ask(case, connection) for case in read_cases() if judged()[case.key] is None}


def count(rows):
    """Return the numbers of a table of the page, the total at its end."""
    return {row[0].replace("\\|", "|"): [int(cell.replace(",", "")) for cell in row[1:]] for row in rows}


def with_total(counts):
    """Return rows with one of their sums."""
    return counts | {"all": [sum(column) for column in zip(*counts.values(), strict=True)]}


def test_every_published_file_is_read():
    assert sorted({case.file for case in read_cases()}) == FILES
    assert len(judged()) == len(read_cases())


@pytest.mark.parametrize("file", FILES)
def test_a_covered_case_has_the_published_answer_or_is_listed_as_different(file):
    here = {key: outcome for key, outcome in outcomes().items() if key.split("/")[0] == file}

    assert {key: outcome.differing for key, outcome in here.items() if outcome.differing} == {}
    different = {key: outcome.says for key, outcome in here.items() if not outcome.is_published}
    assert set(different) == {key for key in LISTED if key.split("/")[0] == file}
    assert {key: says for key, says in different.items() if LISTED[key]["says"] not in says} == {}


def test_a_difference_is_a_refusal_and_never_another_answer():
    different = [outcome.says for outcome in outcomes().values() if not outcome.is_published]

    assert different
    assert [says for says in different if not says.startswith("refused: ")] == []


def test_a_difference_is_listed_once():
    keys = [key for group in DIFFERENCES for key in group["cases"]]

    assert sorted(keys) == sorted(LISTED)


def test_the_page_counts_the_cases_of_each_file():
    counts = {file: [0, 0, 0, 0] for file in FILES}
    for key, reason in judged().items():
        column = 3 if reason else 2 if key in LISTED else 1
        counts[key.split("/")[0]][0] += 1
        counts[key.split("/")[0]][column] += 1

    everything = with_total(counts)
    assert count(table_below("| conformance file |")) == everything
    cases, covered, different, _ = everything["all"]
    said = " ".join(PAGE.split())
    assert f"Of {cases:,} cases {covered} are covered, " in said
    assert f"published answer, and {different} differ on purpose" in said


def test_the_page_counts_what_covered_cases_say():
    says = Counter(outcome.says.split(":")[0] for key, outcome in outcomes().items() if outcome.is_published)
    rows = table_below("| CEL publishes | both engines say |")

    assert [row[1] for row in rows] == ["yes", "no", "cannot tell", "refused"]
    assert {row[1]: int(row[2]) for row in rows} == says


def test_the_page_counts_and_explains_the_differences():
    wanted = {group["reason"]: [len(group["cases"])] for group in DIFFERENCES}

    assert count(table_below("| different on purpose |")) == with_total(wanted)


def test_the_page_counts_the_cases_outside_by_rule():
    reasons = Counter(judged().values())
    wanted = with_total({each: [reasons[each]] for each in OUTSIDE})

    assert count(table_below("| outside of the subset |")) == wanted
