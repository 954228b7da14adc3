"""Workbooks out and in."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

import click

from tongxin.cli.home import acting_user, open_home, print_json, require_folder
from tongxin.cli.organisations import DAY

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FORM = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.group()
def template() -> None:
    """Make the workbook that an enterprise fills in."""


@template.command("workers")
@click.argument("out", type=click.Path(dir_okay=False, path_type=Path), metavar="OUT.xlsx")
@click.option("--organisation", "code", required=True, metavar="CODE", help="The enterprise's credit code.")
@click.pass_context
def template_workers(ctx: click.Context, out: Path, code: str) -> None:
    """Write the roster workbook, with the enterprise's own people already filled in."""
    open_home()
    from django.utils.translation import gettext as _

    from tongxin.organisations.access import Action, get_organisation_for
    from tongxin.workforce.roster_workbooks import write_roster_template

    user = acting_user(ctx)
    unit = get_organisation_for(user, code, Action.CHANGE_PEOPLE)
    require_folder(out)
    count = write_roster_template(unit, out, actor=user)
    message = _("%(file)s: %(count)s people of %(unit)s.")
    click.echo(message % {"file": out, "count": f"{count:,}", "unit": unit.name_zh}, err=True)


@click.group("import")
def import_group() -> None:
    """Read workbooks into the registry."""


@import_group.command("workers")
@click.argument("file", type=FILE)
@click.option("--organisation", "code", required=True, metavar="CODE", help="The enterprise's credit code.")
@click.option(
    "--effective",
    type=DAY,
    metavar="DATE",
    help="Changed values hold from here; default: first day of this month.",
)
@click.option("--dry-run", is_flag=True, help="Check and count, but change nothing.")
@click.option(
    "--verdicts",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="OUT.xlsx",
    help="Write the rejected rows, each wrong cell with what is wrong.",
)
@FORM
@click.pass_context
def import_workers(
    ctx: click.Context,
    file: Path,
    code: str,
    effective: datetime | None,
    dry_run: bool,  # noqa: FBT001
    verdicts: Path | None,
    form: str,
) -> None:
    """Read a roster: accepted rows are stored, rejected ones are listed with row, column and reason."""
    open_home()
    if verdicts:
        require_folder(verdicts)
    from tongxin.cli.rosters import import_roster

    answer, is_refused = import_roster(
        file,
        code=code,
        user=acting_user(ctx),
        effective_on=effective.date() if effective else None,
        is_dry_run=dry_run,
        verdicts=verdicts,
    )
    if form == "json":
        print_json(answer)
    else:
        _print_roster(answer)
    if is_refused:
        raise SystemExit(1)


def _print_roster(answer: dict[str, Any]) -> None:
    from django.utils.translation import gettext as _

    labels = {"errors": _("Error: %(text)s"), "warnings": _("Warning: %(text)s")}
    for kind, label in labels.items():
        for finding in answer[kind]:
            text = f"{_placed(finding)} [{finding['code']}]"
            click.echo(label % {"text": text}, err=True)
    counts = ("rows", "added", "changed", "unchanged", "rejected")
    message = _(
        "rows %(rows)s, added %(added)s, changed %(changed)s, unchanged %(unchanged)s, rejected %(rejected)s"
    )
    click.echo(message % {name: f"{answer[name]:,}" for name in counts})


def _placed(finding: dict[str, Any]) -> str:
    """Return a finding with where it is; one about the whole file has no place."""
    from django.utils.translation import gettext as _

    if finding["row"] is None:
        form = "%(message)s" if finding["column"] is None else _("column %(column)s: %(message)s")
    else:
        whole = _("row %(row)s: %(message)s")
        form = whole if finding["column"] is None else _("row %(row)s, column %(column)s: %(message)s")
    return form % finding


@import_group.command("reported")
@click.argument("file", type=FILE)
@FORM
@click.pass_context
def import_reported(ctx: click.Context, file: Path, form: str) -> None:
    """Read a table of reported figures: one row a unit and period, one column a data item."""
    open_home()
    from tongxin.figures.reporting import import_reported as read_reported

    answer = read_reported(file, actor=acting_user(ctx))
    if form == "json":
        print_json(answer.as_json())
    else:
        _print_roster(answer.as_json())
    if answer.is_refused:
        raise SystemExit(1)
