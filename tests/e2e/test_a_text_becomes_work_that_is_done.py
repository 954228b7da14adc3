"""The second job in a browser: a text becomes tasks; one is handed down, reported, late, and done."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import SignedIn, Site

from tongxin.codes.working_days import add_working_days

pytestmark = pytest.mark.e2e

HERE = Path(__file__).resolve()
ARTICLE = HERE.parents[3] / "shared" / "article.txt"
OWN_TEXT = HERE.parents[1] / "documents" / "labelled" / "meeting_report.txt"
TEXT = ARTICLE if ARTICLE.is_file() else OWN_TEXT
"""The text that describes the programme, where it stands beside the project; else one of the tests."""
COUNTIES = ("萧山区", "余杭区", "临平区")
OURS = "萧山区"
SOON = 60_000


def _number_in(page: Page, what: str) -> int:
    page.wait_for_url(re.compile(rf"/{what}/\d+/"))
    found = re.search(rf"/{what}/(\d+)/", page.url)
    assert found
    return int(found[1])


def _submit(page: Page) -> None:
    page.locator("main form.panel button[type=submit]").first.click()


def _begin_plan(office: Page) -> int:
    office.goto("/plans/new/?at=330000")
    office.locator("[name=title]").fill("浏览器中的方案")
    office.locator("[name=starts_on]").fill("2026-01-01")
    office.locator("[name=ends_on]").fill("2030-12-31")
    _submit(office)
    return _number_in(office, "plans")


def _read_in(office: Page) -> int:
    office.goto("/documents/new/?at=330000")
    office.locator("[name=file]").set_input_files(TEXT)
    _submit(office)
    return _number_in(office, "documents")


def _confirm_ten(office: Page, document: int, plan: int) -> None:
    """Accept ten proposals by keys alone."""
    office.goto(f"/documents/{document}/?plan={plan}")
    for _count in range(10):
        office.keyboard.press("j")
        with office.expect_navigation():
            office.keyboard.press("a")
    office.goto(f"/plans/{plan}/")
    expect(office.locator("table a[href^='/tasks/']")).to_have_count(10)


def _put_in_force(office: Page, plan: int) -> int:
    """Publish the plan and return its first task."""
    office.goto(f"/plans/{plan}/")
    office.locator(f"form[action='/plans/{plan}/publish/'] button").click()
    with office.expect_navigation():
        office.locator("[data-confirm-yes]").click()
    href = office.locator("table a[href^='/tasks/']").first.get_attribute("href") or ""
    return int(href.strip("/").split("/")[-1])


def _hand_to_counties(office: Page, task: int, due_on: date) -> int:
    """Hand the task to three counties and return the share of ours."""
    office.goto(f"/tasks/{task}/hand-down/?level=county")
    for name in COUNTIES:
        row = office.locator("tbody tr", has_text=name)
        row.locator("input[type=checkbox]").check()
        row.locator("input[type=date]").fill(due_on.isoformat())
    office.locator("main form[method=post] button[type=submit]").first.click()
    _number_in(office, "tasks")
    for name in COUNTIES:
        expect(office.locator("main table")).to_contain_text(name)
    href = office.locator("main table a", has_text=OURS).get_attribute("href") or ""
    return int(href.strip("/").split("/")[-1])


def _report(county: Page, share: int, text: str, proof: Path, *, is_final: bool) -> str:
    """Write a report with a file, submit it, and return its address."""
    county.goto(f"/tasks/{share}/report/")
    county.locator("[name=text]").fill(text)
    if is_final:
        county.locator("[name=is_final]").check()
    _submit(county)
    number = _number_in(county, "reports")
    if county.locator(".proofs a").count() == 0:
        county.locator("[name=file]").set_input_files(proof)
        with county.expect_navigation():
            county.locator(f"form[action='/reports/{number}/evidence/'] button").click()
    with county.expect_navigation():
        county.locator(f"form[action='/reports/{number}/submit/'] button").click()
    return f"/reports/{number}/"


def _decide(office: Page, report: str, note: str, *, accept: bool) -> None:
    office.goto(report)
    office.locator("[name=note]").fill(note)
    button = "main form.panel button[type=submit]"
    with office.expect_navigation():
        office.locator(button).nth(0 if accept else 1).click()


def _round(site: Site, day: date) -> dict[str, object]:
    found: dict[str, object] = json.loads(site.run("supervise", "--day", f"{day}", "--format", "json"))
    return found


def test_a_text_becomes_work_that_is_reported_supervised_and_done(
    site: Site, sign_in: SignedIn, tmp_path: Path
):
    proof = tmp_path / "宣讲登记.csv"
    proof.write_text("场次,日期\n1,2026-03-05\n", encoding="utf-8")
    office, county, city = (
        sign_in(name) for name in ("province_office", "xiaoshan_office", "hangzhou_office")
    )
    plan = _begin_plan(office)
    _confirm_ten(office, _read_in(office), plan)
    due_on = date.today() + timedelta(days=2)  # noqa: DTZ011  # the day of the machine that serves
    share = _hand_to_counties(office, _put_in_force(office, plan), due_on)
    title = _title_of(office, share)

    first = _report(county, share, "已启动，完成一场。", proof, is_final=False)
    _decide(office, first, "请补充参加人数。", accept=False)
    county.goto(first)
    expect(county.locator("main")).to_contain_text("请补充参加人数。")

    # Nobody waits for the days to pass: the round is made for those on which something is to happen.
    for days in (2, 10, 20):
        _round(site, add_working_days(due_on, days))
    for page in (county, city):
        page.goto("/notices/")
        expect(page.locator("main")).to_contain_text(title[:12])
    office.goto(f"/supervision/tasks/{share}/")
    expect(office.locator("main")).to_contain_text("提级")

    second = _report(county, share, "已完成三场，共120人参加。", proof, is_final=True)
    assert second == first
    _decide(office, second, "同意办结。", accept=True)
    county.goto(f"/tasks/{share}/")
    expect(county.locator("dl.particulars")).to_contain_text("已办结")
    stranger = sign_in("ningbo_office")
    for address in (f"/tasks/{share}/", first, f"/supervision/tasks/{share}/"):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status == 404, address
    for page in (office, county, city, stranger):
        assert page.foreign_requests == []  # type: ignore[attr-defined]


def _title_of(page: Page, task: int) -> str:
    page.goto(f"/tasks/{task}/")
    return page.locator("h1").inner_text()
