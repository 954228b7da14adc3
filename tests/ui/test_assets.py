from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders

from tongxin import accounts, ui
from tongxin.ui.assets import PACKAGE_FILES, PackageFinder

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = [Path(package.__file__).parent / "templates" for package in (ui, accounts)]


def test_the_lock_file_names_no_address():
    lock = (ROOT / "package-lock.json").read_text(encoding="utf-8")

    assert "resolved" not in lock
    assert [url for url in re.findall(r"https?://([^/\"]+)", lock) if "npm" in url] == []
    assert "omit-lockfile-registry-resolved=true" in (ROOT / ".npmrc").read_text(encoding="utf-8")


def test_every_package_in_the_lock_is_held_by_its_hash():
    packages = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]

    assert [name for name, package in packages.items() if name and "integrity" not in package] == []


@pytest.fixture
def packages(settings, tmp_path):
    settings.NODE_MODULES = tmp_path
    for path in PACKAGE_FILES.values():
        target = tmp_path / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text("x", encoding="ascii")
    return PackageFinder()


def test_only_the_named_files_are_collected(packages):
    listed = {name: Path(storage.path(name)).read_bytes() for name, storage in packages.list([])}

    assert set(listed) == set(PACKAGE_FILES)
    assert set(listed.values()) == {b"x"}


def test_a_file_of_a_package_is_found_under_its_short_name(packages, settings):
    found = packages.find("htmx/htmx.min.js")

    assert found == str(settings.NODE_MODULES / "htmx.org/dist/htmx.min.js")
    assert packages.find("htmx/other.js") == []


def test_missing_packages_are_reported_with_what_to_do(packages, settings):
    (settings.NODE_MODULES / "htmx.org/dist/htmx.min.js").unlink()

    [error] = packages.check()

    assert "htmx.min.js" in error.msg
    assert "npm install" in error.hint


def test_the_site_finds_the_files_of_the_packages_and_its_own():
    if not (ROOT / "node_modules").is_dir():
        pytest.skip("npm install has not been run")

    assert [
        name for name in [*PACKAGE_FILES, "ui/tongxin.css", "ui/charts.js"] if not finders.find(name)
    ] == []


def test_templates_hold_no_script_and_no_style_of_their_own():
    for folder in TEMPLATES:
        for path in folder.rglob("*.html"):
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"<style|<script(?![^>]* src=)|\son[a-z]+=|javascript:|hx-on", text), path


def test_templates_pass_the_linter():
    linter = Path(sys.executable).with_name("djlint")

    found = subprocess.run(
        [linter, "--lint", "--quiet", *TEMPLATES], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout
