"""What a process of its own does with a home of its own, on any database."""

from __future__ import annotations

import os
import shutil
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from random import Random

from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from tests.cast import Cast, raise_cast
from tests.lake.doings import DAY, DOINGS, in_cut, people, registered

from tongxin.lake.compute import extract
from tongxin.lake.extraction import Extraction
from tongxin.lake.models import LoggedChange
from tongxin.lake.queries import read_cut
from tongxin.workforce.models import Training, Worker


def begin() -> Cast:
    call_command("migrate", verbosity=0)
    with transaction.atomic():
        cast = raise_cast()
    people(cast, 30)
    return cast


def rounds() -> None:
    """Let things happen, in transactions that are committed, and compare every cut with the registry."""
    cast, chance = begin(), Random("rounds")  # noqa: S311
    extract(actor=None)
    for _ in range(8):
        for happen in chance.sample(DOINGS, 4):
            happen(cast, chance)
        held, cut = registered(), extract(actor=None)
        assert cut.changes
        assert in_cut(cut) == held
        assert not LoggedChange.objects.exists()
    assert in_cut(extract(actor=None, full=True)) == held
    assert not read_cut().changes


def killed() -> None:
    """Die as a killed process does, when a full extract has read half of the sources."""
    begin()
    extract(actor=None)
    Training.objects.filter(pk=1).update(minutes=7)
    read, done = Extraction.read, []

    def read_or_die(self: Extraction, source) -> None:
        if len(done) == 15:
            os.kill(os.getpid(), signal.SIGKILL)
        done.append(source.name)
        read(self, source)

    Extraction.read = read_or_die
    extract(actor=None, full=True)


def resumed() -> None:
    """Go on after `killed`, when things have happened since."""
    Training.objects.filter(pk=2).delete()
    Worker.objects.filter(pk=3).update(sex="male")
    written: list[str] = []
    write = Extraction._write_whole
    Extraction._write_whole = lambda self, source: (written.append(source.name), write(self, source))
    cut = extract(actor=None, full=True)
    assert in_cut(cut) == registered()
    # What the killed one had written was changed beside; the rest was written now.
    assert set(cut.changes) == {"people", "trainings"}
    assert len(written) == len(cut.files) - 15
    assert not (Path(settings.TONGXIN_HOME) / "lake" / "extracting.json").exists()


def restored() -> None:
    """Take a cut of a registry that a backup has put back, before and after a killed extract."""
    begin()
    extract(actor=None)
    database = Path(settings.TONGXIN_HOME) / "registry.sqlite3"
    _copy(database, database.with_suffix(".backup"))
    Training.objects.filter(pk=1).delete()
    extract(actor=None)
    _copy(database.with_suffix(".backup"), database)
    # The same number of changes as the lost ones, in the same table.
    Training.objects.filter(pk=2).delete()
    cut = extract(actor=None)
    assert not cut.changes
    assert in_cut(cut) == registered()


def _copy(one: Path, other: Path) -> None:
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    shutil.copy(one, other)


def restored_while_killed() -> None:
    """Put a backup back between a killed extract and the next; runs on what `killed` left."""
    lake = Path(settings.TONGXIN_HOME) / "lake"
    assert (lake / "extracting.json").is_file()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE lake_lineage SET pending = ''")
        cursor.execute("DELETE FROM lake_loggedchange")
        cursor.execute("UPDATE workforce_worker SET sex = 'male' WHERE id = 5")
        cursor.execute("DELETE FROM lake_loggedchange")
    assert in_cut(extract(actor=None, full=True)) == registered()


def _elsewhere(write: Callable[[], None]) -> None:
    """Write from a thread, which has a connection of its own."""
    problems: list[Exception] = []

    def run() -> None:
        try:
            write()
        except Exception as error:  # noqa: BLE001  # it is raised in the main thread
            problems.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    assert not problems, problems


def beside_a_writer() -> None:
    """Extract while somebody writes: what is committed meanwhile is in the next cut."""
    cast, chance = begin(), Random("beside")  # noqa: S311
    _extract_beside_a_writer(cast, chance, full=True)
    _extract_beside_a_writer(cast, chance, full=False)


def _extract_beside_a_writer(cast: Cast, chance: Random, *, full: bool) -> None:
    Training.objects.filter(pk=9).update(minutes=7 + full)
    held, written = registered(), []

    def write(_stage: str, percent: int) -> None:
        if percent > 10 and not written:
            written.append(percent)
            _elsewhere(lambda: [happen(cast, chance) for happen in DOINGS])

    cut = extract(actor=None, progress=write, full=full)
    assert in_cut(cut) == held != registered()
    assert in_cut(extract(actor=None)) == registered()


def beside_a_slow_writer() -> None:
    """On PostgreSQL a change may be numbered before an extract and committed after it."""
    cast = begin()
    extract(actor=None)
    ready, go = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            Training.objects.filter(pk=1).delete()
            Training.objects.create(worker=Worker.objects.all()[0], on=DAY, kind="digital", minutes=1)
            ready.set()
            go.wait(60)
        connection.close()

    thread = threading.Thread(target=slowly)
    thread.start()
    ready.wait(60)
    Training.objects.filter(pk=2).delete()
    people(cast, 1, first=500)
    first, held = extract(actor=None), registered()
    go.set()
    thread.join()
    assert in_cut(first) == held
    assert in_cut(extract(actor=None)) == registered()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE workforce_honour")
    assert not extract(actor=None).changes
