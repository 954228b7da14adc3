"""The workbook that goes out: what it holds comes back unchanged, whoever the people are."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from tests.workforce.people import identity_number, register
from tests.workforce.rosters import LI, WANG, ZHAO, codes, outcome, person, receive, send, silent

from tongxin.workbooks.layouts import load_layout
from tongxin.workbooks.readers import read_sheet
from tongxin.workforce.employment_actions import change_employment
from tongxin.workforce.models import RosterImport
from tongxin.workforce.roster_actions import apply_roster, first_of_month
from tongxin.workforce.roster_workbooks import write_roster_template, write_roster_verdicts

SENIOR = "Y000033000001243000001"


def return_template(unit, path: Path) -> RosterImport:
    write_roster_template(unit, path, actor=None)
    roster = receive(unit, body=path.read_bytes(), effective_on=first_of_month())
    return apply_roster(roster.pk, progress=silent)


@pytest.fixture
def _people(cast):
    """Several certificates, an appointment, an ended job, memberships, another kind of document."""
    send(
        cast.alpha,
        person(
            grade="中级工",
            issued_on="2024-04-01",
            is_member="是",
            phone="0571-87654321",
            monthly_wage="6928.33",
        ),
        person(
            WANG,
            "王秀英",
            grade="高级技师",
            certificate_number="S000033000001241000009",
            issued_on="2024-06-01",
        ),
        person(ZHAO, "赵大勇", ended_on="2025-03-31"),
        person(
            "E12345678",
            "Anna Maria",
            document_type="护照",
            sex="女",
            born_on="1990-02-03",
            post="技术员(高级)",
            grade="学徒工",
        ),
    )
    send(
        cast.alpha,
        person(
            grade="高级工",
            certificate_number=SENIOR,
            issued_on="2025-06-01",
            issuer="萧山区鉴定中心",
            is_member="否",
        ),
        person(WANG, "王秀英", grade="首席技师", issued_on="2025-06-01"),
        person(ZHAO, "赵大勇", started_on="2025-06-01", education="硕士", occupation="6-31-01-03"),
    )


@pytest.mark.usefixtures("_people")
def test_a_template_comes_back_unchanged(cast, tmp_path):
    roster = return_template(cast.alpha, tmp_path / "out.xlsx")

    assert (codes(roster), outcome(roster)) == ([(2, "phone", "phone_unusual")], (0, 0, 4, 0))


def test_what_was_entered_on_pages_comes_back_unchanged(cast, tmp_path):
    worker = register(
        cast.alpha,
        "阿依古丽•买买提",
        identity_number("33010619900101223"),
        post="钳工（高级）",
        occupation="6-31-01-03",
    )
    change_employment(
        worker.employments.get(),
        actor=None,
        valid_from=date(2026, 9, 20),
        post="车工（二级）",
        wage_fen=612345,
    )

    roster = return_template(cast.alpha, tmp_path / "out.xlsx")

    assert outcome(roster) == (0, 0, 1, 0)


def test_an_enterprise_without_people_gets_an_empty_workbook(cast, tmp_path):
    assert write_roster_template(cast.beta, tmp_path / "out.xlsx", actor=None) == 0


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("reporter_of_beta", Http404), ("stranger", Http404), ("viewer_of_xiaoshan", PermissionDenied)],
)
def test_a_template_with_people_is_only_for_who_may_change_them(cast, tmp_path, who, refusal):
    with pytest.raises(refusal):
        write_roster_template(cast.alpha, tmp_path / "out.xlsx", actor=getattr(cast, who))


def test_the_rejected_rows_come_back_as_sent_and_are_taken_once_corrected(cast, tmp_path):
    wrong = person(LI[:-1] + ("1" if LI[-1] != "1" else "2"), education="大砖")
    roster = send(cast.alpha, wrong, person(WANG, "王秀英"))
    path = tmp_path / "rejected.xlsx"

    assert write_roster_verdicts(roster, path) == 1
    sent_back = read_sheet(path, load_layout("roster")).frame
    assert sent_back["document_number"].to_list() == [wrong["document_number"]]
    assert sent_back["education"].to_list() == ["大砖"]

    corrected = sent_back.row(0, named=True) | {"document_number": LI, "education": "大专"}
    done = send(cast.alpha, {key: value or "" for key, value in corrected.items() if key != "row"})
    assert outcome(done) == (1, 0, 0, 0)
