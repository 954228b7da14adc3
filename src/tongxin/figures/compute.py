"""Lake → release: every figure of one cut, in files that are never changed."""

from __future__ import annotations

import hashlib
import shutil
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

import tongxin
from tongxin.analytics.compositions import LAYOUT
from tongxin.analytics.definitions import Definition
from tongxin.analytics.engine import Engine
from tongxin.analytics.figures import Inputs, SumError, Summary, compute_figures
from tongxin.audit import log
from tongxin.codes.periods import Period, PeriodKind, last_complete
from tongxin.figures.group_inputs import open_group_inputs
from tongxin.figures.inputs import open_inputs
from tongxin.figures.overlaps import beside
from tongxin.figures.queries import (
    GROUP_FIGURES,
    Release,
    data_items,
    parse_definitions,
    published_text,
    read_release,
    releases_folder,
)
from tongxin.figures.seals import in_turn, working_folder, write_manifest
from tongxin.figures.stepping import Basis, step_on
from tongxin.jobs.actions import Progress
from tongxin.lake.compute import extract
from tongxin.lake.queries import Cut, read_cut
from tongxin.organisations.access import Action, Principal, require
from tongxin.organisations.models import Programme

KINDS = {
    "month": list(PeriodKind),
    "quarter": [PeriodKind.QUARTER, PeriodKind.YEAR],
    "year": [PeriodKind.YEAR],
}


def build_release(
    *, actor: Principal, progress: Progress | None = None, fresh_cut: bool = True, full: bool = False
) -> Release:
    """Extract the registry, compute the figures, and make the release current in one step.

    Where only facts have changed since the present release, it is carried over with what they concern; with
    `full` every figure is computed. What a killed build of the same has written is not computed again.
    """
    require(actor, Action.BUILD_RELEASE, Programme.objects.select_related("root").get(pk=1).root)
    with in_turn("draft"):
        cut = extract(actor=actor, progress=progress) if fresh_cut else read_cut()
        text, items = published_text(), data_items()
        basis = Basis(parse_definitions(text, items), items, periods_of(cut))
        with working_folder("draft", _name_of(cut, basis)) as draft:
            _write_release(draft, cut, basis, progress, full=full)
            folder = _free(cut)
            draft.rename(folder)
        release = _make_current(folder.name)
    log.record(
        actor=actor,
        action="releases.built",
        target=Programme.objects.get(pk=1),
        organisation_id=Programme.objects.values_list("root_id", flat=True).get(pk=1),
        release=release.id,
        cut=cut.id,
    )
    return release


def _name_of(cut: Cut, basis: Basis) -> str:
    """Return a name that only a build of the same has."""
    versions = [(each.version, each.sha256) for each in basis.definitions]
    said = (cut.id, tongxin.__version__, LAYOUT, versions, list(map(str, basis.periods)))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:20]


def _write_release(draft: Path, cut: Cut, basis: Basis, progress: Progress | None, *, full: bool) -> None:
    """Write the files of a release, the manifest last."""
    started = time.perf_counter()
    if progress:
        progress("compute", 30)
    stepped = None if full else step_on(cut, basis, draft)
    if stepped:
        summary, groups = stepped.figures, stepped.group_figures
    else:
        summary, groups = _compute_all(cut, basis, draft)
    definitions, items, periods = basis.definitions, basis.items, basis.periods
    (draft / "definitions.yaml").write_text(published_text(), encoding="utf-8")
    manifest = {
        "layout": LAYOUT,
        "cut": cut.id,
        "cut_on": cut.cut_on.isoformat(),
        "root": cut.root,
        "built_at": timezone.localtime().isoformat(timespec="seconds"),
        "code_version": tongxin.__version__,
        "is_synthetic": cut.is_synthetic,
        "items": {code: asdict(item) for code, item in items.items()},
        "definitions": {definition.version: definition.sha256 for definition in definitions},
        "periods": [str(period) for period in periods],
        "figures": summary.figures,
        "unplaced": summary.unplaced,
        **({"group_figures": groups.figures} if groups else {}),
        **({"base": stepped.base.id} if stepped else {}),
        "seconds": round(time.perf_counter() - started, 2),
    }
    write_manifest(draft, manifest, stepped.base.folder if stepped else None)


def _compute_all(cut: Cut, basis: Basis, draft: Path) -> tuple[Summary, Summary | None]:
    shutil.rmtree(draft / ".step", ignore_errors=True)
    with open_inputs(cut, basis.definitions) as opened:
        summary = compute(opened, basis.definitions, basis.periods, draft / "figures")
    return summary, compute_groups(cut, basis.definitions, basis.periods, draft / GROUP_FIGURES)


def _free(cut: Cut) -> Path:
    """Return the folder of a new release, named so that it comes after all that are there."""
    while True:
        second = f"{timezone.localtime():%Y%m%d-%H%M%S}"
        if not any(releases_folder().glob(f"{second}-*")):
            return releases_folder() / f"{second}-{cut.id[-8:]}"
        time.sleep(0.1)


def _make_current(release_id: str) -> Release:
    """Switch to the release: a reader has the old one or the new one, never a mixture."""
    pointer = releases_folder() / "current.draft"
    pointer.write_text(release_id, encoding="ascii")
    pointer.replace(releases_folder() / "current")
    return read_release(release_id)


def periods_of(cut: Cut) -> list[Period]:
    """Return the periods that lie wholly in the span of the facts."""
    found = []
    for kind in KINDS[cut.finest_period]:
        period = Period.containing(cut.facts_from, kind)
        if period.first_day < cut.facts_from:
            period = period.next()
        last = last_complete(cut.cut_on, kind)
        while period <= last:
            found.append(period)
            period = period.next()
    return found


def compute(
    opened: tuple[Engine, Inputs],
    definitions: Sequence[Definition],
    periods: Sequence[Period],
    target: Path,
    *,
    as_of: date | None = None,
) -> Summary:
    """Compute figures into a folder, with those of versions that run beside others; say why one cannot be."""
    engine, inputs = opened
    every = [*definitions, *beside(definitions)]
    try:
        return compute_figures(engine, every, inputs, periods, target, as_of=as_of)
    except SumError as error:
        message = _(
            "The sum of %(what)s is too large to be kept (indicators: %(codes)s). "
            "Correct the largest values, then build the release again."
        )
        what = ", ".join(error.items or error.codes)
        raise ValidationError(message % {"what": what, "codes": ", ".join(error.codes)}) from error


def compute_groups(
    cut: Cut, definitions: Sequence[Definition], periods: Sequence[Period], target: Path
) -> Summary | None:
    """Compute the same figures over the trees of group companies; without any, nothing is written."""
    with open_group_inputs(cut, definitions) as opened:
        return compute(opened, definitions, periods, target) if opened else None
