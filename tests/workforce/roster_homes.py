"""A home of its own on the disk, prepared once, and the real command run in it as a process."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tongxin.codes.credit_codes import complete_credit_code

ALPHA = complete_credit_code("91330109MA2CAXT0A")
BETA = complete_credit_code("91330109MA2CAXT0B")
PREPARE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from tests.cast import raise_cast
from django.conf import settings
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
raise_cast()
"""


@dataclass(frozen=True)
class Home:
    folder: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        own = {
            "TONGXIN_HOME": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
            "LANGUAGE_CODE": "en",
            "PYTHONPATH": str(Path(__file__).parents[2]),
        }
        return kept | own

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, *arguments],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str) -> tuple[int, str, str]:
        process = self.start("-m", "tongxin", *arguments)
        output, errors = process.communicate(timeout=120)
        return process.returncode, output, errors

    def send(self, file: Path, code: str = ALPHA, *options: str) -> tuple[int, dict[str, Any]]:
        status, output, errors = self.run(
            "import", "workers", str(file), "--organisation", code, *options, "--format", "json"
        )
        assert "Traceback" not in errors
        return status, json.loads(output)

    def count(self, table: str) -> int:
        import sqlite3

        connection = sqlite3.connect(self.folder / "registry.sqlite3", timeout=30)
        try:
            (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        finally:
            connection.close()
        return int(found)


def prepare_home(folder: Path) -> Home:
    home = Home(folder)
    process = home.start("-c", PREPARE)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    return home


def copy_home(home: Home, folder: Path) -> Home:
    shutil.copytree(home.folder, folder)
    return Home(folder)
