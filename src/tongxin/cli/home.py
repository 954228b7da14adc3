"""What every command needs: the settings loaded, the acting user, and one way to print."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

FORMATS = click.Choice(["table", "csv", "json"])


def open_home() -> None:
    """Load the settings of this home, and speak its language."""
    import django

    django.setup()
    from django.conf import settings
    from django.utils import translation

    translation.activate(settings.LANGUAGE_CODE)


def acting_user(ctx: click.Context) -> Any:
    """Return the user named by --as, or None for the operator."""
    username = (ctx.find_root().obj or {}).get("username")
    if username is None:
        return None
    from tongxin.accounts.models import User
    from tongxin.cli.running_errors import Refused

    user = User.objects.filter(username=username, is_active=True).first()
    if user is None:
        from django.utils.translation import gettext as _

        raise Refused(_("There is no active account named “%(name)s”.") % {"name": username})
    return user


def require_folder(path: Path) -> None:
    """Refuse a file that could not be written, before anything is done."""
    from tongxin.cli.running_errors import Refused

    if not path.parent.is_dir():
        from django.utils.translation import gettext as _

        raise Refused(_("There is no folder %(folder)s to write into.") % {"folder": path.parent})


def print_json(answer: object) -> None:
    click.echo(json.dumps(answer, ensure_ascii=False, indent=1, default=str))


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str) -> None:
    """Print rows as a table for people, as CSV, or as a list of JSON objects."""
    if form == "json":
        print_json(list(rows))
    elif form == "csv":
        writer = csv.DictWriter(sys.stdout, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    else:
        _print_table(rows, columns)


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    table = Table(
        *(Column(name, no_wrap=True) for name in columns), box=None, pad_edge=False, header_style="bold"
    )
    for row in rows:
        table.add_row(*("" if row.get(name) is None else str(row[name]) for name in columns))
    # Wide enough for any row: a table that is cut says less than a long line.
    Console(width=None if len(columns) <= 4 and sys.stdout.isatty() else 400).print(table)


class Bar:
    """A progress bar on standard error; silent where it is not a terminal."""

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

        self._console = Console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._title = title

    def __enter__(self) -> Callable[[str, int], None]:
        self._progress.start()
        self._task = self._progress.add_task(self._title, total=100)
        return self._report

    def _report(self, stage: str, percent: int) -> None:
        self._progress.update(self._task, completed=percent, description=f"{self._title}: {stage}")

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
