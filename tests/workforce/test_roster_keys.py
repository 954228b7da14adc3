"""What makes a person, an employment and a row the same, and what a second sending does."""

from __future__ import annotations

from datetime import date

import pytest
from tests.workforce.rosters import LI, MAY, WANG, codes, only_worker, outcome, person, send, silent

from tongxin.audit.models import LogEntry
from tongxin.workforce.identity import open_number, open_phone
from tongxin.workforce.models import (
    Certificate,
    CorrectionProposal,
    Employment,
    EmploymentState,
    Membership,
    RosterChange,
    Worker,
)
from tongxin.workforce.roster_actions import apply_roster

FULL = person(
    phone="138 1234 5678",
    education="大专",
    post="钳工",
    occupation="6-31-01-03",
    grade="高级工",
    certificate_number="Y000033000001243000001",
    issued_on="2024-06-01",
    issuer="萧山鉴定中心",
    is_member="是",
    joined_union_on="2024-04-01",
    monthly_wage="6928.50",
)


def test_a_row_becomes_a_person_an_employment_a_certificate_and_a_membership(cast):
    roster = send(cast.alpha, FULL)

    assert (roster.state, outcome(roster)) == ("applied", (1, 0, 0, 0))
    worker = only_worker()
    assert (worker.name, worker.sex, worker.born_on) == ("李建国", "male", date(1990, 1, 1))
    assert (open_number(worker.document_sealed), open_phone(worker.phone_sealed)) == (LI, "13812345678")
    spell = worker.employments.get()
    assert (spell.organisation, spell.started_on, spell.ended_on) == (cast.alpha, date(2024, 3, 1), None)
    state = spell.states.get()
    assert (state.valid_from, state.post, state.wage_fen) == (date(2024, 3, 1), "钳工", 692850)
    certificate = worker.certificates.get()
    assert (certificate.grade, certificate.held_from) == ("senior", date(2024, 6, 1))
    membership = worker.memberships.get()
    assert (membership.state, membership.valid_from) == ("registered", date(2024, 4, 1))


def test_the_same_file_sent_twice_changes_nothing(cast):
    send(cast.alpha, FULL, person(WANG, "王秀英"))

    again = send(cast.alpha, FULL, person(WANG, "王秀英"))

    assert outcome(again) == (0, 0, 2, 0)
    assert not RosterChange.objects.filter(roster_import=again).exists()
    assert EmploymentState.objects.count() == 2
    assert Certificate.objects.count() == Membership.objects.count() == 1


def test_a_person_is_known_by_document_type_and_number_however_it_is_written(cast):
    send(cast.alpha, person())

    again = send(cast.alpha, person(f"{LI[:6]} {LI[6:14]}-{LI[14:].lower()}"))

    assert outcome(again) == (0, 0, 1, 0)


def test_the_same_number_on_another_kind_of_document_is_another_person(cast):
    send(cast.alpha, person("E12345678", "安娜", document_type="护照", sex="女", born_on="1990-02-03"))

    other = send(
        cast.alpha, person("E12345678", "安娜", document_type="回乡证", sex="女", born_on="1990-02-03")
    )

    assert outcome(other) == (1, 0, 0, 0)
    assert Worker.objects.count() == 2


def test_another_entry_date_is_another_employment(cast):
    send(cast.alpha, person(ended_on="2024-12-31"))

    second = send(cast.alpha, person(ended_on="2024-12-31"), person(started_on="2025-02-01"))

    assert outcome(second) == (1, 0, 1, 0)
    assert Employment.objects.count() == 2


def test_a_person_absent_from_the_file_is_left_alone(cast):
    send(cast.alpha, person(), person(WANG, "王秀英"))

    send(cast.alpha, person(WANG, "王秀英"))

    assert Employment.objects.filter(ended_on=None).count() == 2


def test_the_same_key_twice_in_one_file_is_an_error_in_both_rows(cast):
    roster = send(cast.alpha, person(), person(phone="13812345678"), person(WANG, "王秀英"))

    assert outcome(roster) == (1, 0, 0, 2)
    assert [(row, code) for row, _, code in codes(roster)] == [
        (2, "employment_twice"),
        (3, "employment_twice"),
    ]
    assert only_worker().name == "王秀英"


def test_accepted_rows_stay_and_correcting_the_rejected_one_adds_only_it(cast):
    wrong = person(WANG[:-1] + ("1" if WANG[-1] != "1" else "2"), "王秀英")
    first = send(cast.alpha, person(), wrong)
    assert outcome(first) == (1, 0, 0, 1)

    second = send(cast.alpha, person(), person(WANG, "王秀英"))

    assert outcome(second) == (1, 0, 1, 0)


def test_an_overlap_with_a_registered_employment_is_refused(cast):
    send(cast.alpha, person())

    roster = send(cast.alpha, person(started_on="2025-01-01"))

    assert codes(roster) == [(2, "started_on", "employment_overlaps")]
    assert Employment.objects.count() == 1


