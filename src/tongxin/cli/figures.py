from __future__ import annotations

import csv
import sys
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from tongxin.cli.home import FORMATS, acting_user, open_home, print_json, print_rows
from tongxin.cli.organisations import DAY, LEVELS

if TYPE_CHECKING:
    from tongxin.figures.queries import Release
    from tongxin.figures.selection import Question
    from tongxin.organisations.access import Principal


class DayOrNow(click.ParamType[Any]):
    """A day, or the word for the last day of the data."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        return value if value == "now" else DAY.convert(value, param, ctx)


DAY_OR_NOW = DayOrNow()
AT = click.option("--at", "at", required=True, metavar="ORG", help="Code of the unit.")


@click.command()
@click.argument("codes", nargs=-1, required=True, metavar="CODE...")
@AT
@click.option("--level", type=LEVELS, help="At the unit's descendants of this level.")
@click.option("--period", metavar="P", help="2026, 2026Q3 or 2026-09; the last complete one by default.")
@click.option("--from", "first", metavar="P", help="First of several periods.")
@click.option("--to", "last", metavar="P", help="Last of several periods.")
@click.option(
    "--by", "breakdowns", multiple=True, metavar="BREAKDOWN", help="Broken down by a field, such as sex."
)
@click.option(
    "--as-of",
    type=DAY_OR_NOW,
    metavar="DATE",
    help="With the tree of this day, or of “now”, for all periods; that of each period otherwise.",
)
@click.option(
    "--explain",
    is_flag=True,
    help="With --as-of: which units make the difference to the tree of each period, one by one.",
)
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@click.pass_context
def figures(
    ctx: click.Context,
    codes: tuple[str, ...],
    at: str,
    level: str | None,
    period: str | None,
    first: str | None,
    last: str | None,
    breakdowns: tuple[str, ...],
    as_of: datetime | str | None,
    explain: bool,  # noqa: FBT001
    form: str,
) -> None:
    """Print figures of one or more indicators, from the current release."""
    open_home()
    from tongxin.figures.queries import read_release
    from tongxin.figures.selection import (
        COLUMNS,
        Question,
        answer,
        answer_beside,
        check_codes,
        check_level,
        read_periods,
    )
    from tongxin.organisations.access import Action, get_organisation_for

    user = acting_user(ctx)
    release = read_release()
    check_codes(release, codes)
    question = Question(
        codes=tuple(dict.fromkeys(codes)),
        at=get_organisation_for(user, at, Action.SEE_FIGURES),
        level=level,
        periods=read_periods(release, codes, period=period, first=first, last=last),
        by=",".join(breakdowns) or None,
        as_of=release.cut_on if as_of == "now" else as_of.date() if isinstance(as_of, datetime) else None,
    )
    check_level(question)
    if explain:
        print_explained(release, question, user, form)
        return
    found = [*answer(release, question, user=user), *answer_beside(release, question, user=user)]
    rows = [each.as_row() for each in found]
    shown = (
        COLUMNS if form != "table" else [name for name in COLUMNS if name not in {"definition", "release"}]
    )
    print_rows(rows, shown, form)


def print_explained(release: Release, question: Question, user: Principal, form: str) -> None:
    """Print why figures with the tree of one day differ from those with the tree of each period."""
    from tongxin.figures.explaining import EXPLAINED, explain_figures, lines_of

    explained = explain_figures(release, question, user=user)
    if form == "json":
        print_json(explained)
    else:
        print_rows(lines_of(explained), EXPLAINED, form)


@click.command()
@click.argument("code", metavar="CODE")
@AT
@click.option("--period", metavar="P", help="2026, 2026Q3 or 2026-09; the last complete one by default.")
@click.option(
    "--part", type=click.Choice(["numerator", "denominator"]), default="numerator", show_default=True
)
@click.option("--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True)
@click.pass_context
def facts(ctx: click.Context, code: str, at: str, period: str | None, part: str, form: str) -> None:
    """Print the rows behind a figure: a pseudonym, unit, date and the fields that the definition uses."""
    open_home()
    from tongxin.figures.facts import facts_behind
    from tongxin.figures.queries import read_release
    from tongxin.figures.selection import check_codes, read_periods
    from tongxin.organisations.access import Action, get_organisation_for

    user = acting_user(ctx)
    release = read_release()
    check_codes(release, [code])
    periods = read_periods(release, [code], period=period, first=None, last=None)
    unit = get_organisation_for(user, at, Action.SEE_PEOPLE)
    found = facts_behind(release, code, part=part, at=unit, period=periods[0], user=user)
    rows = found.rows
    if found.withheld:
        click.echo(f"tongxin: {found.withheld_text}", err=True)
    if form == "json":
        print_json(rows)
        return
    writer = csv.DictWriter(
        sys.stdout, list(rows[0]) if rows else ["key", "organisation", "date"], lineterminator="\n"
    )
    writer.writeheader()
    for row in rows:
        writer.writerow(
            {name: str(value).lower() if isinstance(value, bool) else value for name, value in row.items()}
        )
