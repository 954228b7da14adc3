"""To whom a message to a unit goes."""

from __future__ import annotations

import pytest
from django.utils import timezone

from tongxin.notices.readers import readers_of
from tongxin.organisations.access import Action
from tongxin.organisations.models import RoleGrant


def test_a_role_for_one_unit_alone_does_not_read_for_those_below(cast):
    RoleGrant.objects.filter(user=cast.office_of_yuhang).update(reach="unit")

    found = readers_of([cast.linping.pk, cast.yuhang.pk], Action.REPORT_PROGRESS, timezone.localdate())

    assert found[cast.yuhang.pk].users == (cast.office_of_yuhang,)
    assert found[cast.linping.pk].users == (cast.office_of_hangzhou,)


@pytest.mark.parametrize("change", [{"is_active": False}, {"must_change_password": True}])
def test_closed_accounts_and_those_without_a_password_of_their_own_read_nothing(cast, change):
    type(cast.office_of_yuhang).objects.filter(pk=cast.office_of_yuhang.pk).update(**change)

    found = readers_of([cast.yuhang.pk], Action.REPORT_PROGRESS, timezone.localdate())

    assert found[cast.yuhang.pk].above == cast.hangzhou
