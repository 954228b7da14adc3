from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.cast import Cast
from tests.workforce.people import identity_number, register

from tongxin.codes.periods import Period
from tongxin.figures.actions import publish_definitions
from tongxin.figures.compute import build_release
from tongxin.figures.explaining import explain_figures
from tongxin.figures.selection import Question
from tongxin.organisations.actions import move_organisation

pytestmark = pytest.mark.django_db


def test_of_two_units_that_went_the_same_way_on_two_days_each_has_its_own_event(
    cast: Cast, tmp_path: Path, settings: Any
):
    settings.TONGXIN_HOME = tmp_path
    publish_definitions("{code: people, value: {count: workers, where: 'worker.employed', at: period_end}}")
    days = {cast.alpha.code: date(2026, 2, 1), cast.beta.code: date(2026, 8, 1)}
    for unit in (cast.alpha, cast.beta):
        move_organisation(unit, actor=None, on=days[unit.code], parent=cast.linping)
    for number, unit in enumerate((cast.alpha, cast.beta, cast.beta)):
        register(unit, "Worker", identity_number(f"33010919800101{number:03d}"))
    release = build_release(actor=None)

    asked = Question(("people",), cast.chengxiang, None, (Period.parse("2026Q3"),), None, date(2025, 12, 31))
    (found,) = explain_figures(release, asked, user=None)

    assert {
        each["organisation"]: [event["on"] for event in each["events"]] for each in found["units"]
    } == {code: [on.isoformat()] for code, on in days.items()}  # fmt: skip
    assert {each["organisation"]: each["numerator"] for each in found["units"]} == {
        cast.alpha.code: 1,
        cast.beta.code: 2,
    }
