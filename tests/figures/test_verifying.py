"""A release that is not what was built says so, in every way in which it can be damaged."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import reverse
from tests.figures.pages import open_page
from tests.figures.stored import file_of
from tests.figures.world import World

from tongxin.analytics.damage import DamagedFileError
from tongxin.analytics.figure_store import FigureStore
from tongxin.codes.periods import Period
from tongxin.figures import queries, selection
from tongxin.figures.compute import build_release
from tongxin.figures.queries import list_release_ids, list_releases
from tongxin.figures.verifying import verify_release
from tongxin.lake.compute import extract
from tongxin.lake.queries import lake_folder, read_cut

pytestmark = pytest.mark.django_db
QUARTER = Period.parse("2026Q3")


@contextmanager
def damaged(path: Path, content: bytes | None) -> Iterator[None]:
    """Give a file other content, or none at all, for a while."""
    kept = path.read_bytes()
    try:
        path.unlink()
        if content is not None:
            path.write_bytes(content)
        forget()
        yield
    finally:
        path.write_bytes(kept)
        forget()


def headcount_file(world: World) -> Path:
    return file_of(world.release.folder / "figures", "headcount")[0]


def forget() -> None:
    for cached in (selection._read_kept, queries.store_in, queries._load_release, queries._read_line):
        cached.cache_clear()


def test_a_figure_file_that_is_gone_is_an_error_and_never_0(world: World):
    with damaged(headcount_file(world), None):
        store = FigureStore(
            world.release.folder / "figures",
            world.release.definitions,
            written=world.release.manifest["figures"],
        )
        with pytest.raises(DamagedFileError, match=re.escape(headcount_file(world).name)):
            store.read("headcount", [world.cast.alpha.pk], [QUARTER])
        outcome = verify_release(actor=None)

    assert (outcome.agrees, outcome.differing, outcome.missing) == (
        False, (headcount_file(world).name,), (headcount_file(world).name,),
    )  # fmt: skip


def test_a_page_over_a_damaged_file_is_calm_and_shows_no_figure(world: World):
    path = headcount_file(world)
    for content in (None, path.read_bytes()[:200]):
        with damaged(path, content):
            page = open_page(
                world.cast.office_of_hangzhou, reverse("explorer"), i="headcount", at=world.cast.hangzhou.code
            )
        assert page.status_code == 503
        assert "No figure is shown rather than a wrong one" in page.content.decode()


@pytest.mark.parametrize("offset", [0, 4, 100, -200, -6, -1])
def test_one_flipped_byte_is_found_wherever_it_is(world: World, offset: int):
    path = headcount_file(world)
    content = bytearray(path.read_bytes())
    content[offset] ^= 0xFF

    with damaged(path, bytes(content)):
        assert verify_release(actor=None).differing == (headcount_file(world).name,)


def test_definitions_and_manifest_are_papers_of_the_release_too(world: World):
    folder = world.release.folder
    text = (folder / "definitions.yaml").read_text(encoding="utf-8")
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    for name, content, unreadable in (
        ("definitions.yaml", text.replace("en: ", "en: Other ", 1), False),
        ("definitions.yaml", None, False),
        ("manifest.json", json.dumps(manifest | {"seconds": 77}), False),
        ("manifest.json", "{", True),
        ("manifest.json", "[]", True),
    ):
        with damaged(folder / name, None if content is None else content.encode()):
            outcome = verify_release(actor=None)
        assert name in outcome.differing, content
        assert (name in outcome.unreadable) == unreadable
        assert (name in outcome.missing) == (content is None)


def test_a_lake_file_that_changed_or_is_gone_is_named_before_anything_is_computed(world: World):
    file = read_cut(world.release.cut_id).files["employments"]
    path = lake_folder() / file.path
    for content in (None, path.read_bytes() + b"x"):
        with damaged(path, content):
            outcome = verify_release(actor=None)
        assert (outcome.differing, outcome.rows) == ((f"lake/{file.path}",), 0)


def test_a_release_of_an_earlier_version_has_no_hashes_and_is_computed_again(world: World):
    path = world.release.folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    old = {name: value for name, value in manifest.items() if name not in {"files", "sha256"}}
    figures = headcount_file(world)

    with damaged(path, json.dumps(old).encode()):
        assert verify_release(actor=None).agrees
        with damaged(figures, figures.read_bytes()[:-3]):
            assert verify_release(actor=None).unreadable == (headcount_file(world).name,)


def test_a_damaged_manifest_stands_in_the_list_as_damaged(world: World):
    with damaged(world.release.folder / "manifest.json", b"{"):
        assert [line.is_damaged for line in list_releases() if line.id == world.release.id] == [True]
        page = open_page(world.cast.office_of_province, reverse("releases"))
    assert page.status_code == 200
    assert "damaged" in page.content.decode()


def test_what_dead_builds_left_is_no_release_and_goes_with_the_next_build(world: World):
    left = world.release.folder.with_name(".draft-0123456789ab")
    shutil.copytree(world.release.folder, left)

    assert left.name not in list_release_ids()
    built = build_release(actor=None)

    try:
        assert not left.exists()
        assert not list(left.parent.glob(".draft-*"))
        assert verify_release(built.id, actor=None).agrees
    finally:
        (left.parent / "current").write_text(world.release.id, encoding="ascii")


def test_who_may_not_build_a_release_may_not_extract_either(world: World):
    with pytest.raises(PermissionDenied):
        extract(actor=world.viewer_of_province_only)
    with pytest.raises(Http404):
        extract(actor=world.cast.viewer_of_xiaoshan)
    with pytest.raises(PermissionDenied):
        verify_release(actor=world.cast.auditor)

    assert verify_release(actor=world.viewer_of_province_only).agrees


def test_only_the_last_days_of_harmonised_figures_are_kept(world: World, monkeypatch: pytest.MonkeyPatch):
    from tongxin.figures import harmonising

    monkeypatch.setattr(harmonising, "KEPT", 2)
    monkeypatch.setattr(harmonising, "IN_USE", -1)
    days = [f"2026-0{month}-01" for month in (4, 5, 6)]
    for day in days:
        at = replace(Period.parse(day[:7])).first_day
        (found,) = selection.answer(
            world.release,
            selection.Question(("headcount",), world.cast.xiaoshan, None, (QUARTER,), None, at),
            user=None,
        )
        assert found.figure.value == 4, "Beta stood in Xiaoshan until July"

    kept = world.home / "scratch" / "as_of" / world.release.id
    assert sorted(path.name for path in kept.iterdir()) == days[1:]


def test_an_earlier_release_that_is_damaged_takes_nothing_from_the_first_page(world: World):
    earlier = world.release.folder.with_name("20200101-000000-00000000")
    shutil.copytree(world.release.folder, earlier)
    try:
        for path in (earlier / "manifest.json", file_of(earlier / "figures", "headcount")[0]):
            with damaged(path, b"{"):
                page = open_page(world.cast.office_of_hangzhou, reverse("home"), at=world.cast.hangzhou.code)
            assert page.status_code == 200
    finally:
        shutil.rmtree(earlier)
