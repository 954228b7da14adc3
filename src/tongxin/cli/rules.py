from __future__ import annotations

from pathlib import Path

import click

from tongxin.cli.home import open_home, print_json


@click.group()
def rule() -> None:
    """Check definitions before they are published."""


@rule.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
def check(file: Path, form: str) -> None:
    """Lint the definitions of a YAML file: every problem with its line, column and the nearest right name."""
    open_home()
    from tongxin.figures.rule_checks import check_file

    outcome = check_file(file)
    if form == "json":
        print_json(outcome.as_json())
    else:
        for problem in outcome.problems:
            click.echo(f"{problem.file}:{problem.line}:{problem.column}: {problem.message}", err=True)
        for definition in outcome.sentences:
            click.echo(definition)
        click.echo(outcome.summary)
    if outcome.problems:
        raise SystemExit(1)
