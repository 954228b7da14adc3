"""Drawn memberships: each group's figures equal what its members' facts say, counted in plain Python."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from django.db import transaction
from tests.cast import OPENED
from tests.figures.group_world import CODES, found_group
from tests.figures.world import World

from tongxin.analytics.figure_store import Figure
from tongxin.codes.periods import Period
from tongxin.figures.compute import build_release
from tongxin.figures.queries import Release
from tongxin.figures.selection import figure_at
from tongxin.organisations.company_group_actions import join_group, leave_group
from tongxin.organisations.models import Organisation
from tongxin.workforce.models import Employment, Training

pytestmark = pytest.mark.django_db
QUARTERS = [Period.parse(text) for text in ("2024Q2", "2025Q1", "2026Q2", "2026Q3")]
YEAR = [Period.parse(f"{year}Q{number}") for year in (2023, 2024, 2025, 2026) for number in (1, 2, 3, 4)]
Spells = dict[Organisation, list[tuple[date, Organisation | None]]]
Drawn = tuple[Release, Spells, list[Organisation]]


@pytest.fixture
def drawn(world: World, request: pytest.FixtureRequest) -> Iterator[Drawn]:
    """Let each enterprise join and leave groups on drawn days; everything is taken back afterwards."""
    rng, cast = random.Random(request.param), world.cast  # noqa: S311
    with transaction.atomic():
        groups = [found_group(name, cast.province) for name in CODES]
        spells: Spells = {}
        for group in groups[1:]:
            if rng.random() < 0.6:
                join_group(group, actor=None, group=groups[0], on=OPENED)
                spells[group] = [(OPENED, groups[0])]
        for unit in (cast.alpha, cast.beta, cast.gamma):
            spells[unit] = _join_and_leave(rng, unit, groups)
        yield build_release(actor=None), spells, groups
        transaction.set_rollback(True)


def _join_and_leave(
    rng: random.Random, unit: Organisation, groups: list[Organisation]
) -> list[tuple[date, Organisation | None]]:
    found: list[tuple[date, Organisation | None]] = []
    day, now = date(2023, 12, 1), None
    for _step in range(rng.randint(0, 4)):
        day += timedelta(days=rng.randint(1, 400))
        going = rng.choice([each for each in (*groups, None) if each != now])
        if day > date(2026, 9, 30):
            break
        if going is None:
            leave_group(unit, actor=None, on=day)
        else:
            join_group(unit, actor=None, group=going, on=day)
        found.append((day, going))
        now = going
    return found


def members_on(spells: Spells, group: Organisation, day: date) -> set[int]:
    """Return the enterprises in a group on a day, through smaller groups too."""
    found: set[int] = set()
    for unit, steps in spells.items():
        held = [at for begun, at in steps if begun <= day]
        if held and held[-1] == group:
            found |= {unit.pk} | members_on(spells, unit, day)
    return found


def heads(members: set[int], day: date) -> set[int]:
    return {
        job.worker_id
        for job in Employment.objects.all()
        if job.organisation_id in members
        and job.started_on <= day
        and (job.ended_on is None or job.ended_on >= day)
    }


def trained(members: set[int], first: date, last: date) -> set[int]:
    return {
        each.worker_id
        for each in Training.objects.all()
        if each.organisation_id in members and first <= each.on <= last and (each.minutes or 0) >= 8 * 60
    }


def read(release: Release, code: str, group: Organisation, period: Period, by_now: date | None) -> Figure:
    return figure_at(release, code, at=group, period=period, user=None, as_of=by_now).figure


@pytest.mark.parametrize("drawn", [1, 2, 3, 4], indirect=True)
def test_each_figure_of_a_group_is_what_its_members_facts_say(drawn: Drawn):
    release, spells, groups = drawn

    for group in groups:
        for period in QUARTERS:
            members = members_on(spells, group, period.last_day)
            window = YEAR[YEAR.index(period) - 3]
            people = heads(members, period.last_day)
            reach = read(release, "training_reach", group, period, None)
            assert read(release, "headcount", group, period, None).value == len(people)
            assert (reach.numerator, reach.denominator) == (
                len(trained(members, window.first_day, period.last_day)),
                len(people),
            )


@pytest.mark.parametrize("drawn", [5], indirect=True)
def test_under_a_lens_it_is_what_the_members_of_that_day_say(drawn: Drawn):
    release, spells, groups = drawn
    day = date(2025, 6, 30)

    for group in groups:
        for period in QUARTERS:
            wanted = len(heads(members_on(spells, group, day), period.last_day))
            assert read(release, "headcount", group, period, day).value == wanted
