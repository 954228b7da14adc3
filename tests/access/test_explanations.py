from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied
from tests.cast import Cast
from tests.clients import client_of

from tongxin.organisations.access import Action
from tongxin.organisations.explanations import explain_to

PAGE = "/roles/explain/"


def test_a_yes_names_the_role_that_allows_it(cast: Cast) -> None:
    me = cast.office_of_xiaoshan

    answer = explain_to(me, me, Action.CHANGE_TREE, cast.alpha.code)

    assert answer.decision.allowed
    assert answer.decision.reason == (
        "coordination office at Xiaoshan District (this unit and all below) allows it."
    )
    assert [(step.reaches, step.allows) for step in answer.steps] == [(True, True)]


def test_a_no_tells_a_role_that_does_not_allow_from_no_role_at_all(cast: Cast) -> None:
    me = cast.viewer_of_xiaoshan

    refused = explain_to(me, me, Action.SEE_PEOPLE, "330109")
    outside = explain_to(me, me, Action.SEE_FIGURES, "330110")

    assert refused.decision.reason == "The roles held here (viewer) do not allow it."
    assert outside.decision.reason == "No role is held at this unit or above it with reach to it."
    assert outside.unit is None


def test_a_hidden_unit_and_one_that_does_not_exist_get_the_same_answer(cast: Cast) -> None:
    me = cast.viewer_of_xiaoshan

    assert explain_to(me, me, Action.SEE_UNIT, "330110") == explain_to(me, me, Action.SEE_UNIT, "999999")


def test_others_are_explained_to_who_may_see_roles_there(cast: Cast) -> None:
    answer = explain_to(cast.office_of_xiaoshan, cast.reporter_of_alpha, Action.SEE_PEOPLE, cast.alpha.code)

    assert answer.decision.allowed
    for asker, code in ((cast.viewer_of_xiaoshan, "330109"), (cast.office_of_xiaoshan, "330110")):
        with pytest.raises(PermissionDenied):
            explain_to(asker, cast.reporter_of_alpha, Action.SEE_PEOPLE, code)


def test_roles_of_others_outside_the_askers_reach_stay_hidden(cast: Cast) -> None:
    answer = explain_to(cast.office_of_xiaoshan, cast.office_of_yuhang, Action.SEE_UNIT, "330109")

    assert not answer.decision.allowed
    assert answer.steps == []


@pytest.mark.parametrize(
    ("changes", "word"), [({"is_active": False}, "deactivated"), ({"must_change_password": True}, "one-time")]
)
def test_a_closed_or_unused_account_is_given_as_the_reason(cast: Cast, changes, word: str) -> None:
    user = cast.reporter_of_alpha
    for name, value in changes.items():
        setattr(user, name, value)

    answer = explain_to(cast.office_of_xiaoshan, user, Action.SEE_PEOPLE, cast.alpha.code)

    assert not answer.decision.allowed
    assert word in answer.decision.reason


def test_the_page_answers_everybody_about_themselves(cast: Cast) -> None:
    client = client_of(cast.stranger)

    page = client.get(PAGE, {"action": "see_unit", "unit": "330109"})

    assert page.status_code == 200
    assert "No role is held at this unit" in page.content.decode()
    assert 'name="user"' not in page.content.decode()


def test_the_page_explains_others_to_an_office(cast: Cast) -> None:
    asked = {"user": "reporter_of_alpha", "action": "change_people", "unit": cast.alpha.code}

    page = client_of(cast.office_of_xiaoshan).get(PAGE, asked)
    outside = client_of(cast.office_of_yuhang).get(PAGE, asked)

    assert "allows it." in page.content.decode()
    assert outside.status_code == 403
