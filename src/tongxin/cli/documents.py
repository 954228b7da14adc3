"""Reading official text: cleaned, its structure, and what it asks of whom."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from tongxin.cli.home import open_home, print_json, print_rows

if TYPE_CHECKING:
    from tongxin.documents.reading import Document

COLUMNS = ("kind", "dimension", "deadline", "lead", "support", "target", "quote")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def document(file: Path, form: str) -> None:
    """Clean an official text (UTF-8, DOCX or PDF) and propose the tasks in it; nothing is stored."""
    open_home()
    from tongxin.containers.packed import MEGABYTE
    from tongxin.documents.limits import MAX_FILE_MEGABYTES
    from tongxin.documents.reading import read_document
    from tongxin.documents.refusals import DocumentRefused

    size = file.stat().st_size
    if size > MAX_FILE_MEGABYTES * MEGABYTE:
        params = {"found": -(-size // MEGABYTE), "limit": MAX_FILE_MEGABYTES}
        raise DocumentRefused("file_too_large", params)
    found = read_document(file.read_bytes())
    if form == "json":
        print_json(found.as_json())
    else:
        _print_text(found)


def _print_text(found: Document) -> None:
    from django.utils.translation import gettext as _

    head = (found.heading.title, found.heading.number, found.heading.source, found.heading.date)
    click.echo(" · ".join(str(each) for each in head if each))
    rows = [
        each.as_json() | {"lead": ", ".join(each.lead), "support": ", ".join(each.support)}
        for each in found.proposals
    ]
    print_rows(rows, COLUMNS, "table")
    summary = _("%(paragraphs)d paragraphs, %(removed)d removals, %(proposals)d proposals.")
    counts = {
        "paragraphs": len(found.paragraphs),
        "removed": len(found.cleaned.removed),
        "proposals": len(found.proposals),
    }
    click.echo(summary % counts, err=True)
