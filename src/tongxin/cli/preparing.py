"""Making homes: the schema, the divisions, the catalogue, the demo."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.utils.translation import gettext as _

from tongxin.cli.running_errors import Refused

Progress = Callable[[str, int], None]
KEPT = {"keys", "static", "cache"}
"""What a new demo in the same home keeps."""


def prepare_home(*, with_divisions: bool) -> None:
    """Bring schema and search index up to date; then, but for an example, load divisions and catalogue."""
    from tongxin.figures.actions import publish_definitions, starter_catalogue
    from tongxin.figures.items import publish_items, starter_items
    from tongxin.organisations.loading import load_divisions
    from tongxin.organisations.models import Programme
    from tongxin.plans.searching import index_missing

    Path(settings.TONGXIN_HOME).mkdir(parents=True, exist_ok=True)
    call_command("migrate", interactive=False, verbosity=0)
    index_missing()
    if with_divisions and not Programme.objects.exclude(root__code="330000").exists():
        load_divisions(actor=None)
        publish_items(starter_items())
        publish_definitions(starter_catalogue())


def prepare_demo(*, n_workers: int, seed: int, example: str | None, progress: Progress) -> Sequence[Any]:
    """Use a home made with the same arguments; make it anew otherwise; refuse one with other facts."""
    from tongxin.demo.loading import read_made_with
    from tongxin.demo.plans import carry_out_plan
    from tongxin.demo.sign_ins import list_sign_ins
    from tongxin.figures.compute import build_release
    from tongxin.figures.queries import current_release_id, read_release

    made = read_made_with()
    if made is not None and _is_same(made, n_workers, seed, example) and current_release_id():
        prepare_home(with_divisions=False)
        if not read_release().is_readable:
            build_release(actor=None, progress=progress)
        if example is None:
            carry_out_plan()
        return list_sign_ins()
    if made is None and _holds_facts():
        message = _("%(home)s holds facts of its own. Set TONGXIN_HOME to an empty folder for the demo.")
        raise Refused(message % {"home": settings.TONGXIN_HOME})
    if made is not None:
        clear_home()
    return make_demo(n_workers=n_workers, seed=seed, example=example, progress=progress)


def _is_same(made: Any, n_workers: int, seed: int, example: str | None) -> bool:
    if example:
        return bool(made.example == example)
    return (made.example, made.workers, made.seed) == ("province", n_workers, seed)


def make_demo(*, n_workers: int, seed: int, example: str | None, progress: Progress) -> Sequence[Any]:
    """Load the demo or an example into an empty home, build its first release, and carry out its plan."""
    from tongxin.demo.plans import carry_out_plan
    from tongxin.figures.compute import build_release

    progress(_("schema"), 5)
    sign_ins = fill_home(n_workers=n_workers, seed=seed, example=example, progress=progress)
    build_release(actor=None, progress=lambda stage, percent: progress(stage, 60 + percent * 7 // 20))
    if example is None:
        progress(_("plan"), 95)
        carry_out_plan()
    return sign_ins


def fill_home(*, n_workers: int, seed: int, example: str | None, progress: Progress) -> Sequence[Any]:
    """Load the facts of the demo or an example, without a release."""
    from tongxin.demo.jtrain import load_jtrain
    from tongxin.demo.loading import load_demo

    prepare_home(with_divisions=example is None)
    if example == "jtrain":
        return load_jtrain()
    summary = load_demo(
        n_workers=n_workers,
        seed=seed,
        progress=_of_hundred(lambda stage, percent: progress(stage, 10 + percent // 2)),
    )
    return summary.sign_ins


def _of_hundred(progress: Progress) -> Callable[[str, int, int], None]:
    return lambda stage, done, total: progress(stage, done * 100 // max(total, 1))


def prepare_synthetic(*, n_workers: int, seed: int, lake_only: bool, progress: Progress) -> str:
    """Fill an empty home with a synthetic province; the first release is built when it is asked for."""
    from tongxin.demo.lake_loading import load_lake

    if _holds_facts():
        message = _("%(home)s is not empty. Set TONGXIN_HOME to an empty folder.")
        raise Refused(message % {"home": settings.TONGXIN_HOME})
    if lake_only:
        prepare_home(with_divisions=True)
        load_lake(n_workers=n_workers, seed=seed, progress=_of_hundred(progress))
    else:
        fill_home(n_workers=n_workers, seed=seed, example=None, progress=progress)
    return _("The home is filled. Build its first release with “tongxin release build”.")


def _holds_facts() -> bool:
    if "workforce_worker" not in connection.introspection.table_names():
        return False
    from tongxin.organisations.models import Organisation
    from tongxin.workforce.models import Worker

    return Worker.objects.exists() or Organisation.objects.filter(level="enterprise").exists()


def clear_home() -> None:
    """Remove what an earlier demo made; the keys stay."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE")
            cursor.execute("CREATE SCHEMA public")
    connection.close()
    for path in Path(settings.TONGXIN_HOME).iterdir():
        if path.name in KEPT:
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def sign_ins_text(sign_ins: Sequence[Any]) -> str:
    """Return the demo's sign-ins as a table for the terminal."""
    rows = [(each.username, each.password, str(each.role), str(each.unit)) for each in sign_ins]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(2)]
    lines = [_("Demo sign-ins (the data are not real people):")]
    lines += [f"  {row[0]:<{widths[0]}}  {row[1]:<{widths[1]}}  {row[2]}  {row[3]}" for row in rows]
    return "\n".join(lines)
