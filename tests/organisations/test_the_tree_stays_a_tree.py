"""Whatever is merged, split, moved, opened and closed, in whatever order: on every day it is a tree."""

from __future__ import annotations

from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.cast import OPENED, Cast

from tongxin.organisations.actions import create_organisation, move_organisation
from tongxin.organisations.closing_actions import close_organisation
from tongxin.organisations.models import Level, NameSpell, Organisation, Placement
from tongxin.organisations.placing import levels_under
from tongxin.organisations.queries import on_day, tree_on
from tongxin.organisations.rearranging_actions import (
    NewUnit,
    Part,
    merge_organisations,
    split_organisation,
    standing_under,
)

DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(4)]
TOUCHED = (Level.COUNTY, Level.TOWN)
STEPS = st.lists(
    st.tuples(
        st.sampled_from(["merge", "merge anew", "split", "split and close", "move", "open", "close"]),
        st.sampled_from(DAYS),
        *[st.integers(0, 30)] * 3,
    ),
    min_size=1,
    max_size=10,
)


def widen(cast: Cast) -> None:
    for number, (county, code) in enumerate(
        [(cast.xiaoshan, "330109002"), (cast.yuhang, "330110002"), (cast.haishu, "330203001")]
    ):
        create_organisation(
            actor=None, code=code, level="town", name_zh=f"镇{number}", parent=county, opened_on=OPENED
        )


def take(step: tuple, number: int) -> None:
    """Try one change; units are picked by number among all that ever were, so many tries are refused."""
    kind, day, first, second, third = step
    units = list(Organisation.objects.filter(level__in=TOUCHED).order_by("pk"))
    unit = units[first % len(units)]
    same = [each for each in units if each.level == unit.level]
    other, further = same[second % len(same)], same[third % len(same)]
    holders = [each for each in units if unit.level in levels_under(each.level)] or [unit]
    above = holders[second % len(holders)]
    beside = unit.parent or unit
    new = [NewUnit(f"3399{number}{n}001", f"新{number}{n}", beside) for n in range(2)]
    below = standing_under(unit)
    if kind == "merge":
        merge_organisations([unit, other], actor=None, into=further, on=day)
    elif kind == "merge anew":
        merge_organisations([unit, other], actor=None, into=new[0], on=day)
    elif kind.startswith("split"):
        cut = third % len(below) if len(below) > 1 else 1
        parts = [Part(new[0], below[:cut]), Part(new[1] if third % 2 else other, below[cut:])]
        closes = kind == "split and close"
        split_organisation(unit, actor=None, parts=parts if closes else parts[:1], closes=closes, on=day)
    elif kind == "move":
        move_organisation(unit, actor=None, parent=above, on=day)
    elif kind == "open":
        above = units[second % len(units)]
        name = {"level": "town", "name_zh": f"开{number}", "code": f"3398{number:02}001"}
        create_organisation(actor=None, parent=above, opened_on=day, **name)
    else:
        close_organisation(unit, actor=None, on=day, successor=other if third % 2 else None)


def check_day(day: date) -> None:
    alive = {unit.pk: unit for unit in Organisation.objects.alive_on(day)}
    placed = list(Placement.objects.filter(on_day(day)).values_list("organisation_id", "parent_id"))
    named = list(NameSpell.objects.filter(on_day(day)).values_list("organisation_id", flat=True))
    parents = dict(placed)
    assert sorted(pk for pk, _ in placed) == sorted(alive) == sorted(named)
    for pk, parent in parents.items():
        if alive[pk].level == Level.PROVINCE:
            assert parent is None
        else:
            assert parent in alive
            assert alive[pk].level in levels_under(alive[parent].level)
    assert sum(parent is None for parent in parents.values()) == 1
    assert {node.code for node in tree_on(day)} == {unit.code for unit in alive.values()}


def check_paths() -> None:
    for unit in Organisation.objects.filter(closed_on=None).select_related("parent"):
        assert unit.path == f"{unit.parent.path if unit.parent else '/'}{unit.pk}/"
        assert unit.placements.get(valid_to=None).parent == unit.parent


def test_on_every_day_each_unit_stands_under_one_living_unit_and_none_is_lost(cast: Cast) -> None:
    widen(cast)
    enterprises = {cast.alpha.pk, cast.beta.pk, cast.gamma.pk}

    @settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
    @given(STEPS)
    def holds(steps: list[tuple]) -> None:
        with transaction.atomic():
            for number, step in enumerate(steps):
                try:
                    take(step, number)
                    event(f"done: {step[0]}")
                except ValidationError:
                    event(f"refused: {step[0]}")
            for day in [OPENED, DAYS[0] - timedelta(days=1), *DAYS, DAYS[-1] + timedelta(days=1)]:
                check_day(day)
                assert enterprises <= set(Organisation.objects.alive_on(day).values_list("pk", flat=True))
            check_paths()
            transaction.set_rollback(True)

    holds()
