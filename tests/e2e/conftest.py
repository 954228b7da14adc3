"""A small demo home of its own, served by the real server, and a real browser in front of it."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

PASSWORD = "circle-of-growth-2026"
WORKERS = 1_000
STARTS_WITHIN = 60
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass(frozen=True)
class Site:
    """A running home: its address, its folder, and its own `tongxin` command."""

    address: str
    home: Path

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "tongxin", *arguments],
            env=_environment(self.home),
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))}
    return kept | {"TONGXIN_HOME": str(home), "TONGXIN_PLAIN_STATIC": "true", "PYTHONWARNINGS": "default"}


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    if not shutil.which("chromium"):
        pytest.skip(
            "Chromium is not installed; install Debian's package chromium to run the browser journeys."
        )
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    site = Site(f"http://127.0.0.1:{port}", home)
    site.run("demo", "--workers", str(WORKERS), "--no-serve")
    log = (home / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "tongxin", "serve", "--port", str(port)],
        env=_environment(home),
        stdout=log,
        stderr=log,
    )
    try:
        _wait_for(f"{site.address}/accounts/login/", server)
        yield site
    finally:
        server.terminate()
        server.wait(timeout=30)
        log.close()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        assert server.poll() is None, "the server ended"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.3)
    pytest.fail(f"the server did not answer within {STARTS_WITHIN} s")


@pytest.fixture(scope="session")
def browser(site: Site) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        yield browser
        browser.close()


SignedIn = Callable[..., Page]


@pytest.fixture
def sign_in(site: Site, browser: Browser) -> Iterator[SignedIn]:
    """Return a function that opens a page, signed in; it notes what the page asks of other machines."""
    contexts: list[BrowserContext] = []

    def open_page(username: str, *, language: str = "zh-CN", width: int = 1440, height: int = 1000) -> Page:
        context = browser.new_context(
            locale=language,
            viewport={"width": width, "height": height},
            base_url=site.address,
            accept_downloads=True,
        )
        contexts.append(context)
        page = context.new_page()
        foreign: list[str] = []
        page.on(
            "request", lambda request: foreign.append(request.url) if _is_foreign(request.url, site) else None
        )
        page.goto("/accounts/login/")
        page.get_by_label("用户名").or_(page.get_by_label("Username")).fill(username)
        page.get_by_label("密码").or_(page.get_by_label("Password")).fill(PASSWORD)
        page.locator("main form button[type=submit]").click()
        page.wait_for_url(lambda url: "login" not in url)
        page.foreign_requests = foreign  # type: ignore[attr-defined]
        return page

    yield open_page
    for context in contexts:
        context.close()


def _is_foreign(address: str, site: Site) -> bool:
    return not address.startswith((site.address, "data:", "blob:", "about:"))
