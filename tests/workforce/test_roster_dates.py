"""What holds from a date, what corrects the past, and what a blank cell says (nothing)."""

from __future__ import annotations

from datetime import date

import time_machine
from tests.workforce.rosters import LI, MAY, ZHAO, only_worker, outcome, person, send

from tongxin.workforce.models import EmploymentState
from tongxin.workforce.roster_actions import first_of_month

ENTRY = date(2024, 3, 1)


def states() -> list[tuple[date, str, str, int | None]]:
    return list(
        EmploymentState.objects.order_by("valid_from").values_list("valid_from", "post", "form", "wage_fen")
    )


def test_a_changed_post_form_and_wage_hold_from_the_effective_day(cast):
    send(cast.alpha, person(post="钳工", monthly_wage="6000"))

    roster = send(cast.alpha, person(post="车工", form="劳务派遣", monthly_wage="6500"))

    assert outcome(roster) == (0, 1, 0, 0)
    assert states() == [(ENTRY, "钳工", "contract", 600000), (MAY, "车工", "dispatch", 650000)]


def test_a_blank_cell_says_nothing(cast):
    send(
        cast.alpha,
        person(post="钳工", phone="13812345678", monthly_wage="6000", is_member="是", grade="高级工"),
    )

    roster = send(cast.alpha, person())

    assert outcome(roster) == (0, 0, 1, 0)
    assert states() == [(ENTRY, "钳工", "contract", 600000)]


def test_a_changed_name_or_phone_corrects_the_past(cast):
    send(cast.alpha, person(phone="13812345678"))

    roster = send(cast.alpha, person(name="李建华", phone="13912345678"))

    assert outcome(roster) == (0, 1, 0, 0)
    assert only_worker().name == "李建华"
    assert len(states()) == 1


def test_a_change_effective_before_the_entry_holds_from_the_entry(cast):
    send(cast.alpha, person(post="钳工"))

    send(cast.alpha, person(post="车工"), effective_on=date(2020, 1, 1))

    assert states() == [(ENTRY, "车工", "contract", None)]


def test_a_change_effective_after_the_last_day_holds_on_the_last_day(cast):
    send(cast.alpha, person(post="钳工", ended_on="2025-12-31"))

    send(cast.alpha, person(post="车工", ended_on="2025-12-31"))

    assert [day for day, *_ in states()] == [ENTRY, date(2025, 12, 31)]


def test_a_change_for_an_earlier_day_holds_until_the_next_known_change(cast):
    send(cast.alpha, person(post="钳工"))
    send(cast.alpha, person(post="车工"), effective_on=date(2026, 7, 1))

    send(cast.alpha, person(post="磨工"), effective_on=date(2026, 1, 1))

    assert [(day, post) for day, post, *_ in states()] == [
        (ENTRY, "钳工"),
        (date(2026, 1, 1), "磨工"),
        (date(2026, 7, 1), "车工"),
    ]


@time_machine.travel("2026-09-30 09:00:00+08:00")
def test_a_roster_of_this_month_does_not_undo_what_the_month_has_brought(cast):
    send(cast.alpha, person(post="钳工"))
    send(cast.alpha, person(post="车工"), effective_on=date(2026, 9, 15))

    same = send(cast.alpha, person(post="车工"), effective_on=first_of_month())
    other = send(cast.alpha, person(post="磨工"), effective_on=first_of_month())

    assert first_of_month() == date(2026, 9, 1)
    assert (outcome(same), outcome(other)) == ((0, 0, 1, 0), (0, 1, 0, 0))
    assert [(day, post) for day, post, *_ in states()] == [(ENTRY, "钳工"), (date(2026, 9, 15), "磨工")]


def test_an_end_date_ends_the_employment_and_the_appointments_made_there(cast):
    certified = person(ZHAO, "赵大勇", grade="高级技师", issued_on="2024-06-01")
    send(cast.alpha, certified)
    appointed = person(ZHAO, "赵大勇", grade="特级技师", issued_on="2025-06-01")
    send(cast.alpha, appointed)

    left = send(cast.alpha, {**appointed, "ended_on": "2026-04-30"})
    again = send(cast.alpha, {**appointed, "ended_on": "2026-04-30"})

    assert (outcome(left), outcome(again)) == ((0, 1, 0, 0), (0, 0, 1, 0))
    worker = only_worker()
    assert worker.employments.get().ended_on == date(2026, 4, 30)
    assert worker.appointments.get().lapses_on == date(2026, 5, 1)


def test_membership_begins_ends_and_is_corrected(cast):
    send(cast.alpha, person(is_member="是", joined_union_on="2024-06-01"))
    corrected = send(cast.alpha, person(is_member="是", joined_union_on="2024-05-01"))
    left = send(cast.alpha, person(is_member="否"))
    still_out = send(cast.alpha, person(is_member="否"))

    assert [outcome(each) for each in (corrected, left, still_out)] == [
        (0, 1, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
    ]
    history = only_worker().memberships.order_by("valid_from").values_list("state", "valid_from", "valid_to")
    assert list(history) == [("registered", date(2024, 5, 1), MAY), ("withdrawn", MAY, None)]


def test_who_rejoins_with_an_old_date_is_a_member_since_they_left_and_stays_unchanged(cast):
    row = person(is_member="是", joined_union_on="2024-06-01")
    send(cast.alpha, row)
    send(cast.alpha, person(is_member="否"))

    back = send(cast.alpha, row, effective_on=date(2026, 8, 1))
    again = send(cast.alpha, row, effective_on=date(2026, 8, 1))

    assert (outcome(back), outcome(again)) == ((0, 1, 0, 0), (0, 0, 1, 0))


def test_a_new_person_without_a_joining_date_is_a_member_since_the_entry(cast):
    send(cast.alpha, person(LI, is_member="是"))

    assert only_worker().memberships.get().valid_from == ENTRY


def test_a_change_sent_for_an_earlier_day_runs_on_until_that_value_changes(cast):
    # By hand: the wage rose on 1 September; only afterwards it is said that the form is dispatch since May.
    send(cast.alpha, person(monthly_wage="5000"))
    send(cast.alpha, person(monthly_wage="6000"), effective_on=date(2026, 9, 1))
    earlier = person(form="劳务派遣", monthly_wage="5000")

    send(cast.alpha, earlier)

    assert states() == [
        (ENTRY, "", "contract", 500000),
        (MAY, "", "dispatch", 500000),
        (date(2026, 9, 1), "", "dispatch", 600000),
    ]
    assert outcome(send(cast.alpha, earlier)) == (0, 0, 1, 0)
