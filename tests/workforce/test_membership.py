from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from tests.cast import Cast

from tongxin.workforce.membership_actions import ALLOWED, NOT_YET, change_membership, join_union, states_after
from tongxin.workforce.models import Membership, Worker

JOINED = date(2024, 5, 1)
STATES = ("registered", "retained", "transferred", "withdrawn", "expelled")
# From the union's own rules on membership: who is on the rolls may be kept on them, transferred, leave or be
# expelled; who left or was transferred may join again; who was expelled may not.
MAY_FOLLOW = {
    NOT_YET: {"registered"},
    "registered": {"retained", "transferred", "withdrawn", "expelled"},
    "retained": {"registered", "transferred", "withdrawn", "expelled"},
    "transferred": {"registered"},
    "withdrawn": {"registered"},
    "expelled": set(),
}


def bring_to(worker: Worker, cast: Cast, state: str) -> None:
    if state != NOT_YET:
        join_union(worker, actor=None, organisation=cast.alpha, on=JOINED)
    if state not in {NOT_YET, "registered"}:
        change_membership(
            worker, actor=None, organisation=cast.alpha, state=state, on=JOINED + timedelta(days=30)
        )


@pytest.mark.parametrize("before", MAY_FOLLOW)
@pytest.mark.parametrize("after", STATES)
def test_only_what_follows_is_accepted(cast: Cast, li: Worker, before, after):
    bring_to(li, cast, before)
    on = JOINED + timedelta(days=60)
    given = {"actor": cast.reporter_of_alpha, "organisation": cast.alpha, "state": after, "on": on}

    if after in MAY_FOLLOW[before]:
        assert change_membership(li, **given).state == after
        assert Membership.objects.filter(worker=li, valid_to=None).get().state == after
    else:
        with pytest.raises(ValidationError) as refusal:
            change_membership(li, **given)
        assert "state" in refusal.value.message_dict


def test_the_table_names_every_state_of_the_list():
    assert set(ALLOWED) == {NOT_YET, *STATES}
    assert states_after("withdrawn") == ["registered"]


def test_a_state_ends_on_the_day_the_next_begins(cast: Cast, li: Worker):
    join_union(li, actor=cast.reporter_of_alpha, organisation=cast.alpha, on=JOINED)
    change_membership(li, actor=None, organisation=cast.alpha, state="retained", on=date(2025, 5, 1))

    first, second = Membership.objects.order_by("valid_from")
    assert (first.valid_to, second.valid_from, second.valid_to) == (date(2025, 5, 1), date(2025, 5, 1), None)


@pytest.mark.parametrize("day", [JOINED, JOINED - timedelta(days=1)])
def test_a_state_cannot_begin_before_the_present_one(cast: Cast, li: Worker, day):
    join_union(li, actor=None, organisation=cast.alpha, on=JOINED)

    with pytest.raises(ValidationError) as refusal:
        change_membership(li, actor=None, organisation=cast.alpha, state="retained", on=day)

    assert "on" in refusal.value.message_dict


@pytest.mark.parametrize("day", [date(2024, 2, 29), date(2999, 1, 1)])
def test_nobody_joins_on_a_day_they_did_not_work(cast: Cast, li: Worker, day):
    with pytest.raises(ValidationError):
        join_union(li, actor=None, organisation=cast.alpha, on=day)


def test_membership_is_kept_by_the_own_unit_alone(cast: Cast, li: Worker):
    with pytest.raises(Http404):
        join_union(li, actor=cast.reporter_of_beta, organisation=cast.alpha, on=JOINED)
    with pytest.raises(PermissionDenied):
        join_union(li, actor=cast.reviewer_of_xiaoshan, organisation=cast.alpha, on=JOINED)
    with pytest.raises(ValidationError):
        join_union(li, actor=cast.reporter_of_beta, organisation=cast.beta, on=JOINED)


def test_two_states_at_once_meet_the_trigger(cast: Cast, li: Worker):
    join_union(li, actor=None, organisation=cast.alpha, on=JOINED)

    with pytest.raises(IntegrityError, match="membership_overlaps"), transaction.atomic():
        Membership.objects.create(
            worker=li,
            organisation=cast.alpha,
            state="retained",
            valid_from=date(2024, 1, 1),
            valid_to=date(2024, 5, 2),
        )