def test_an_overlap_is_gone_when_the_same_file_ends_the_earlier_employment(cast):
    send(cast.alpha, person())

    roster = send(cast.alpha, person(ended_on="2024-12-31"), person(started_on="2025-01-01"))

    assert outcome(roster) == (1, 1, 0, 0)


def test_two_rows_of_one_person_agree_on_a_second_sending(cast):
    rows = (
        person(ended_on="2024-12-31", education="高中", grade="初级工", is_member="是"),
        person(started_on="2025-01-01", education="大专", grade="中级工", is_member="否"),
    )
    send(cast.alpha, *rows)

    again = send(cast.alpha, *rows)

    assert outcome(again) == (0, 0, 2, 0)
    assert only_worker().education == "junior_college"


def test_a_dry_run_counts_and_changes_nothing(cast):
    roster = send(cast.alpha, person(), person(WANG, "", education="天才"), is_dry_run=True)

    assert (roster.state, outcome(roster)) == ("checked", (1, 0, 0, 1))
    assert codes(roster)
    assert not Worker.objects.exists()
    assert not RosterChange.objects.exists()


def test_an_import_that_was_applied_is_not_applied_again(cast):
    roster = send(cast.alpha, person())

    again = apply_roster(roster.pk, progress=silent)

    assert outcome(again) == (1, 0, 0, 0)
    assert Employment.objects.count() == 1
    assert LogEntry.objects.filter(action="rosters.imported").count() == 1


def test_one_audit_row_an_import_and_the_changes_of_rows_in_their_own_table(cast):
    roster = send(cast.alpha, person(wage_fen=""), person(WANG, "王秀英"), actor=cast.reporter_of_alpha)
    before = LogEntry.objects.count()

    changed = send(
        cast.alpha, person(monthly_wage="7000"), person(WANG, "王秀英"), actor=cast.reporter_of_alpha
    )

    assert RosterChange.objects.filter(roster_import=roster, outcome="added").count() == 2
    change = RosterChange.objects.get(roster_import=changed)
    assert (change.row, change.outcome, change.fields) == (2, "changed", '{"wage_fen": [null, 700000]}')
    assert LogEntry.objects.count() == before + 1
    entry = LogEntry.objects.order_by("pk").last()
    assert entry is not None
    assert (entry.action, entry.actor_name) == ("rosters.imported", "reporter_of_alpha")
    assert entry.changes == {
        "effective_on": MAY.isoformat(), "rows": 2, "added": 0, "changed": 1, "unchanged": 1, "rejected": 0,
    }  # fmt: skip


@pytest.fixture
def _li_at_beta(cast):
    send(cast.beta, person(education="高中", phone="13812345678"))


@pytest.mark.usefixtures("_li_at_beta")
def test_a_person_known_elsewhere_gets_an_employment_and_a_review_of_what_differs(cast, english):
    roster = send(cast.alpha, person(name="李建华", education="大专"), actor=cast.reporter_of_alpha)

    worker = only_worker()
    assert outcome(roster) == (1, 0, 0, 0)
    assert worker.employments.filter(organisation=cast.alpha).exists()
    assert (worker.name, worker.education) == ("李建国", "senior_secondary")
    proposed = CorrectionProposal.objects.filter(state="open", organisation=cast.alpha, worker=worker)
    assert set(proposed.values_list("field", flat=True)) == {"name", "education"}
    assert codes(roster) == [(2, "", "sent_for_review")]


@pytest.mark.usefixtures("_li_at_beta")
def test_the_sender_is_not_told_where_else_the_person_works(cast):
    from tongxin.workforce.roster_answers import roster_answer

    roster = send(cast.alpha, person(name="李建华"))

    told = str(roster_answer(roster)) + str(list(RosterChange.objects.values_list("fields", flat=True)))
    assert "sent_for_review" in told
    for secret in (cast.beta.name_zh, cast.beta.code, "李建国", "13812345678"):
        assert secret not in told


@pytest.mark.usefixtures("_li_at_beta")
def test_sending_a_proposal_twice_leaves_one(cast):
    send(cast.alpha, person(name="李建华"))

    again = send(cast.alpha, person(name="李建华"))

    assert outcome(again) == (0, 0, 1, 0)
    assert CorrectionProposal.objects.count() == 1


def test_a_person_registered_on_a_page_with_brackets_in_the_number_is_the_same_person(cast):
    from tests.workforce.people import register_worker

    register_worker(
        actor=None,
        organisation=cast.alpha,
        document_type="hk_macao_permit",
        document_number="A123456(7)",
        name="陈大文",
        started_on=date(2024, 3, 1),
        form="contract",
    )

    roster = send(cast.alpha, person("A1234567", "陈大文", document_type="回乡证"))

    assert outcome(roster) == (0, 0, 1, 0)
