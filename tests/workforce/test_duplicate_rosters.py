from __future__ import annotations

from datetime import date

import pytest
from tests.cast import Cast
from tests.workforce.rosters import LI, codes, outcome, person, receive, send, silent
from tests.workforce.two_entries import enter, pair_of

from tongxin.workforce.merge_actions import merge_workers, undo_merge
from tongxin.workforce.models import Employment, Worker
from tongxin.workforce.roster_actions import apply_roster


@pytest.fixture
def traveller(cast: Cast) -> Worker:
    return enter(cast.beta, "E12345678")


@pytest.fixture
def li(cast: Cast) -> Worker:
    return enter(cast.alpha, LI, document_type="resident_id")


def by_passport(**values: str) -> dict[str, str]:
    return person("E12345678", document_type="护照", sex="男", born_on="1990-01-01", **values)


def test_a_roster_with_the_merged_number_finds_the_survivor(cast: Cast, li, traveller):
    merge_workers(pair_of(li, traveller), actor=None, survivor=li)

    sent = send(cast.beta, by_passport(post="焊工"))

    assert outcome(sent) == (0, 1, 0, 0)
    assert li.employments.get(organisation=cast.beta).states.order_by("valid_from").last().post == "焊工"
    assert Worker.objects.count() == 2
    assert not Employment.objects.filter(worker=traveller).exists()


def test_a_new_employment_by_the_merged_number_is_the_survivors(cast: Cast, li, traveller):
    merge_workers(pair_of(li, traveller), actor=None, survivor=li)

    send(cast.gamma, by_passport(started_on="2025-06-01"))

    assert li.employments.count() == 3


def test_both_numbers_in_one_file_are_one_person_twice(cast: Cast, li, traveller):
    merge_workers(pair_of(li, traveller), actor=None, survivor=li)

    sent = send(cast.gamma, by_passport(started_on="2025-06-01"), person(LI, started_on="2025-07-01"))

    assert {code for _row, _key, code in codes(sent)} == {"employment_overlaps"}
    assert not Employment.objects.filter(organisation=cast.gamma).exists()


@pytest.mark.parametrize("is_undone", [False, True])
def test_a_merge_while_a_roster_is_read_is_taken_into_account(cast: Cast, li, traveller, is_undone):
    pair = pair_of(li, traveller)
    made = merge_workers(pair, actor=None, survivor=li) if is_undone else None
    roster = receive(cast.beta, by_passport(post="焊工"))
    done = []

    def interrupt(stage: str, percent: int) -> None:
        if stage == "store" and not done:
            done.append(
                undo_merge(made, actor=None) if made else merge_workers(pair, actor=None, survivor=li)
            )

    apply_roster(roster.pk, progress=interrupt)

    person_now = traveller if is_undone else li
    spell = Employment.objects.get(organisation=cast.beta)
    assert spell.worker == person_now
    assert spell.states.order_by("valid_from").last().post == "焊工"


def test_a_merge_beside_the_roster_is_seen_only_once(cast: Cast, li, traveller):
    """The same file again changes nothing."""
    merge_workers(pair_of(li, traveller), actor=None, survivor=li)
    roster = receive(cast.beta, by_passport(post="焊工"), effective_on=date(2026, 5, 1))
    apply_roster(roster.pk, progress=silent)

    assert outcome(send(cast.beta, by_passport(post="焊工"))) == (0, 0, 1, 0)
