"""The daily round of supervision."""

from __future__ import annotations

from datetime import datetime

import click

from tongxin.cli.home import acting_user, open_home, print_json


@click.command()
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), metavar="DATE", help="The day of the round; today by default."
)
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True)
@click.pass_context
def supervise(ctx: click.Context, day: datetime | None, form: str) -> None:
    """Make the daily round: remind of what is due or late, escalate, circulate; safe to repeat."""
    open_home()
    from django.utils import timezone
    from django.utils.translation import gettext as _

    from tongxin.cli.running_errors import Refused
    from tongxin.supervision.compute import supervise as make_round
    from tongxin.supervision.models import Step

    if acting_user(ctx) is not None:
        raise Refused(_("The round is made for every unit: only the operator makes it, without --as."))
    found = make_round(day.date() if day else timezone.localdate())
    if form == "json":
        print_json(found.as_json())
        return
    if not found.is_working_day:
        click.echo(_("%(day)s is a day off: nothing is sent.") % {"day": found.day})
        return
    steps = _(", ").join(f"{Step.Kind(kind).label} {count}" for kind, count in found.steps.items())
    message = _(
        "%(day)s: %(looked_at)d tasks looked at; %(steps)s; %(circulars)d lists, %(messages)d messages."
    )
    counts = {"looked_at": found.looked_at, "circulars": found.circulars, "messages": found.messages}
    click.echo(message % {"day": found.day, "steps": steps, **counts})
