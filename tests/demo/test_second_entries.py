from __future__ import annotations

import pytest

from tongxin.demo.province import Province, make_province
from tongxin.demo.second_entries import FIRST_COUNTY, MOST, enter_twice


@pytest.fixture(scope="module")
def province() -> Province:
    return make_province(n_workers=20_000, seed=1)


def test_a_few_people_are_entered_twice_and_nothing_that_is_counted_changes(province: Province):
    before = province.people
    after = enter_twice(before, province.facts["employments"], province.enterprises)

    changed = [
        i for i in range(len(before)) if (before.name[i], before.phone[i]) != (after.name[i], after.phone[i])
    ]
    assert len(changed) == MOST
    assert all(before.document_type[i] != "resident_id" for i in changed)
    for name in ("document_type", "document_number", "sex", "born_on", "education"):
        assert (getattr(before, name) == getattr(after, name)).all()


def test_the_demos_reviewer_has_something_to_review(province: Province):
    after = enter_twice(province.people, province.facts["employments"], province.enterprises)

    jobs = province.facts["employments"]
    counties = enumerate(province.enterprises.county, start=1)
    units = [number for number, county in counties if county == FIRST_COUNTY]
    local = set(jobs.filter(jobs["organisation_id"].is_in(units))["worker_id"])
    shared = [i for i, phone in enumerate(after.phone) if phone and (after.phone == phone).sum() > 1]
    assert any(i + 1 in local for i in shared)
