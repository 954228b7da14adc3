"""Appointments to grades 7 and 8: their keys, days that arrive later, and what has lapsed."""

from __future__ import annotations

import json
from datetime import date

import pytest
from tests.workforce.rosters import LI, MAY, WANG, codes, only_worker, outcome, person, send

from tongxin.audit.models import LogEntry
from tongxin.workforce.models import Appointment, Certificate, RosterChange
from tongxin.workforce.record_actions import appoint, end_appointment
from tongxin.workforce.roster_workbooks import write_roster_template

NUMBER = "Y00003300000125T000007"
OTHER_NUMBER = "Y00003300000125T000008"
ENTRY = date(2024, 3, 1)
JULY = date(2026, 7, 1)


def named(**values: str) -> dict[str, str]:
    return person(grade="特级技师", **values)


def made() -> list[tuple[date, str, bool, date | None]]:
    columns = ("appointed_on", "number", "is_day_assumed", "lapses_on")
    return list(Appointment.objects.order_by("appointed_on").values_list(*columns))


def told(roster) -> dict:
    return json.loads(RosterChange.objects.get(roster_import=roster).fields)


@pytest.fixture
def alpha(cast):
    send(cast.alpha, person(grade="高级技师", issued_on="2024-06-01"))
    return cast.alpha


def test_a_date_sent_later_corrects_the_day_that_the_import_chose(alpha):
    undated = send(alpha, named())
    assert made() == [(MAY, "", True, None)]

    corrected = send(alpha, named(issued_on="2025-06-01"), effective_on=JULY)
    again = send(alpha, named(issued_on="2025-06-01"), effective_on=JULY)
    blank = send(alpha, named(), effective_on=JULY)

    assert [outcome(each) for each in (undated, corrected, again, blank)] == [
        (0, 1, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 0, 1, 0),
    ]
    assert made() == [(date(2025, 6, 1), "", False, None)]
    assert told(corrected) == {
        "appointed_on": ["2026-05-01", "2025-06-01"],
        "is_day_assumed": ["true", "false"],
    }
    entry = LogEntry.objects.filter(action="rosters.imported", target_id=str(corrected.pk)).get()
    assert (entry.changes["changed"], entry.changes["unchanged"]) == (1, 0)


def test_the_chosen_day_sent_as_the_date_is_a_date_from_then_on(alpha):
    send(alpha, named())

    confirmed = send(alpha, named(issued_on="2026-05-01"))
    again = send(alpha, named(issued_on="2026-05-01"))
    other = send(alpha, named(issued_on="2025-06-01"))

    assert [outcome(each)[1] for each in (confirmed, again, other)] == [1, 0, 1]
    assert made() == [(date(2025, 6, 1), "", False, None), (MAY, "", False, None)]


def test_a_date_before_the_certificate_is_refused_at_its_cell(alpha):
    send(alpha, named())

    refused = send(alpha, named(issued_on="2024-05-31"))

    assert outcome(refused) == (0, 0, 0, 1)
    assert codes(refused) == [(2, "issued_on", "appointment_without_certificate")]
    assert made() == [(MAY, "", True, None)]


def test_the_day_of_the_certificate_is_early_enough(alpha):
    send(alpha, named())

    send(alpha, named(issued_on="2024-06-01"))

    assert made() == [(date(2024, 6, 1), "", False, None)]


def test_without_a_number_another_date_is_another_appointment(alpha):
    send(alpha, named(issued_on="2025-06-01"))

    other = send(alpha, named(issued_on="2025-09-01"))

    assert outcome(other) == (0, 1, 0, 0)
    assert made() == [(date(2025, 6, 1), "", False, None), (date(2025, 9, 1), "", False, None)]
    assert told(other) == {"grade": [None, "special_technician"], "appointed_on": [None, "2025-09-01"]}


def test_under_its_number_another_date_is_a_correction(alpha):
    send(alpha, named(certificate_number=NUMBER, issued_on="2025-06-01"))

    corrected = send(alpha, named(certificate_number=NUMBER, issued_on="2025-06-11"))
    again = send(alpha, named(certificate_number=NUMBER, issued_on="2025-06-11"))

    assert (outcome(corrected), outcome(again)) == ((0, 1, 0, 0), (0, 0, 1, 0))
    assert made() == [(date(2025, 6, 11), NUMBER, False, None)]
    assert told(corrected) == {"appointed_on": ["2025-06-01", "2025-06-11"]}


