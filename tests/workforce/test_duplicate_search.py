from __future__ import annotations

from datetime import date

import pytest
from tests.cast import Cast
from tests.workforce.people import identity_number
from tests.workforce.two_entries import NUMBER, enter

from tongxin.audit.models import LogEntry
from tongxin.jobs.models import Job
from tongxin.workforce.duplicate_actions import call_different
from tongxin.workforce.duplicate_search import search_duplicates, start_search
from tongxin.workforce.duplicate_words import REASONS
from tongxin.workforce.models import DuplicatePair, Worker


def search() -> dict[str, int]:
    return search_duplicates(actor=None, progress=lambda _stage, _percent: None)


@pytest.fixture
def resident(cast: Cast) -> Worker:
    return enter(cast.alpha, NUMBER, document_type="resident_id", phone="13812345678")


def test_the_fifteen_digits_of_an_old_card_are_found_to_be_the_same_number(cast: Cast, resident):
    old = enter(cast.beta, NUMBER[:6] + NUMBER[8:17])

    search()

    found = DuplicatePair.objects.get()
    assert (found.left, found.right) == (resident, old)
    assert found.evidence["document"] == "same"


def test_another_document_with_a_name_that_sounds_alike_is_found(cast: Cast, resident):
    enter(cast.beta, "E12345678", name="李健国", phone="13812345678")

    search()

    assert DuplicatePair.objects.get().evidence == {
        "document": "other",
        "name": "sound",
        "birth_date": "same",
        "sex": "same",
        "phone": "same",
    }


def test_two_people_with_correct_numbers_are_not_proposed_whatever_they_share(cast: Cast, resident):
    """Twins: the same surname, birth date and phone, and numbers that differ in the sequence."""
    twin = identity_number("33010919900101125")
    enter(cast.alpha, twin, document_type="resident_id", name="李建华", phone="13812345678")

    assert search()["added"] == 0


def test_a_pair_called_different_is_never_proposed_again(cast: Cast, resident):
    enter(cast.beta, "E12345678", phone="13812345678")
    search()
    call_different(DuplicatePair.objects.get(), actor=None)

    search()

    assert DuplicatePair.objects.get().state == "different"


def test_a_pair_that_no_longer_agrees_goes_unless_it_was_decided(cast: Cast, resident):
    other = enter(cast.beta, "E12345678", phone="13812345678")
    search()
    Worker.objects.filter(pk=other.pk).update(name="王芳", sex="female", born_on=date(1970, 5, 5))

    counts = search()

    assert counts["gone"] == 1
    assert not DuplicatePair.objects.exists()
    assert LogEntry.objects.filter(action="workers.duplicates_searched").count() == 2


def test_searching_twice_changes_nothing(cast: Cast, resident):
    enter(cast.beta, "E12345678", phone="13812345678")
    search()
    before = list(DuplicatePair.objects.values_list())

    assert search()["added"] == 0
    assert list(DuplicatePair.objects.values_list()) == before


def test_nobody_to_compare_is_no_failure(cast: Cast):
    assert search() == {"people": 0, "added": 0, "open": 0, "gone": 0}


def test_a_second_search_waits_for_the_first(cast: Cast, monkeypatch):
    running = Job.objects.create(kind="duplicates", argument=1, state=Job.State.RUNNING)

    assert start_search(actor=cast.reviewer_of_xiaoshan) == running


def test_every_level_of_evidence_has_its_words():
    from tongxin.analytics.linkage.evidence import COMPARISONS

    assert {(each.name, level.name) for each in COMPARISONS for level in each.levels} == set(REASONS)
