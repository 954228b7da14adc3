"""Figures against hand-written SQL over the registry's own tables, which knows nothing of the engine."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from django.db import connection
from tests.figures.stored import file_of
from tests.figures.world import World

from tongxin.codes.periods import Period
from tongxin.figures.compute import build_release
from tongxin.figures.queries import current_release_id, read_release
from tongxin.figures.selection import Question, answer
from tongxin.figures.verifying import verify_release
from tongxin.organisations.models import Organisation

pytestmark = pytest.mark.django_db
QUARTER = Period.parse("2026Q3")
AS_OF = (None, date(2026, 9, 30), date(2026, 6, 30))
DAY, WINDOW_BEGINS = "2026-09-30", "2025-10-01"

TREE = """
WITH RECURSIVE tree(root, node) AS (
    SELECT p.organisation_id, p.organisation_id FROM organisations_placement p
    WHERE p.hierarchy = 'administrative' AND p.valid_from <= %(day)s
      AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
    UNION ALL
    SELECT tree.root, p.organisation_id FROM tree
    JOIN organisations_placement p ON p.parent_id = tree.node
    WHERE p.hierarchy = 'administrative' AND p.valid_from <= %(day)s
      AND (p.valid_to IS NULL OR p.valid_to > %(day)s)
)
"""
EMPLOYED = """
    JOIN workforce_employment e ON e.organisation_id = tree.node AND e.started_on <= %(day)s
     AND (e.ended_on IS NULL OR e.ended_on >= %(day)s)
"""
GRADED = """
    JOIN workforce_certificate c ON c.worker_id = e.worker_id AND c.held_from <= %(day)s
     AND (c.held_to IS NULL OR c.held_to > %(day)s)