def test_a_number_that_arrives_later_completes_the_appointment_and_another_one_is_another(alpha):
    send(alpha, named(issued_on="2025-06-01"))

    completed = send(alpha, named(certificate_number=NUMBER, issued_on="2025-06-01"))
    other = send(alpha, named(certificate_number=OTHER_NUMBER, issued_on="2025-09-01"))
    bare = send(alpha, named(certificate_number=NUMBER))

    assert [outcome(each) for each in (completed, other, bare)] == [(0, 1, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)]
    assert told(completed) == {"certificate_number": [None, NUMBER]}
    assert [row[:2] for row in made()] == [(date(2025, 6, 1), NUMBER), (date(2025, 9, 1), OTHER_NUMBER)]


def test_the_number_of_another_persons_appointment_is_refused(cast, alpha):
    send(alpha, named(certificate_number=NUMBER, issued_on="2025-06-01"))
    send(cast.beta, person(WANG, "王秀英", grade="高级技师", issued_on="2024-06-01"))

    refused = send(
        cast.beta,
        person(WANG, "王秀英", grade="特级技师", certificate_number=NUMBER, issued_on="2025-06-01"),
    )

    assert codes(refused) == [(2, "certificate_number", "certificate_of_another")]
    assert len(made()) == 1


def test_an_appointment_entered_on_a_page_has_a_date_that_another_does_not_correct(cast, alpha):
    appoint(
        only_worker(),
        actor=None,
        organisation=alpha,
        grade="special_technician",
        appointed_on=date(2025, 6, 1),
    )

    send(alpha, named())
    send(alpha, named(issued_on="2025-09-01"))

    assert [row[0] for row in made()] == [date(2025, 6, 1), date(2025, 9, 1)]


@pytest.mark.parametrize("sent", [{}, {"issued_on": "2025-06-01"}, {"certificate_number": NUMBER}])
def test_what_has_lapsed_stays_lapsed_when_it_is_sent_again(alpha, sent):
    send(alpha, named(certificate_number=NUMBER, issued_on="2025-06-01"))
    end_appointment(Appointment.objects.get(), actor=None, lapses_on=date(2026, 4, 1))

    again = send(alpha, named(**sent))

    assert outcome(again) == (0, 0, 1, 0)
    assert (2, "grade", "appointment_lapsed") in codes(again)
    assert made() == [(date(2025, 6, 1), NUMBER, False, date(2026, 4, 1))]


def test_after_it_lapsed_a_later_date_is_a_new_appointment_even_under_its_number(alpha):
    send(alpha, named(certificate_number=NUMBER, issued_on="2025-06-01"))
    end_appointment(Appointment.objects.get(), actor=None, lapses_on=date(2026, 3, 1))

    renewed = send(alpha, named(certificate_number=NUMBER, issued_on="2026-03-01"))
    again = send(alpha, named(certificate_number=NUMBER, issued_on="2026-03-01"))

    assert (outcome(renewed), outcome(again)) == ((0, 1, 0, 0), (0, 0, 1, 0))
    assert codes(renewed) == []
    assert made() == [
        (date(2025, 6, 1), NUMBER, False, date(2026, 3, 1)),
        (date(2026, 3, 1), NUMBER, False, None),
    ]


def test_one_that_lapses_later_is_still_in_force(alpha):
    send(alpha, named(issued_on="2025-06-01"))
    end_appointment(Appointment.objects.get(), actor=None, lapses_on=date(2026, 12, 1))

    again = send(alpha, named())

    assert outcome(again) == (0, 0, 1, 0)
    assert [code for *_, code in codes(again)] == ["certificate_undated"]


