"""Six difficulties, each in a world of its own with figures counted by hand, and all in random worlds."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from tests.analytics.named_worlds import NAMED
from tests.analytics.small_worlds import World, small_worlds
from tests.analytics.test_figures_equal_their_facts import both_ways, computed_figures, expected_figures

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")


@both_ways
@pytest.mark.parametrize("name", NAMED)
def test_every_figure_of_a_named_world_equals_its_facts(name: str, *, is_native: bool):
    named = NAMED[name]()

    computed = computed_figures(named.world, is_native=is_native)

    found = {place: computed[place][:2] for place in named.by_hand}
    assert found == {place: (one, other or 0) for place, (one, other) in named.by_hand.items()}
    assert computed == expected_figures(named.world)


@pytest.mark.parametrize("name", NAMED)
def test_a_named_world_has_what_it_is_named_for(name: str):
    named = NAMED[name]()

    assert named.is_met(named.world)


def test_random_worlds_have_each_of_the_difficulties():
    tests = {name: named().is_met for name, named in NAMED.items()}
    met: dict[str, int] = dict.fromkeys(tests, 0)

    @seed(1)
    @settings(
        max_examples=400, phases=[Phase.generate], database=None, suppress_health_check=list(HealthCheck)
    )
    @given(small_worlds())
    def draw(world: World) -> None:
        for name, is_met in tests.items():
            met[name] += is_met(world)

    draw()

    assert min(met.values()) >= 10, met
