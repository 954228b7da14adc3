"""Lake → release: every figure of one cut, in files that are never changed."""

from __future__ import annotations

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
from tongxin.figures.seals import alone, write_manifest
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


def build_release(*, actor: Principal, progress: Progress | None = None, fresh_cut: bool = True) -> Release:
    """Extract the registry, compute every figure, and make the release current in one step."""
    require(actor, Action.BUILD_RELEASE, Programme.objects.select_related("root").get(pk=1).root)
    with alone("draft") as draft:
        cut = extract(actor=actor, progress=progress) if fresh_cut else read_cut()
        _write_release(draft, cut, progress)
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


def _write_release(draft: Path, cut: Cut, progress: Progress | None) -> None:
    """Write the files of a release, the manifest last."""
    text, items = published_text(), data_items()
    definitions, periods = parse_definitions(text, items), periods_of(cut)
    started = time.perf_counter()
    with open_inputs(cut, definitions) as opened:
        if progress:
            progress("compute", 30)
        summary = compute(opened, definitions, periods, draft / "figures")
    groups = compute_groups(cut, definitions, periods, draft / GROUP_FIGURES)
    (draft / "definitions.yaml").write_text(text, encoding="utf-8")
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
        "seconds": round(time.perf_counter() - started, 2),
    }
    write_manifest(draft, manifest)


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