def test_who_comes_back_is_appointed_anew(alpha):
    left = named(ended_on="2026-03-31")
    send(alpha, left, effective_on=date(2025, 5, 1))
    assert made() == [(date(2025, 5, 1), "", True, date(2026, 4, 1))]

    back = send(alpha, left, named(started_on="2026-04-15"))
    dated = send(alpha, left, named(started_on="2026-04-15", issued_on="2026-04-20"))

    assert (outcome(back), outcome(dated)) == ((1, 0, 1, 0), (0, 1, 1, 0))
    assert made() == [
        (date(2025, 5, 1), "", True, date(2026, 4, 1)),
        (date(2026, 4, 20), "", False, None),
    ]


def test_a_date_sent_with_the_last_day_corrects_and_ends_at_once(alpha):
    send(alpha, named())

    left = send(alpha, named(issued_on="2025-06-01", ended_on="2026-03-31"))
    again = send(alpha, named(issued_on="2025-06-01", ended_on="2026-03-31"))

    assert (outcome(left), outcome(again)) == ((0, 1, 0, 0), (0, 0, 1, 0))
    assert made() == [(date(2025, 6, 1), "", False, date(2026, 4, 1))]


def test_a_chosen_day_never_lies_after_the_last_one(alpha):
    send(alpha, named())

    send(alpha, named(ended_on="2026-03-31"))

    assert made() == [(date(2026, 3, 31), "", True, date(2026, 4, 1))]


def test_an_appointment_after_the_employment_is_refused_and_the_other_rows_go_in(alpha):
    refused = send(
        alpha,
        named(ended_on="2026-03-31", issued_on="2026-04-01"),
        person(WANG, "王秀英"),
    )

    assert outcome(refused) == (1, 0, 0, 1)
    assert codes(refused) == [(2, "issued_on", "appointment_after_employment")]


def test_an_ended_employment_may_repeat_what_the_person_was_appointed_to_later(alpha):
    first = person(ended_on="2025-12-31")
    send(alpha, first, named(started_on="2026-01-01", issued_on="2026-02-01"))

    again = send(
        alpha,
        {**first, "grade": "特级技师", "issued_on": "2026-02-01"},
        named(started_on="2026-01-01", issued_on="2026-02-01"),
    )

    assert outcome(again) == (0, 0, 2, 0)


def test_a_template_leaves_the_chosen_day_blank_and_comes_back_unchanged(alpha, tmp_path):
    send(alpha, named(certificate_number=NUMBER))
    path = tmp_path / "out.xlsx"
    write_roster_template(alpha, path, actor=None)

    again = send(alpha, body=path.read_bytes())

    assert outcome(again) == (0, 0, 1, 0)
    assert made() == [(MAY, NUMBER, True, None)]


def test_a_new_grade_under_the_same_number_holds_from_the_effective_day_and_keeps_the_rest(cast):
    number = "浙2024-0815"
    send(
        cast.alpha,
        person(grade="中级工", certificate_number=number, issued_on="2024-06-01", issuer="杭州中心"),
    )

    changed = send(cast.alpha, person(grade="高级工", certificate_number=number))
    dated = send(cast.alpha, person(grade="高级工", certificate_number=number, issued_on="2024-06-11"))
    again = send(cast.alpha, person(grade="高级工", certificate_number=number, issued_on="2024-06-11"))

    assert [outcome(each) for each in (changed, dated, again)] == [(0, 1, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)]
    columns = ("grade", "issued_on", "issuer", "held_from", "held_to")
    assert list(Certificate.objects.order_by("pk").values_list(*columns)) == [
        ("intermediate", date(2024, 6, 1), "杭州中心", date(2024, 6, 1), MAY),
        ("senior", date(2024, 6, 11), "杭州中心", MAY, None),
    ]
    assert told(changed) == {"grade": ["intermediate", "senior"]}
    assert told(dated) == {"issued_on": ["2024-06-01", "2024-06-11"]}


def test_what_completes_or_follows_a_certificate_is_told_with_its_import(cast):
    send(cast.alpha, person(LI, grade="高级工"))

    completed = send(cast.alpha, person(grade="高级工", issued_on="2024-06-01", issuer="杭州中心"))

    assert told(completed) == {"issued_on": [None, "2024-06-01"], "issuer": [None, "杭州中心"]}
