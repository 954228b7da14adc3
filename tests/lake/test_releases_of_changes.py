from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from tests.figures.world import World, world

from tongxin.figures.compute import build_release
from tongxin.figures.queries import Release
from tongxin.figures.verifying import verify_release
from tongxin.lake.compute import extract
from tongxin.lake.queries import lake_folder, read_cut
from tongxin.workforce.models import EmploymentState, Training
from tongxin.workforce.record_actions import add_training

__all__ = ["world"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def changed(world: World) -> Release:
    """Build a release from a cut that has changes beside its files."""
    extract(actor=None)
    Training.objects.filter(worker=world.qian).delete()
    EmploymentState.objects.filter(employment__worker=world.li).update(wage_fen=1_000_000)
    on = Training.objects.filter(worker=world.li).latest("on").on.replace(day=28)
    add_training(world.li, actor=None, organisation=world.cast.alpha, on=on, kind="digital", minutes=30)
    return build_release(actor=None, full=True)


def rows_of(release: Release) -> dict[str, list[str]]:
    return {
        path.name: sorted(map(str, pq.read_table(path).to_pylist()))
        for path in (release.folder / "figures").glob("*.parquet")
    }


def test_a_release_of_a_changed_cut_has_the_figures_of_a_full_one(world: World, changed: Release):
    cut = read_cut(changed.cut_id)
    assert {"trainings", "employment_states"} <= set(cut.changes)
    assert cut.files == read_cut(world.release.cut_id).files

    extract(actor=None, full=True)
    full = build_release(actor=None, fresh_cut=False)

    assert not read_cut(full.cut_id).changes
    assert rows_of(full) == rows_of(changed) != rows_of(world.release)


def test_a_damaged_file_of_a_change_is_named(world: World, changed: Release):
    assert verify_release(actor=None).agrees
    change = read_cut(changed.cut_id).changes["trainings"]
    for file in change.files():
        path: Path = lake_folder() / file.path
        whole = path.read_bytes()
        for content in (b"x", None):
            path.unlink() if content is None else path.write_bytes(content)
            outcome = verify_release(actor=None)
            path.write_bytes(whole)
            assert (outcome.differing, outcome.rows) == ((f"lake/{file.path}",), 0)
