from __future__ import annotations

import json
from pathlib import Path
from random import Random

import polars as pl
import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.lake.doings import DAY, DOINGS, counted, in_cut, people, registered

from tongxin.analytics.engine import Engine
from tongxin.audit.models import LogEntry
from tongxin.figures.models import DataItem, ReportingUnit
from tongxin.lake import changes
from tongxin.lake.compute import extract, extract_beside
from tongxin.lake.differences import differing
from tongxin.lake.direct import write_changes, write_directly
from tongxin.lake.models import Lineage, LoggedChange, LoggedTable
from tongxin.lake.queries import declared_sources, lake_folder, read_cut
from tongxin.lake.registry_log import table_of
from tongxin.workforce.models import Honour, Training, Worker


@pytest.fixture
def home(cast: Cast, tmp_path: Path):
    people(cast, 12)
    with override_settings(TONGXIN_HOME=tmp_path):
        yield tmp_path


def files() -> set[str]:
    return {str(path.relative_to(lake_folder())) for path in lake_folder().rglob("*.parquet")}


def differences_by_hand(had, has) -> dict:
    return {name: (had[name] - has[name], has[name] - had[name]) for name in has if had[name] != has[name]}


def differences_found(one, other) -> dict:
    with Engine(threads=1) as engine:
        found = differing(engine, one, other)
        assert not found.wholly
        return {
            name: tuple(counted(engine.fetch(table)) for table in pair) for name, pair in found.rows.items()
        }


