from __future__ import annotations

import os
import subprocess
import sys

import pytest

ENGINES = {"ibis", "duckdb", "celpy", "polars", "pandas"}


def loaded_after(code: str, home: str) -> set[str]:
    """Return the modules that a process of its own has loaded after some code."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules)"],
        env=os.environ | {"TONGXIN_HOME": home, "DJANGO_SETTINGS_MODULE": "tongxin.config.settings"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("module", ["tongxin.figures.selection", "tongxin.figures.queries"])
def test_reading_figures_loads_no_engine(module, tmp_path):
    code = f"""
import django; django.setup()
import {module}
from tongxin.lake.queries import declared_subjects; declared_subjects()"""

    assert loaded_after(code, str(tmp_path)) & ENGINES == set()


def test_help_is_given_without_loading_django(tmp_path):
    code = """
from click.testing import CliRunner
from tongxin.cli.main import cli
assert CliRunner().invoke(cli, ["--help"]).exit_code == 0"""

    assert "django" not in loaded_after(code, str(tmp_path))