"""
HEADCOUNT = TREE + "SELECT tree.root, COUNT(DISTINCT e.worker_id) FROM tree" + EMPLOYED + "GROUP BY tree.root"
SKILLED = (
    TREE
    + "SELECT tree.root, COUNT(DISTINCT e.worker_id) FROM tree"
    + EMPLOYED
    + GRADED
    + "GROUP BY tree.root"
)
HIGHLY = (
    TREE
    + "SELECT tree.root, COUNT(DISTINCT e.worker_id) FROM tree"
    + EMPLOYED
    + GRADED
    + "WHERE c.grade IN ('senior', 'technician', 'senior_technician') GROUP BY tree.root"
)
TRAINED = (
    TREE
    + """SELECT tree.root, COUNT(DISTINCT t.worker_id) FROM tree
    JOIN workforce_training t ON t.organisation_id = tree.node AND t.minutes >= 480
     AND t."on" BETWEEN %(begin)s AND %(day)s GROUP BY tree.root"""
)


def count_by_unit(sql: str) -> dict[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"day": DAY, "begin": WINDOW_BEGINS})
        found = dict(cursor.fetchall())
    return {pk: found.get(pk, 0) for pk in Organisation.objects.values_list("pk", flat=True)}


def figures_of(world: World, code: str) -> dict[int, tuple[int | None, int | None]]:
    found = {}
    for unit in Organisation.objects.all():
        question = Question((code,), unit, None, (QUARTER,))
        figure = answer(world.release, question, user=None)[0].figure
        found[unit.pk] = (figure.numerator, figure.denominator)
    return found


def test_the_headcount_of_every_unit_is_that_of_the_registry(world: World):
    expected = count_by_unit(HEADCOUNT)

    assert {pk: one for pk, (one, _) in figures_of(world, "headcount").items()} == expected


def test_a_person_employed_in_two_counties_counts_in_each_and_once_in_the_city(world: World):
    found = figures_of(world, "headcount")
    cast = world.cast

    # Counted by hand: Li, Wang and Zhou in Xiaoshan; Wang and Zhao in Yuhang; together four people.
    assert found[cast.xiaoshan.pk][0] == 3
    assert found[cast.yuhang.pk][0] == 2
    assert found[cast.hangzhou.pk][0] == 4
    assert found[cast.haishu.pk][0] == 0


def test_both_parts_of_the_skilled_share_are_those_of_the_registry(world: World):
    numerators, denominators = count_by_unit(HIGHLY), count_by_unit(SKILLED)

    assert figures_of(world, "skilled_share") == {pk: (numerators[pk], denominators[pk]) for pk in numerators}


def test_training_reach_counts_people_of_the_window_over_people_of_the_day(world: World):
    numerators, denominators = count_by_unit(TRAINED), count_by_unit(HEADCOUNT)

    found = figures_of(world, "training_reach")

    assert found == {pk: (numerators[pk], denominators[pk]) for pk in numerators}
    # By hand: Li and Wang in Xiaoshan; Wang and Qian, who has left since, in Yuhang; three in the city.
    assert [found[unit.pk][0] for unit in (world.cast.xiaoshan, world.cast.yuhang, world.cast.hangzhou)] == [
        2,
        2,
        3,
    ]


def test_a_training_of_unknown_length_stands_beside_the_figure(world: World):
    question = Question(("training_reach",), world.cast.xiaoshan, None, (QUARTER,))

    figure = answer(world.release, question, user=None)[0].figure

    assert figure.undetermined == 1
    assert figure.completeness is not None
    assert figure.completeness < 1


def test_a_wage_that_is_not_known_lowers_the_completeness_of_the_mean(world: World):
    question = Question(("average_wage",), world.cast.alpha, None, (QUARTER,))

    figure = answer(world.release, question, user=None)[0].figure

    # (8000.00 + 9000.50) / 2; Zhou's wage is not known.
    assert figure.value == 8500.25
    assert figure.undetermined == 1


def test_reported_values_are_divided_and_units_that_did_not_report_are_counted(world: World):
    question = Question(("sales_per_head",), world.cast.hangzhou, None, (QUARTER,))

    figure = answer(world.release, question, user=None)[0].figure

    assert figure.value == 123456.75
    assert (figure.reporting, figure.expected) == (1, 3)


def test_a_release_agrees_with_itself_until_a_file_is_tampered_with(world: World):
    assert verify_release(actor=None).agrees

    path, column = file_of(world.release.folder / "figures", "headcount")
    whole = path.read_bytes()
    try:
        pl.read_parquet(path).with_columns(pl.col(column) + 1).write_parquet(path)
        outcome = verify_release(actor=None)
    finally:
        path.write_bytes(whole)

    assert outcome.differing == (path.name,)


def test_the_next_release_is_another_folder_and_becomes_current_as_a_whole(world: World):
    before = {path: path.read_bytes() for path in sorted(world.release.folder.rglob("*")) if path.is_file()}

    built = build_release(actor=world.cast.office_of_province)

    try:
        assert built.id != world.release.id
        assert current_release_id() == built.id == read_release().id
        assert {path: path.read_bytes() for path in before} == before
        assert not list(built.folder.parent.glob(".draft-*"))
    finally:
        (built.folder.parent / "current").write_text(world.release.id, encoding="ascii")


def test_the_tree_of_one_day_can_be_taken_for_all_periods(world: World):
    before, after = Period.parse("2026Q2"), QUARTER
    asked = {
        as_of: Question(("headcount",), world.cast.xiaoshan, None, (before, after), None, as_of)
        for as_of in AS_OF
    }

    values = {
        as_of: [each.figure.value for each in answer(world.release, question, user=None)]
        for as_of, question in asked.items()
    }

    # Beta with its one worker moved away between the two periods.
    assert values == {None: [4, 3], date(2026, 9, 30): [3, 3], date(2026, 6, 30): [4, 4]}
    kept = world.home / "scratch" / "as_of" / world.release.id / "2026-09-30"
    assert (kept / "headcount.json").is_file()
    assert not (world.release.folder / "as_of").exists(), "a release is never added to"