@settings(
    max_examples=10,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    rounds=st.lists(
        st.lists(st.sampled_from(DOINGS), min_size=1, max_size=4, unique=True), min_size=1, max_size=3
    ),
    chance=st.randoms(use_true_random=False),
)
def test_what_is_extracted_change_by_change_equals_the_registry(home, cast, rounds, chance):
    cuts = [(extract(actor=None, full=True), registered())]

    for doings in rounds:
        for happen in doings:
            happen(cast, chance)
        cuts.append((extract(actor=None), registered()))

    for cut, held in cuts:
        assert in_cut(cut) == held
        assert cut.counts() == {name: rows.total() for name, rows in held.items()}
    (one, had), (other, has) = cuts[0], cuts[-1]
    assert one.files == other.files
    assert differences_found(one, other) == differences_by_hand(had, has)
    (one, had), (other, has) = cuts[-1], cuts[len(cuts) // 2]
    assert differences_found(one, other) == differences_by_hand(had, has)
    assert in_cut(extract(actor=None, full=True)) == cuts[-1][1]


def test_a_full_extract_has_the_rows_of_one_of_changes(home: Path, cast: Cast):
    extract(actor=None)
    for happen in DOINGS:
        happen(cast, Random(3))  # noqa: S311

    changed, full = extract(actor=None), extract(actor=None, full=True)

    assert changed.changes
    assert not full.changes
    assert in_cut(changed) == in_cut(full)


def test_an_unchanged_registry_writes_nothing(home: Path, cast: Cast):
    first = extract(actor=None)
    before = files()
    second = extract(actor=None)

    Training.objects.filter(pk=1).update(minutes=7)
    third = extract(actor=None)
    with_change = files()
    Worker.objects.update(name="某")
    fourth = extract(actor=None)

    assert second.id[-8:] == first.id[-8:]
    assert fourth.id[-8:] == third.id[-8:] != first.id[-8:]
    assert len(with_change - before) == 2  # one row that came, one that went
    assert files() == with_change


def test_what_is_changed_back_is_no_change(home: Path, cast: Cast):
    first = extract(actor=None)
    Training.objects.filter(pk=1).update(minutes=7)
    assert extract(actor=None).changes

    Training.objects.filter(pk=1).update(minutes=60)

    assert not extract(actor=None).changes
    assert read_cut().id[-8:] == first.id[-8:]


def test_a_row_put_back_under_its_old_number_is_in_the_next_cut(home: Path, cast: Cast):
    first, held = extract(actor=None), registered()
    undone = [Training.objects.get(pk=2), Worker.objects.all()[0].employments.get().states.all()[0]]
    for row in undone:
        row.__class__.objects.filter(pk=row.pk).delete()
    assert in_cut(extract(actor=None)) == registered() != held

    for row in undone:
        row.save(force_insert=True)
    cut = extract(actor=None)

    assert in_cut(cut) == held
    assert not cut.changes
    assert cut.files == first.files


def test_two_duties_of_one_day_are_two_rows(home: Path, cast: Cast):
    items = [DataItem.objects.create(code=code) for code in ("employ", "sales")]
    for item in items:
        ReportingUnit.objects.create(organisation=cast.alpha, item=item, valid_from=DAY)
    extract(actor=None)

    ReportingUnit.objects.filter(item=items[0]).update(valid_to="2025-01-01")
    cut = extract(actor=None)

    assert cut.counts()["reporting_units"] == 2
    assert in_cut(cut, ["reporting_units"])["reporting_units"] == registered()["reporting_units"]


def test_the_log_is_emptied_by_an_extract(home: Path, cast: Cast):
    Training.objects.update(minutes=5)
    if connection.vendor == "sqlite":
        assert not LoggedChange.objects.exists(), "nothing is logged before there is a cut"
    extract(actor=None)

    Training.objects.filter(pk__lt=4).update(minutes=6)
    Honour.objects.create(worker=Worker.objects.all()[0], on=DAY, kind="model_worker", level="city")

    assert LoggedChange.objects.count() == 3 + (connection.vendor == "postgresql")
    cut = extract(actor=None)
    assert not LoggedChange.objects.exists()
    assert Lineage.objects.get().mark == cut.origin.mark


def test_a_change_of_more_than_a_tenth_is_written_whole(home, cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(changes, "MOST", 0)
    first = extract(actor=None)
    worker = Worker.objects.all()[0]
    Training.objects.bulk_create(Training(worker=worker, on=DAY, kind="digital") for _ in range(48))
    second = extract(actor=None)

    Training.objects.filter(pk=3).update(minutes=2)
    third = extract(actor=None)
    Training.objects.filter(pk__lt=10).update(minutes=2)
    fourth = extract(actor=None)

    bases = [cut.files["trainings"] for cut in (first, second, third, fourth)]
    assert bases[0] != bases[1] == bases[2] != bases[3]
    assert [cut.changes.get("trainings") is not None for cut in (second, third, fourth)] == [
        False,
        True,
        False,
    ]
    assert in_cut(fourth) == registered()
    with Engine(threads=1) as engine:
        assert differing(engine, first, third).wholly == {"trainings"}


def test_a_registry_without_the_mark_of_the_cut_is_read_whole(home: Path, cast: Cast):
    extract(actor=None)
    older = Lineage.objects.values("mark", "pending").get()
    Training.objects.filter(pk=1).delete()
    extract(actor=None)

    # As a backup has it that was made before: the row is there, and nothing is logged.
    Lineage.objects.update(**older)
    Training.objects.bulk_create(
        [Training(pk=1, worker_id=Worker.objects.all()[0].pk, on=DAY, kind="digital")]
    )
    LoggedChange.objects.all().delete()
    cut = extract(actor=None)

    assert not cut.changes
    assert in_cut(cut) == registered()


def test_a_cut_that_was_published_before_its_extract_died_is_gone_on_from(home: Path, cast: Cast):
    extract(actor=None)
    Training.objects.filter(pk=1).delete()
    logged = list(LoggedChange.objects.all())
    before = Lineage.objects.get()
    cut = extract(actor=None)

    # As it was when the manifest stood and the registry was not told yet.
    Lineage.objects.update(mark=before.mark, pending=cut.origin.mark)
    LoggedChange.objects.bulk_create(logged)
    Training.objects.filter(pk=2).delete()
    later = extract(actor=None)

    assert later.files == cut.files
    assert later.changes["trainings"].gone.rows == 2
    assert not LoggedChange.objects.exists()


def test_a_source_read_in_another_way_is_written_whole(home: Path, cast: Cast):
    extract(actor=None)
    path = lake_folder() / "current.json"
    manifest = json.loads(path.read_text())
    manifest["origin"]["declared"]["trainings"] = "another"
    path.write_text(json.dumps(manifest))
    Training.objects.filter(pk=1).update(minutes=9)
    Worker.objects.filter(pk=Worker.objects.all()[0].pk).update(sex="male")

    cut = extract(actor=None)

    assert set(cut.changes) == {"people"}
    assert in_cut(cut) == registered()


@pytest.mark.parametrize("damage", ["missing", "other bytes"])
def test_a_damaged_file_is_not_gone_on_from(home: Path, cast: Cast, damage: str):
    cut = extract(actor=None)
    path = lake_folder() / cut.files["trainings"].path
    path.unlink() if damage == "missing" else path.write_bytes(path.read_bytes()[:-9])

    assert in_cut(extract(actor=None)) == registered()


def test_a_cut_of_an_earlier_version_is_followed_by_a_whole_one(home: Path, cast: Cast):
    extract(actor=None)
    path = lake_folder() / "current.json"
    manifest = json.loads(path.read_text())
    del manifest["changes"], manifest["origin"]
    path.write_text(json.dumps(manifest))
    assert read_cut().changes == {}
    Training.objects.filter(pk=1).update(minutes=9)

    assert not extract(actor=None).changes


def test_an_extract_is_recorded_with_its_rows(home: Path, cast: Cast):
    extract(actor=None)
    Training.objects.filter(pk=1).delete()

    cut = extract(actor=None)

    entry = LogEntry.objects.filter(action="lake.extracted").latest("pk")
    assert entry.changes == {"cut": cut.id, "rows": sum(rows.total() for rows in registered().values())}


@pytest.mark.django_db
def test_each_source_of_one_model_is_logged_with_its_key():
    logged = dict(LoggedTable.objects.values_list("name", "key"))
    declared = {
        table_of(source): ",".join(source.registered[name] for name in source.key)
        for source in declared_sources()
        if source.model
    }

    assert declared == logged


@pytest.mark.django_db
def test_the_triggers_of_every_logged_table_stand_after_all_migrations():
    if connection.vendor == "sqlite":
        query, verbs = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger'",
            ("insert", "update", "renumber", "delete"),
        )
    else:
        query, verbs = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
            ("insert", "update", "delete", "emptied"),
        )
    with connection.cursor() as cursor:
        cursor.execute(query)
        found = {name for (name,) in cursor.fetchall() if name.startswith("lake_")}

    tables = LoggedTable.objects.values_list("name", flat=True)
    assert found == {f"lake_{table}_{verb}" for table in tables for verb in verbs}


