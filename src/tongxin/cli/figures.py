from __future__ import annotations

import csv
import sys
from datetime import datetime

import click

from tongxin.cli.home import FORMATS, acting_user, open_home, print_json, print_rows
from tongxin.cli.organisations import DAY, LEVELS

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
@click.option("--as-of", type=DAY, metavar="DATE", help="With the tree of this day for all periods.")
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
    as_of: datetime | None,
    form: str,
) -> None:
    """Print figures of one or more indicators, from the current release."""
    open_home()
    from tongxin.figures.queries import read_release
    from tongxin.figures.selection import COLUMNS, Question, answer, check_codes, check_level, read_periods
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
        as_of=as_of.date() if as_of else None,
    )
    check_level(question)
    rows = [each.as_row() for each in answer(release, question, user=user)]
    shown = (
        COLUMNS if form != "table" else [name for name in COLUMNS if name not in {"definition", "release"}]
    )
    print_rows(rows, shown, form)


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
