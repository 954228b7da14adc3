"""The `tongxin` command: everything that an operator or a script does, with JSON on standard output."""

from __future__ import annotations

import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any

import click

EPILOG = """\b
Begin with:
  tongxin demo                        a running synthetic province
  tongxin template workers OUT.xlsx --organisation CODE
  tongxin import workers FILE.xlsx --organisation CODE
  tongxin release build
  tongxin figures headcount --at 330000 --level city

Data lives under TONGXIN_HOME (default ./var). Exit status: 0 done, 1 refused or failed, 2 wrong usage."""


class TongxinGroup(click.Group):
    """Commands by name, each imported when it is called: `--help` answers at once."""

    COMMANDS = {
        "demo": "running:demo",
        "serve": "running:serve",
        "worker": "running:worker",
        "migrate": "running:migrate",
        "synthesise": "running:synthesise",
        "organisations": "organisations:organisations",
        "template": "exchange:template",
        "import": "exchange:import_group",
        "extract": "releases:extract",
        "release": "releases:release",
        "figures": "figures:figures",
        "facts": "figures:facts",
        "rule": "rules:rule",
        "document": "documents:document",
        "supervise": "supervision:supervise",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        place = self.COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, name = place.split(":")
        command: click.Command = getattr(import_module(f"tongxin.cli.{module}"), name)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            near = get_close_matches(args[0], self.COMMANDS, 1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"{error.message}{hint}", ctx) from None


@click.command(cls=TongxinGroup, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="tongxin")
@click.option(
    "--as", "username", metavar="USER", help="Act with this user's rights instead of the operator's."
)
@click.pass_context
def cli(ctx: click.Context, username: str | None) -> None:
    """Tongxin (同心) runs the reform of the industrial workforce: plans, facts, figures, services."""
    ctx.obj = {"username": username}


def main() -> Any:
    """Run the command; a mistake of the user's is a sentence, never a traceback."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    from tongxin.cli.running_errors import explained

    with explained(sys.argv):
        return cli(prog_name="tongxin")
