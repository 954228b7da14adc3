from __future__ import annotations

from dataclasses import asdict
from datetime import datetime

import click

from tongxin.cli.home import FORMATS, acting_user, open_home, print_rows

LEVELS = click.Choice(["province", "city", "county", "town", "enterprise", "union", "department", "group"])
HIERARCHIES = click.Choice(["administrative", "union", "group"])
DAY = click.DateTime(formats=["%Y-%m-%d"])


@click.command()
@click.option("--under", metavar="CODE", help="This unit and all below it.")
@click.option("--level", type=LEVELS, help="Units of one level only.")
@click.option(
    "--hierarchy",
    type=HIERARCHIES,
    default="administrative",
    show_default=True,
    help="Which tree: the divisions, the unions, or the group companies with their members.",
)
@click.option("--as-of", type=DAY, metavar="DATE", help="The tree as it was on a day; today by default.")
@click.option("--format", "form", type=FORMATS, default="table", show_default=True)
@click.pass_context
def organisations(
    ctx: click.Context,
    under: str | None,
    level: str | None,
    hierarchy: str,
    as_of: datetime | None,
    form: str,
) -> None:
    """List the tree of units: code, name, level and the unit above."""
    open_home()
    from django.utils import timezone

    from tongxin.cli.running_errors import Refused
    from tongxin.organisations.access import organisations_visible_to
    from tongxin.organisations.queries import tree_on

    day = as_of.date() if as_of else timezone.localdate()
    visible = set(organisations_visible_to(acting_user(ctx)).values_list("code", flat=True))
    tree = tree_on(day, under=under, hierarchy=hierarchy)
    nodes = [node for node in tree if node.code in visible and level in (None, node.level)]
    is_known = under in visible and any(node.code == under for node in tree)
    if under and not nodes and not is_known:
        from django.utils.translation import gettext as _

        raise Refused(_("There is no unit %(code)s on %(day)s.") % {"code": under, "day": day})
    rows = [{**asdict(node), "name": node.name_zh} for node in nodes]
    columns = ["code", "name", "level", "parent"]
    print_rows([{name: row[name] for name in columns} for row in rows], columns, form)
