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


def test_a_clerk_sends_a_workbook_and_the_figures_follow(site: Site, sign_in: SignedIn, tmp_path: Path):
    clerk = sign_in("enterprise_officer")
    template = _download_template(clerk, tmp_path)
    n_before = count_rows(template)
    code = str(read_cell(template, 2, "统一社会信用代码"))
    figures_before = {at: _figure(site, "headcount", at) for at in (code, "330109", "330100", "330000")}

    # Five cells are broken, and a new person is added below.
    broken = tmp_path / "broken.xlsx"
    right = {
        header: read_cell(template, 2, header)
        for header in ("姓名", "证件号码", "用工形式", "入职日期", "性别")
    }
    new_person = {
        "姓名": "同小心", "证件类型": "居民身份证", "证件号码": "11010519491231002X",
        "用工形式": "劳动合同", "入职日期": "2026-08-03",
    }  # fmt: skip
    wrong = {(2, "证件号码"): "330109199001011234", (3, "用工形式"): "很好", (4, "入职日期"): "2026-02-30",
             (5, "手机号码"): "12", (6, "姓名"): None}  # fmt: skip
    write_cells(
        template, broken, {**wrong, **{(n_before + 2, name): text for name, text in new_person.items()}}
    )
    _send(clerk, broken, "2026-07-01")

    body = clerk.locator("main").inner_text()
    for header in ("证件号码", "用工形式", "入职日期", "手机号码", "姓名"):
        assert header in body
    with clerk.expect_download() as waiting:
        clerk.locator("a[href*='/rejected/']").first.click()
    verdicts = tmp_path / "verdicts.xlsx"
    waiting.value.save_as(verdicts)
    assert count_rows(verdicts) >= 4

    # The rejected rows are corrected and sent again.
    corrected = tmp_path / "corrected.xlsx"
    write_cells(template, corrected, {(2, "姓名"): right["姓名"]})
    _send(clerk, corrected, "2026-07-01")

    office = sign_in("province_office")
    office.goto("/figures/releases/")
    office.locator("main form button[type=submit]").first.click()
    expect(office.locator("progress")).to_have_count(0, timeout=SOON)
    for at, before in figures_before.items():
        assert _figure(site, "headcount", at) == before + 1, at

    # From the county's figure to the people behind it.
    county = sign_in("xiaoshan_office")
    county.goto(f"/figures/headcount/passport/?at={code}&period={LAST}")
    county.locator("a[href*='/facts/']").first.click()
    (unit,) = json.loads(site.run("organisations", "--under", code, "--format", "json"))
    expect(county.locator("main table")).to_contain_text(unit["name"])
    county.locator("main a[href^='/workers/']").first.click()
    expect(county.locator("main h1")).to_be_visible()
    assert "11010519491231002X" not in county.content()

    # A clerk of nothing sees nothing of it.
    stranger = sign_in("service_worker")
    for address in (f"/figures/headcount/facts/?at={code}&period={LAST}", "/workers/", county.url):
        answer = stranger.goto(address)
        assert answer is not None
        assert answer.status in {403, 404}
    for page in (clerk, office, county, stranger):
        assert page.foreign_requests == []  # type: ignore[attr-defined]
