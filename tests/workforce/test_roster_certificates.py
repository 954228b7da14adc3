"""Certificates: their keys, declared grades, grades that change, and appointments to grades 7 and 8."""

from __future__ import annotations

from datetime import date

from tests.workforce.people import register
from tests.workforce.rosters import MAY, WANG, codes, only_worker, outcome, person, send

from tongxin.workforce.models import Certificate

SENIOR = "Y000033000001243000001"
TECHNICIAN = "Y000033000001252000002"
ENTRY = date(2024, 3, 1)


def held() -> list[tuple[str, str, date | None, date, date | None]]:
    columns = ("grade", "number", "issued_on", "held_from", "held_to")
    return list(Certificate.objects.order_by("held_from", "pk").values_list(*columns))


def test_another_number_is_another_certificate_and_both_are_held(cast):
    send(cast.alpha, person(grade="高级工", certificate_number=SENIOR, issued_on="2024-06-01"))

    send(cast.alpha, person(grade="技师", certificate_number=TECHNICIAN, issued_on="2025-07-01"))

    assert held() == [
        ("senior", SENIOR, date(2024, 6, 1), date(2024, 6, 1), None),
        ("technician", TECHNICIAN, date(2025, 7, 1), date(2025, 7, 1), None),
    ]


def test_date_and_issuer_of_a_known_number_are_corrections(cast):
    send(cast.alpha, person(grade="高级工", certificate_number=SENIOR, issued_on="2024-06-01"))

    roster = send(
        cast.alpha,
        person(grade="高级工", certificate_number=SENIOR, issued_on="2024-06-11", issuer="杭州中心"),
    )

    assert outcome(roster) == (0, 1, 0, 0)
    assert held() == [("senior", SENIOR, date(2024, 6, 11), date(2024, 6, 11), None)]
    assert Certificate.objects.get().issuer == "杭州中心"


def test_without_a_number_person_grade_and_date_are_the_key(cast):
    row = person(grade="高级工", issued_on="2024-06-01")
    send(cast.alpha, row)

    same = send(cast.alpha, row)
    other = send(cast.alpha, person(grade="高级工", issued_on="2025-06-01"))

    assert (outcome(same), outcome(other)) == ((0, 0, 1, 0), (0, 1, 0, 0))
    assert [row[2] for row in held()] == [date(2024, 6, 1), date(2025, 6, 1)]


def test_a_grade_that_changed_on_the_same_date_holds_from_the_effective_day(cast):
    send(cast.alpha, person(grade="中级工", issued_on="2024-06-01"))

    send(cast.alpha, person(grade="高级工", issued_on="2024-06-01"))

    assert held() == [
        ("intermediate", "", date(2024, 6, 1), date(2024, 6, 1), MAY),
        ("senior", "", date(2024, 6, 1), MAY, None),
    ]


def test_a_declared_grade_of_a_new_person_is_held_since_the_entry(cast):
    roster = send(cast.alpha, person(grade="中级工"))

    assert held() == [("intermediate", "", None, ENTRY, None)]
    assert codes(roster) == [(2, "grade", "certificate_undated")]


def test_a_declared_grade_that_changed_holds_from_the_effective_day(cast):
    send(cast.alpha, person(grade="中级工"))

    send(cast.alpha, person(grade="高级工"))

    assert [(grade, since, until) for grade, _, _, since, until in held()] == [
        ("intermediate", ENTRY, MAY),
        ("senior", MAY, None),
    ]


def test_a_declared_grade_below_a_certificate_is_a_warning_and_changes_nothing(cast):
    send(cast.alpha, person(grade="高级工", certificate_number=SENIOR, issued_on="2024-06-01"))

    roster = send(cast.alpha, person(grade="中级工"))

    assert outcome(roster) == (0, 0, 1, 0)
    assert (2, "grade", "grade_below_certificate") in codes(roster)


def test_number_and_date_complete_a_declared_grade_and_are_no_second_certificate(cast):
    send(cast.alpha, person(grade="高级工"))

    roster = send(cast.alpha, person(grade="高级工", certificate_number=SENIOR, issued_on="2024-06-01"))

    assert outcome(roster) == (0, 1, 0, 0)
    assert held() == [("senior", SENIOR, date(2024, 6, 1), date(2024, 6, 1), None)]


def test_a_certificate_of_another_person_is_refused_without_naming_them(cast):
    send(cast.beta, person(WANG, "王秀英", grade="高级工", certificate_number=SENIOR, issued_on="2024-06-01"))

    roster = send(cast.alpha, person(grade="高级工", certificate_number=SENIOR, issued_on="2024-06-01"))

    assert codes(roster) == [(2, "certificate_number", "certificate_of_another")]
    assert only_worker().name == "王秀英"


def test_an_appointment_needs_the_certificate_below_it_which_may_stand_in_the_same_file(cast):
    bare = send(cast.alpha, person(grade="特级技师", issued_on="2025-06-01"))
    assert codes(bare) == [(2, "grade", "appointment_without_certificate")]

    both = send(
        cast.alpha,
        person(grade="高级技师", issued_on="2024-06-01", ended_on="2024-12-31"),
        person(started_on="2025-01-01", grade="特级技师", issued_on="2025-06-01"),
    )

    assert outcome(both) == (2, 0, 0, 0)
    assert only_worker().appointments.get().appointed_on == date(2025, 6, 1)


def test_an_appointment_before_its_certificate_is_refused(cast):
    send(cast.alpha, person(grade="高级技师", issued_on="2025-06-02"))

    roster = send(cast.alpha, person(grade="首席技师", issued_on="2025-06-01"))

    assert codes(roster) == [(2, "grade", "appointment_without_certificate")]


def test_the_certificate_below_an_appointment_cannot_be_taken_away(cast):
    send(cast.alpha, person(grade="高级技师", issued_on="2024-06-01"))
    send(cast.alpha, person(grade="特级技师", issued_on="2026-08-01"))

    roster = send(cast.alpha, person(grade="技师", issued_on="2024-06-01"), person(WANG, "王秀英"))

    assert outcome(roster) == (1, 0, 0, 1)
    assert codes(roster) == [(2, "grade", "appointment_without_certificate")]


def test_a_certificate_from_elsewhere_counts_for_the_person(cast):
    register(cast.beta, "李建国", person()["document_number"])
    send(cast.beta, person(grade="高级技师", issued_on="2024-06-01"))

    roster = send(cast.alpha, person(grade="特级技师", issued_on="2025-06-01"))

    assert outcome(roster) == (1, 0, 0, 0)
