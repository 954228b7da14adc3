"""The main job in a browser: a workbook goes in, errors come back, figures change, people stand behind."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from tests.e2e.conftest import SignedIn, Site
from tests.e2e.rosters import count_rows, read_cell, write_cells

pytestmark = pytest.mark.e2e

LAST = "2026Q3"
SOON = 60_000


def _figure(site: Site, code: str, at: str) -> int:
    answer = json.loads(site.run("figures", code, "--at", at, "--period", LAST, "--format", "json"))
    return int(answer[0]["value"] or 0)


def _download_template(page: Page, folder: Path) -> Path:
    page.goto("/imports/send/")
    with page.expect_download() as waiting:
        page.locator("a[href*='template']").first.click()
    path = folder / "roster.xlsx"
    waiting.value.save_as(path)
    return path


def _send(page: Page, path: Path, effective: str) -> None:
    page.goto("/imports/send/")
    page.locator("input[type=file]").set_input_files(path)
    page.locator("input[name=effective_on]").fill(effective)
    page.locator("main form button[type=submit]").first.click()
    page.wait_for_url(re.compile(r"/imports/\d+/"))
    expect(page.locator("progress")).to_have_count(0, timeout=SOON)


NEW_PERSON = {
    "姓名": "同小心",
    "证件类型": "居民身份证",
    "证件号码": "11010519491231002X",
    "用工形式": "劳动合同",
    "入职日期": "2026-08-03",
}
FIVE_ERRORS: dict[tuple[int, str], object] = {
    (2, "证件号码"): "330109199001011234",
    (3, "用工形式"): "很好",
    (4, "入职日期"): "2026-02-30",
    (5, "手机号码"): "12",
    (6, "姓名"): None,
}


def _break_and_send(clerk: Page, template: Path, folder: Path) -> None:
    """Send the workbook with five wrong cells and one new person, and read what comes back."""
    below = count_rows(template) + 2
    broken = folder / "broken.xlsx"
    write_cells(
        template, broken, FIVE_ERRORS | {(below, header): text for header, text in NEW_PERSON.items()}
    )
    _send(clerk, broken, "2026-07-01")

    body = clerk.locator("main").inner_text()
    for _row, header in FIVE_ERRORS:
        assert header in body
    with clerk.expect_download() as waiting:
        clerk.locator("a[href*='/rejected/']").first.click()
    rejected = folder / "rejected.xlsx"
    waiting.value.save_as(rejected)
    assert count_rows(rejected) >= len(FIVE_ERRORS) - 1


def _build_release(office: Page) -> None:
    office.goto("/figures/releases/")
    office.locator("main form button[type=submit]").first.click()
    expect(office.locator("progress")).to_have_count(0, timeout=SOON)


def _walk_to_the_people(county: Page, site: Site, code: str) -> None:
    """From the figure of an enterprise to its facts, and from a fact to the person."""
    county.goto(f"/figures/headcount/passport/?at={code}&period={LAST}")
    county.locator("a[href*='/facts/']").first.click()
    (unit,) = json.loads(site.run("organisations", "--under", code, "--format", "json"))
    expect(county.locator("main table")).to_contain_text(unit["name"])
    county.locator("main a[href^='/workers/']").first.click()
    expect(county.locator("main h1")).to_be_visible()
    assert NEW_PERSON["证件号码"] not in county.content()


def test_a_clerk_sends_a_workbook_and_the_figures_follow(site: Site, sign_in: SignedIn, tmp_path: Path):
    clerk = sign_in("enterprise_officer")
    template = _download_template(clerk, tmp_path)
    code = str(read_cell(template, 2, "统一社会信用代码"))
    before = {at: _figure(site, "headcount", at) for at in (code, "330109", "330100", "330000")}

    _break_and_send(clerk, template, tmp_path)
    _send(clerk, template, "2026-07-01")
    office = sign_in("province_office")
    _build_release(office)

    for at, count in before.items():
        assert _figure(site, "headcount", at) == count + 1, at
    county = sign_in("xiaoshan_office")
    _walk_to_the_people(county, site, code)
    stranger = sign_in("service_worker")
    for address in (f"/figures/headcount/facts/?at={code}&period={LAST}", "/workers/", county.url):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status in {403, 404}
    for page in (clerk, office, county, stranger):
        assert page.foreign_requests == []  # type: ignore[attr-defined]
