from __future__ import annotations

from datetime import date

from tests.cast import Cast

from tongxin.organisations.access import Action, actions_of, home_unit_of, keep_visible, may
from tongxin.organisations.models import RoleGrant
from tongxin.organisations.once import reading
from tongxin.organisations.queries import get_programme


def test_the_roles_of_a_reader_are_looked_up_once_for_a_page(cast: Cast, django_assert_num_queries):
    user = cast.viewer_of_xiaoshan

    with django_assert_num_queries(1), reading():
        assert may(user, Action.SEE_FIGURES, cast.alpha)
        assert not may(user, Action.CHANGE_TREE, cast.alpha)
        assert Action.SEE_FIGURES in actions_of(user)
        assert keep_visible(user, [cast.alpha, cast.gamma], Action.SEE_FIGURES) == [cast.alpha]
        assert home_unit_of(user, Action.SEE_FIGURES) == cast.xiaoshan


def test_the_next_page_sees_what_changed_meanwhile(cast: Cast):
    user = cast.viewer_of_xiaoshan
    with reading():
        assert may(user, Action.SEE_FIGURES, cast.alpha)

    RoleGrant.objects.filter(user=user).update(valid_to=date(2020, 1, 1))

    with reading():
        assert not may(user, Action.SEE_FIGURES, cast.alpha)


def test_one_reader_s_roles_are_not_another_s(cast: Cast):
    with reading():
        assert may(cast.viewer_of_xiaoshan, Action.SEE_FIGURES, cast.alpha)
        assert not may(cast.stranger, Action.SEE_FIGURES, cast.alpha)


def test_a_page_within_a_page_looks_no_further(cast: Cast, django_assert_num_queries):
    user = cast.viewer_of_xiaoshan

    with django_assert_num_queries(2), reading():
        assert may(user, Action.SEE_FIGURES, cast.alpha)
        get_programme()
        with reading():
            assert may(user, Action.SEE_FIGURES, cast.alpha)
            get_programme()
        get_programme()
