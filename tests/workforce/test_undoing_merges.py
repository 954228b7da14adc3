from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import ValidationError
from tests.cast import Cast
from tests.workforce.two_entries import all_rows, enter, pair_of, train

from tongxin.audit.models import LogEntry
from tongxin.workforce.actions import correct_worker
from tongxin.workforce.employment_actions import change_employment, end_employment, start_employment
from tongxin.workforce.merge_actions import merge_workers, undo_merge
from tongxin.workforce.record_actions import remove_record

pytestmark = pytest.mark.usefixtures("english")


def test_undoing_restores_both_and_puts_the_pair_back(cast: Cast, pair, resident, traveller):
    train(traveller, cast.beta)
    before = all_rows()
    chosen = {"document": traveller.pk, "phone": traveller.pk, "education": traveller.pk}
    made = merge_workers(pair, actor=cast.reviewer_of_xiaoshan, survivor=resident, chosen=chosen)

    undone = undo_merge(made, actor=cast.office_of_xiaoshan)

    assert all_rows() == before
    assert undone.undone_by == cast.office_of_xiaoshan
    pair.refresh_from_db()
    assert pair.state == "open"
    assert LogEntry.objects.filter(action="workers.unmerged").count() == 1
    with pytest.raises(ValidationError, match="undone already"):
        undo_merge(made, actor=None)


def test_what_was_changed_since_goes_back_with_its_row(cast: Cast, pair, resident, traveller):
    made = merge_workers(pair, actor=None, survivor=resident)
    spell = resident.employments.get(organisation=cast.beta)
    change_employment(spell, actor=None, valid_from=date(2025, 1, 1), wage_fen=900_000)
    spell.refresh_from_db()
    end_employment(spell, actor=None, ended_on=date(2025, 6, 30))

    undo_merge(made, actor=None)

    spell = traveller.employments.get()
    assert spell.ended_on == date(2025, 6, 30)
    assert spell.states.count() == 2


def test_what_was_entered_since_keeps_the_merge_until_it_is_removed(cast: Cast, pair, resident):
    made = merge_workers(pair, actor=None, survivor=resident)
    record = train(resident, cast.beta)

    with pytest.raises(ValidationError, match="焊接"):
        undo_merge(made, actor=None)

    remove_record(record, actor=None)
    undo_merge(made, actor=None)
    assert made.merged.employments.count() == 1


def test_an_employment_entered_since_lets_the_merge_stand(cast: Cast, pair, resident):
    made = merge_workers(pair, actor=None, survivor=resident)
    start_employment(
        resident, actor=None, organisation=cast.gamma, started_on=date(2025, 1, 1), form="contract"
    )

    with pytest.raises(ValidationError, match="The merge stands"):
        undo_merge(made, actor=None)


def test_a_chosen_particular_corrected_since_is_corrected_back_first(cast: Cast, pair, resident, traveller):
    made = merge_workers(pair, actor=None, survivor=resident, chosen={"phone": traveller.pk})
    correct_worker(resident, actor=None, phone="13700000000")

    with pytest.raises(ValidationError, match="corrected since"):
        undo_merge(made, actor=None)


def test_merges_are_undone_in_the_reverse_order(cast: Cast, pair, resident, traveller):
    third = enter(
        cast.alpha,
        "H12345678",
        document_type="hk_macao_permit",
        started_on=date(2020, 1, 1),
        ended_on=date(2021, 1, 1),
    )
    before = all_rows()
    first = merge_workers(pair, actor=None, survivor=traveller)
    second = merge_workers(pair_of(traveller, third), actor=None, survivor=third)

    resident.refresh_from_db()
    assert resident.merged_into == third
    with pytest.raises(ValidationError, match="later merge"):
        undo_merge(first, actor=None)

    undo_merge(second, actor=None)
    undo_merge(first, actor=None)
    assert all_rows() == before
