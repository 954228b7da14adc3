from __future__ import annotations

import json
from typing import Any

import click

from tongxin.cli.home import Bar, acting_user, open_home, print_json, print_rows

FORM = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.command()
@FORM
@click.pass_context
def extract(ctx: click.Context, form: str) -> None:
    """Write the facts of the registry into the lake."""
    open_home()
    from django.utils.translation import gettext as _

    from tongxin.lake.compute import extract as extract_registry

    with Bar("extract") as progress:
        cut = extract_registry(actor=acting_user(ctx), progress=progress)
    rows = {name: file.rows for name, file in cut.files.items()}
    if form == "json":
        print_json({"cut": cut.id, "cut_on": cut.cut_on, "rows": rows})
    else:
        message = _("Cut %(cut)s: %(facts)s facts in %(tables)s tables.")
        facts = f"{sum(rows.values()):,}"
        click.echo(message % {"cut": cut.id, "facts": facts, "tables": len(rows)})


@click.group()
def release() -> None:
    """Build, list and verify releases: immutable computations of all figures."""


@release.command()
@click.option(
    "--full", is_flag=True, help="Compute everything anew; releases are always complete computations."
)
@FORM
@click.pass_context
def build(ctx: click.Context, form: str, full: bool) -> None:  # noqa: FBT001
    """Extract the registry, compute every figure and make the release current."""
    open_home()
    from django.utils.translation import gettext as _

    from tongxin.figures.compute import build_release

    with Bar("release") as progress:
        built = build_release(actor=acting_user(ctx), progress=progress)
    answer = {"release": built.id, **built.manifest}
    if form == "json":
        print_json(answer)
    else:
        message = _("Release %(release)s: %(figures)s figures of %(indicators)s indicators in %(seconds)s s.")
        figures = built.manifest["figures"]
        counts = {"figures": f"{sum(figures.values()):,}", "indicators": len(figures)}
        click.echo(message % {"release": built.id, "seconds": built.manifest["seconds"], **counts})


@release.command("list")
@click.option("--format", "form", type=click.Choice(["table", "csv", "json"]), default="table")
def list_releases(form: str) -> None:
    """List the kept releases, newest first."""
    open_home()
    print_rows(_rows(), ["release", "built_at", "cut", "cut_on", "figures", "current"], form)


def _rows() -> list[dict[str, Any]]:
    from tongxin.figures.queries import current_release_id, list_release_ids, releases_folder

    rows = []
    current = current_release_id()
    for release_id in reversed(list_release_ids()):
        manifest = json.loads((releases_folder() / release_id / "manifest.json").read_text(encoding="utf-8"))
        rows.append(
            {
                "release": release_id,
                "built_at": manifest["built_at"],
                "cut": manifest["cut"],
                "cut_on": manifest["cut_on"],
                "figures": sum(manifest["figures"].values()),
                "current": release_id == current,
            }
        )
    return rows


@release.command()
@click.argument("release_id", metavar="[ID]", required=False)
@FORM
def verify(release_id: str | None, form: str) -> None:
    """Compute a release again from its own data cut, definitions and tree, and compare every row."""
    open_home()
    from django.utils.translation import gettext as _

    from tongxin.cli.running_errors import Refused
    from tongxin.figures.compute import verify_release
    from tongxin.figures.queries import read_release

    outcome = verify_release(read_release(release_id))
    if form == "json":
        print_json(
            {
                "release": outcome.release,
                "agrees": outcome.agrees,
                "rows": outcome.rows,
                "differing": list(outcome.differing),
            }
        )
        if not outcome.agrees:
            raise SystemExit(1)
    elif outcome.agrees:
        message = _("Release %(release)s agrees in all %(rows)s rows.")
        click.echo(message % {"release": outcome.release, "rows": f"{outcome.rows:,}"})
    else:
        message = _("Release %(release)s differs in: %(parts)s.")
        raise Refused(message % {"release": outcome.release, "parts": ", ".join(outcome.differing)})
