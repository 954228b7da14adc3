"""Commands that make a home and run it."""

from __future__ import annotations

import click

from tongxin.cli.home import Bar, open_home


@click.command()
def migrate() -> None:
    """Prepare the database, load the divisions and publish the starter catalogue; safe to repeat."""
    open_home()
    from tongxin.cli.preparing import prepare_home

    prepare_home(with_divisions=True)
    click.echo("The home is prepared.", err=True)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--processes", default=2, show_default=True, type=click.IntRange(1, 64), help="Web processes.")
def serve(host: str, port: int, processes: int) -> None:
    """Serve the pages and run background work."""
    open_home()
    from tongxin.cli.serving import run_server

    run_server(host=host, port=port, processes=processes)


@click.command()
@click.option("--with-parent", is_flag=True, hidden=True, help="Stop when the parent process is gone.")
@click.option("--batch", is_flag=True, help="Do what is waiting, then stop.")
def worker(with_parent: bool, batch: bool) -> None:  # noqa: FBT001
    """Run background work until stopped; work that a killed process left is taken up again."""
    open_home()
    from tongxin.cli.serving import run_worker

    run_worker(with_parent=with_parent, batch=batch)


@click.command()
@click.option("--workers", default=20_000, show_default=True, type=click.IntRange(120, 2_000_000))
@click.option("--seed", default=1, show_default=True, type=int)
@click.option("--example", type=click.Choice(["jtrain"]), help="A published example instead of the province.")
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-serve", is_flag=True, help="Prepare everything, but do not serve.")
def demo(workers: int, seed: int, example: str | None, port: int, no_serve: bool) -> None:  # noqa: FBT001
    """Make and serve a synthetic province (labelled so) or an example; a home made alike is reused."""
    open_home()
    from tongxin.cli.preparing import prepare_demo, sign_ins_text
    from tongxin.cli.serving import run_server

    with Bar("demo") as progress:
        sign_ins = prepare_demo(n_workers=workers, seed=seed, example=example, progress=progress)
    click.echo(sign_ins_text(sign_ins))
    if not no_serve:
        run_server(host="127.0.0.1", port=port, processes=2)


@click.command()
@click.option(
    "--workers", required=True, type=click.IntRange(120, 50_000_000), help="How many people to make."
)
@click.option("--seed", default=1, show_default=True, type=int)
@click.option(
    "--lake-only", is_flag=True, help="Write the facts of people into the lake, not into the registry."
)
def synthesise(workers: int, seed: int, *, lake_only: bool) -> None:
    """Fill an empty home with a synthetic province of any size, without a release.

    With --lake-only the units are in the registry and the facts of people in the lake alone: quick and small,
    for figures at the scale of a province. Names and numbers of people are then nowhere.
    """
    open_home()
    from tongxin.cli.preparing import prepare_synthetic

    with Bar("synthesise") as progress:
        summary = prepare_synthetic(n_workers=workers, seed=seed, lake_only=lake_only, progress=progress)
    click.echo(summary)