def test_a_frame_changes_what_was_written_directly(home: Path, cast: Cast):
    Honour.objects.all().delete()
    honour = {"worker_id": [1, 2, 3], "organisation_id": [None] * 3, "on": [DAY] * 3, "kind": ["a"] * 3}
    frame = pl.DataFrame({"id": [1, 2, 3], **honour, "level": ["city"] * 3})
    empty = pl.DataFrame({"id": []}, schema={"id": pl.Int64})
    first = extract_beside(actor=None, written=write_directly(["honours"], [{"honours": frame}]))

    write_changes(
        {"honours": (frame[:1].with_columns(kind=pl.lit("b")), pl.DataFrame({"id": [2]}))}, actor=None
    )
    second = write_changes({"honours": (frame[2:].with_columns(id=pl.lit(9)), empty)}, actor=None)
    Training.objects.filter(pk=1).delete()
    third = extract(actor=None)

    held = in_cut(third, ["honours"])["honours"]
    assert sorted((row[0], row[4]) for row in held) == [(1, "b"), (3, "a"), (9, "a")]
    assert third.changes["honours"] == second.changes["honours"]
    assert third.files == first.files
    assert set(third.changes) == {"honours", "trainings"}
    with pytest.raises(KeyError, match="trainings"):
        write_changes({"trainings": (frame, empty)}, actor=None)
    back = write_changes({"honours": (frame[:2], pl.DataFrame({"id": [9]}))}, actor=None)
    assert "honours" not in back.changes
