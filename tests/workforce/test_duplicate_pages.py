from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.cast import Cast
from tests.workforce.two_entries import NUMBER, enter, pair_of

from tongxin.audit.models import LogEntry
from tongxin.jobs.models import Job
from tongxin.workforce.employment_actions import start_employment
from tongxin.workforce.merge_actions import merge_workers
from tongxin.workforce.models import DuplicatePair, Worker, WorkerMerge

LIST = "/workers/duplicates/"


@pytest.fixture
def pair(resident: Worker, traveller: Worker) -> DuplicatePair:
    evidence = {"document": "other", "name": "same", "birth_date": "same", "sex": "same", "phone": "other"}
    found = pair_of(resident, traveller)
    DuplicatePair.objects.filter(pk=found.pk).update(evidence=evidence)
    return found


def addresses(pair: DuplicatePair) -> list[str]:
    return [f"{LIST}{pair.pk}/", f"{LIST}{pair.pk}/merge/?survivor={pair.left_id}"]


def test_a_reviewer_of_both_sees_the_pair(pair, visit):
    page = visit("reviewer_of_xiaoshan", LIST)

    assert "李建国" in page.text
    assert "almost certainly one person" in page.text


@pytest.mark.parametrize(
    ("user", "expected"),
    [
        ("office_of_province", 200),
        ("office_of_hangzhou", 200),
        ("reviewer_of_xiaoshan", 200),
        ("office_of_yuhang", 404),
        ("reporter_of_alpha", 404),
        ("reporter_of_beta", 404),
        ("viewer_of_xiaoshan", 404),
        ("auditor", 404),
        ("stranger", 404),
    ],
)
def test_only_whoever_answers_for_both_opens_the_pair(pair, visit, user, expected):
    """Parents see it; the sibling county, the enterprise of either one and a stranger do not learn of it."""
    for address in addresses(pair):
        assert visit(user, address).status_code == expected
    found = visit(user, LIST)
    assert (found.status_code, "李建国" in found.text) in {(200, expected == 200), (403, False)}


def test_an_entry_out_of_reach_hides_the_pair_of_a_visible_one(cast: Cast, pair, traveller, visit):
    start_employment(
        traveller, actor=None, organisation=cast.gamma, started_on=date(2025, 1, 1), form="contract"
    )

    assert visit("reviewer_of_xiaoshan", addresses(pair)[0]).status_code == 404
    assert "李建国" not in visit("reviewer_of_xiaoshan", LIST).text
    assert "李建国" in visit("office_of_hangzhou", LIST).text


def test_whoever_may_not_see_the_pair_decides_nothing(pair, visit, resident):
    for user in ("office_of_yuhang", "reporter_of_alpha", "stranger"):
        sent = {"survivor": resident.pk}
        assert visit(user, f"{LIST}{pair.pk}/merge/", sent).status_code == 404
        assert visit(user, f"{LIST}{pair.pk}/judge/", {"verdict": "different"}).status_code == 404
    assert not WorkerMerge.objects.exists()


def test_the_comparison_hides_numbers_and_birth_dates_and_is_in_the_log(pair, visit):
    page = visit("reviewer_of_xiaoshan", addresses(pair)[0]).text

    assert NUMBER not in page
    assert "E12345678" not in page
    assert "1990-01-01" not in page
    assert "138****5678" in page
    assert LogEntry.objects.filter(action="workers.viewed").count() == 2


def test_birth_dates_are_shown_where_no_number_hides_them(cast: Cast, traveller, visit):
    other = enter(cast.alpha, "G12345678", born_on=date(1990, 10, 1))

    page = visit("reviewer_of_xiaoshan", f"{LIST}{pair_of(traveller, other).pk}/").text

    assert "1990-10-01" in page


