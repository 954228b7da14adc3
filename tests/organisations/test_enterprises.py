from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import OPENED, Cast

from tongxin.audit.models import LogEntry
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.actions import create_organisation, describe_enterprise
from tongxin.organisations.models import Organisation
from tongxin.organisations.queries import covers_of, particulars_on
from tongxin.organisations.union_actions import cover_enterprise, uncover_enterprise

DAY = date(2024, 3, 1)
CHANGES = {"on": DAY, "industry": "3311", "ownership": "private", "size": "large"}


@pytest.fixture
def unions(cast: Cast) -> list[Organisation]:
    return [
        create_organisation(
            actor=None,
            code=complete_credit_code(prefix),
            level="union",
            name_zh=f"联合工会{prefix[-1]}",
            parent=cast.chengxiang,
            opened_on=OPENED,
        )
        for prefix in ("81330109MA2CAXT0A", "81330109MA2CAXT0B")
    ]


def test_particulars_hold_from_their_day_and_the_industry_gets_its_letter(cast: Cast) -> None:
    describe_enterprise(cast.alpha, actor=cast.office_of_xiaoshan, **CHANGES)

    assert particulars_on(cast.alpha, date(2024, 2, 29)).size == "medium"
    assert particulars_on(cast.alpha, DAY).size == "large"
    assert particulars_on(cast.alpha, DAY).industry == "C3311"


def test_the_log_names_only_what_changed(cast: Cast) -> None:
    describe_enterprise(cast.alpha, actor=cast.office_of_xiaoshan, **CHANGES)

    entry = LogEntry.objects.filter(action="organisations.described").latest("pk")
    assert entry.changes == {"on": "2024-03-01", "size": ["medium", "large"]}


@pytest.mark.parametrize(
    "wrong", [{"industry": "9999"}, {"ownership": "royal"}, {"size": "huge"}, {"on": date(2014, 1, 1)}]
)
def test_what_the_code_lists_do_not_know_is_refused_at_its_field(cast: Cast, wrong) -> None:
    with pytest.raises(ValidationError) as refusal:
        describe_enterprise(cast.alpha, actor=None, **CHANGES | wrong)
    assert list(refusal.value.error_dict) == list(wrong)


def test_only_an_enterprise_is_described_and_only_by_who_may(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        describe_enterprise(cast.xiaoshan, actor=None, **CHANGES)
    with pytest.raises(PermissionDenied):
        describe_enterprise(cast.alpha, actor=cast.reporter_of_alpha, **CHANGES)
    with pytest.raises(Http404):
        describe_enterprise(cast.alpha, actor=cast.office_of_yuhang, **CHANGES)


def test_a_union_covers_many_enterprises_and_an_enterprise_has_one_at_a_time(cast: Cast, unions) -> None:
    first, second = unions
    for enterprise in (cast.alpha, cast.beta):
        cover_enterprise(enterprise, actor=cast.office_of_xiaoshan, union=first, on=OPENED)

    cover_enterprise(cast.alpha, actor=cast.office_of_xiaoshan, union=second, on=DAY)

    assert {cover.enterprise for cover in covers_of(first) if cover.valid_to is None} == {cast.beta}
    assert [cover.union for cover in covers_of(cast.alpha)] == [second, first]
    assert cast.alpha.covered_by.get(union=first).valid_to == DAY


def test_a_cover_is_ended_once_and_can_be_taken_up_again(cast: Cast, unions) -> None:
    cover_enterprise(cast.alpha, actor=None, union=unions[0], on=OPENED)

    uncover_enterprise(cast.alpha, actor=cast.office_of_xiaoshan, on=DAY)

    assert cast.alpha.covered_by.get().valid_to == DAY
    with pytest.raises(ValidationError):
        uncover_enterprise(cast.alpha, actor=None, on=DAY)
    cover_enterprise(cast.alpha, actor=None, union=unions[0], on=DAY)
    assert cast.alpha.covered_by.count() == 2


def test_a_wrong_pair_or_the_same_union_again_is_refused(cast: Cast, unions) -> None:
    cover_enterprise(cast.alpha, actor=None, union=unions[0], on=OPENED)

    for enterprise, union in ((cast.alpha, cast.beta), (unions[1], unions[0]), (cast.alpha, unions[0])):
        with pytest.raises(ValidationError):
            cover_enterprise(enterprise, actor=None, union=union, on=DAY)
