from __future__ import annotations

import pytest

from tongxin.config.warming import warm_up
from tongxin.figures import inputs, queries

pytestmark = pytest.mark.django_db


def test_a_home_with_a_release_has_it_at_hand_from_the_start_and_no_engine(world):
    inputs._kept_hierarchy.cache_clear()

    warm_up()

    release = queries.read_release()
    assert release is queries.read_release()
    assert release.store.trees
    assert inputs._kept_hierarchy.cache_info().currsize == 0