def test_the_entry_by_the_identity_card_is_offered_with_what_it_lacks(pair, visit, resident, traveller):
    page = visit("reviewer_of_xiaoshan", addresses(pair)[0]).text

    for name, worker in (("survivor", resident), ("document", resident), ("education", traveller)):
        assert f'name="{name}" value="{worker.pk}" checked' in page


def test_merging_is_shown_then_done_then_undone(pair, visit, resident, traveller):
    chosen = {"survivor": resident.pk, "education": traveller.pk}
    shown = visit("reviewer_of_xiaoshan", f"{LIST}{pair.pk}/merge/", **chosen).text
    assert "Employments that go over: 1; records that go over: 0." in shown
    assert "Taken from the other entry: Education." in shown

    done = visit("reviewer_of_xiaoshan", f"{LIST}{pair.pk}/merge/", chosen, follow=True)

    assert done.redirect_chain[-1][0] == f"/workers/{resident.pk}/"
    made = WorkerMerge.objects.get()
    assert "Undo" in visit("reviewer_of_xiaoshan", LIST).text
    assert visit("office_of_yuhang", f"/workers/merges/{made.pk}/undo/").status_code == 404
    assert visit("reviewer_of_xiaoshan", f"/workers/merges/{made.pk}/undo/").status_code == 200
    visit("reviewer_of_xiaoshan", f"/workers/merges/{made.pk}/undo/", {})
    traveller.refresh_from_db()
    assert traveller.merged_into is None


def test_what_must_be_settled_first_is_said_before_anything_is_sent(cast: Cast, resident, visit):
    other = enter(cast.alpha, "E12345678", started_on=date(2025, 1, 1), born_on=date(1990, 10, 1))
    pair = pair_of(resident, other)

    page = visit("reviewer_of_xiaoshan", f"{LIST}{pair.pk}/merge/", survivor=resident.pk, born_on=other.pk)

    assert "two employments that overlap" in page.text
    assert "The number says" in page.text


def test_two_called_different_are_listed_so_and_can_be_reviewed_again(pair, visit):
    visit("reviewer_of_xiaoshan", f"{LIST}{pair.pk}/judge/", {"verdict": "different"})
    pair.refresh_from_db()
    assert pair.state == "different"
    assert "Review again" in visit("reviewer_of_xiaoshan", LIST).text

    visit("reviewer_of_xiaoshan", f"{LIST}{pair.pk}/judge/", {"verdict": "again"})

    pair.refresh_from_db()
    assert pair.state == "open"


def test_an_old_address_and_number_lead_to_the_person(cast: Cast, pair, visit, resident, traveller):
    merge_workers(pair, actor=None, survivor=resident)

    assert visit("reporter_of_beta", f"/workers/{traveller.pk}/").url == f"/workers/{resident.pk}/"
    assert visit("office_of_yuhang", f"/workers/{traveller.pk}/").status_code == 404
    found = visit("reporter_of_alpha", "/workers/find/", {"number": "E12345678"})
    assert found.url == f"/workers/{resident.pk}/"
    hidden = visit("office_of_yuhang", "/workers/find/", {"number": "E12345678"})
    assert hidden.url == "/workers/"


def test_a_search_is_started_once_by_those_who_review(cast: Cast, visit):
    assert visit("reporter_of_alpha", f"{LIST}search/", {}).status_code == 403
    for _ in range(2):
        assert visit("reviewer_of_xiaoshan", f"{LIST}search/", {}).url == LIST

    assert Job.objects.filter(kind="duplicates").count() <= 2


def test_the_list_asks_as_often_for_many_pairs_as_for_few(cast: Cast, visit, resident):
    def ask() -> int:
        with CaptureQueriesContext(
            connection,
        ) as asked:
            visit("office_of_province", LIST)
        return len(asked)

    for number in range(5):
        pair_of(resident, enter(cast.beta, f"E0000000{number}"))
    few = ask()
    for number in range(20):
        pair_of(resident, enter(cast.beta, f"F000000{number:02}"))
    assert ask() == few
