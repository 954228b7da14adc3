from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from tongxin.cli.home import Bar, acting_user, open_home, print_json, print_rows

FORM = click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)


@click.command()
@click.option("--full", is_flag=True, help="Write every fact anew, not only what changed since.")
@FORM
@click.pass_context
def extract(ctx: click.Context, form: str, full: bool) -> None:  # noqa: FBT001
    """Write the facts of the registry into the lake: what changed since the last extract."""
    open_home()
    from django.utils.translation import gettext as _

    from tongxin.lake.compute import extract as extract_registry

    with Bar("extract") as progress:
        cut = extract_registry(actor=acting_user(ctx), progress=progress, full=full)
    rows = cut.counts()
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
    answer = {
        "release": built.id,
        **{k: v for k, v in built.manifest.items() if k not in {"files", "sha256"}},
    }
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
    from django.utils.translation import gettext as _

    rows = _rows()
    for row in rows:
        if row["built_at"] is None:
            message = _("Release %(release)s is damaged: its manifest cannot be read.")
            click.echo(f"tongxin: {message % {'release': row['release']}}", err=True)
    print_rows(rows, ["release", "built_at", "cut", "cut_on", "figures", "current"], form)


def _rows() -> list[dict[str, Any]]:
    from tongxin.figures.queries import current_release_id, list_releases

    current = current_release_id()
    return [
        {
            "release": line.id,
            "built_at": line.built_at.isoformat() if line.built_at else None,
            "cut": line.cut_id or None,
            "cut_on": line.cut_on.isoformat() if line.cut_on else None,
            "figures": line.figures,
            "current": line.id == current,
        }
        for line in list_releases()
    ]


@release.command()
@click.argument("release_id", metavar="[ID]", required=False)
@FORM
@click.pass_context
def verify(ctx: click.Context, release_id: str | None, form: str) -> None:
    """Compare the files of a release with their hashes, then compute it again from its own cut.

    Every file that differs is named, missing and unreadable ones too.
    """
    open_home()
    from django.utils.translation import gettext as _

    from tongxin.cli.running_errors import Refused
    from tongxin.figures.verifying import verify_release

    outcome = verify_release(release_id, actor=acting_user(ctx))
    if form == "json":
        print_json({"release": outcome.release, "agrees": outcome.agrees, **asdict(outcome)})
        if not outcome.agrees:
            raise SystemExit(1)
    elif outcome.agrees:
        message = _("Release %(release)s agrees in all %(rows)s rows.")
        click.echo(message % {"release": outcome.release, "rows": f"{outcome.rows:,}"})
    else:
        marks = dict.fromkeys(outcome.missing, _("%(file)s (missing)"))
        marks |= dict.fromkeys(outcome.unreadable, _("%(file)s (unreadable)"))
        parts = [marks.get(name, "%(file)s") % {"file": name} for name in outcome.differing]
        message = _("Release %(release)s differs in: %(parts)s.")
        raise Refused(message % {"release": outcome.release, "parts": ", ".join(parts)})
