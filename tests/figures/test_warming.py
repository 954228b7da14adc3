from __future__ import annotations

import pytest

from tongxin.config.warming import warm_up
from tongxin.figures import inputs

pytestmark = pytest.mark.django_db


def test_a_home_with_a_release_has_the_tree_of_its_cut_at_hand_from_the_start(world):
    inputs._kept_hierarchy.cache_clear()

    warm_up()

    assert inputs._kept_hierarchy.cache_info().currsize == 1
