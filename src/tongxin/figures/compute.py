"""Lake → release: every figure of one cut, in files that are never changed."""

from __future__ import annotations

import json
import secrets
import shutil
import time
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import polars as pl
from django.utils import timezone

import tongxin
from tongxin.analytics.figures import compute_figures
from tongxin.audit import log
from tongxin.codes.periods import Period, PeriodKind, last_complete
from tongxin.figures.inputs import open_inputs, open_kept_inputs
from tongxin.figures.queries import (
    Release,
    data_items,
    parse_definitions,
    published_text,
    read_release,
    releases_folder,
)
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


@dataclass(frozen=True)
class Verification:
    """Whether a release, computed again from its own cut and definitions, has the same figures."""

    release: str
    rows: int
    differing: tuple[str, ...]

    @property
    def agrees(self) -> bool:
        return not self.differing


def build_release(*, actor: Principal, progress: Progress | None = None, fresh_cut: bool = True) -> Release:
    """Extract the registry, compute every figure, and make the release current in one step."""
    require(actor, Action.BUILD_RELEASE, Programme.objects.select_related("root").get(pk=1).root)
    cut = extract(actor=actor, progress=progress) if fresh_cut else read_cut()
    text = published_text()
    items = data_items()
    definitions = parse_definitions(text, items)
    started = time.perf_counter()
    draft = releases_folder() / f".draft-{secrets.token_hex(6)}"
    draft.mkdir(parents=True)
    try:
        with open_inputs(cut, definitions) as (engine, inputs):
            if progress:
                progress("compute", 30)
            summary = compute_figures(engine, definitions, inputs, periods_of(cut), draft / "figures")
        (draft / "definitions.yaml").write_text(text, encoding="utf-8")
        now = timezone.localtime()
        manifest = {
            "cut": cut.id,
            "cut_on": cut.cut_on.isoformat(),
            "root": cut.root,
            "built_at": now.isoformat(timespec="seconds"),
            "code_version": tongxin.__version__,
            "is_synthetic": cut.is_synthetic,
            "items": {code: asdict(item) for code, item in items.items()},
            "definitions": {definition.version: definition.sha256 for definition in definitions},
            "periods": [str(period) for period in periods_of(cut)],
            "figures": summary.figures,
            "unplaced": summary.unplaced,
            "seconds": round(time.perf_counter() - started, 2),
        }
        (draft / "manifest.json").write_text(
            json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8"
        )
        release_id = f"{now:%Y%m%d-%H%M%S}-{cut.id[-8:]}"
        draft.rename(_free(release_id))
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    release = _make_current(_newest_named(release_id))
    log.record(
        actor=actor,
        action="releases.built",
        target=Programme.objects.get(pk=1),
        organisation_id=Programme.objects.values_list("root_id", flat=True).get(pk=1),
        release=release.id,
        cut=cut.id,
    )
    return release


def _free(release_id: str) -> Path:
    """Return the folder of a new release; of two in one second the second has a letter."""
    for suffix in ("", *"abcdefghijklmnopqrstuvwxyz"):
        folder = releases_folder() / f"{release_id}{suffix}"
        if not folder.exists():
            return folder
    raise FileExistsError(release_id)


def _newest_named(release_id: str) -> str:
    return max(path.name for path in releases_folder().glob(f"{release_id}*"))


def _make_current(release_id: str) -> Release:
    """Switch to the release: a reader has the old one or the new one, never a mixture."""
    pointer = releases_folder() / "current.draft"
    pointer.write_text(release_id, encoding="ascii")
    pointer.replace(releases_folder() / "current")
    return read_release(release_id)


def periods_of(cut: Cut) -> list[Period]:
    """Return the periods that lie wholly in the span of the facts."""
    found = []
    until = max(cut.cut_on, date.fromisoformat(cut.taken_at[:10])) if cut.cut_on.year > 2000 else cut.cut_on
    for kind in KINDS[cut.finest_period]:
        period = Period.containing(cut.facts_from, kind)
        if period.first_day < cut.facts_from:
            period = period.next()
        last = last_complete(until, kind)
        while period <= last:
            found.append(period)
            period = period.next()
    return found


def harmonise(release: Release, indicators: list[str], as_of: date) -> Path:
    """Compute indicators of a release again with the tree of one day for all periods, once for all."""
    folder = release.folder / "as_of" / as_of.isoformat()
    missing = [code for code in indicators if not (folder / f"{code}.parquet").is_file()]
    if missing:
        definitions = [each for each in release.definitions if each.code in missing]
        draft = folder.with_name(f".draft-{secrets.token_hex(6)}")
        try:
            with open_kept_inputs(read_cut(release.cut_id), definitions) as (engine, inputs):
                compute_figures(engine, definitions, inputs, _periods(release), draft, as_of=as_of)
            folder.mkdir(exist_ok=True)
            # Each file is whole before it has its name, and the trees are there before the first figures.
            for path in sorted(draft.iterdir(), key=lambda each: each.stem in missing):
                path.replace(folder / path.name)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return folder


def _periods(release: Release) -> list[Period]:
    return [Period.parse(text) for text in release.manifest["periods"]]


def verify_release(release: Release) -> Verification:
    """Compute a release again from its own cut, definitions and tree, and compare every row."""
    folder = releases_folder() / f".verify-{secrets.token_hex(6)}"
    cut = read_cut(release.cut_id)
    try:
        with open_inputs(cut, release.definitions) as (engine, inputs):
            compute_figures(engine, release.definitions, inputs, _periods(release), folder)
        names = sorted(
            {path.name for base in (folder, release.folder / "figures") for path in base.glob("*.parquet")}
        )
        differing = tuple(
            name for name in names if not _equal(folder / name, release.folder / "figures" / name)
        )
        rows = sum(
            pl.scan_parquet(path).select(pl.len()).collect().item() for path in folder.glob("*.parquet")
        )
        return Verification(release.id, rows, differing)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _equal(left: Path, right: Path) -> bool:
    if not (left.is_file() and right.is_file()):
        return False
    one, other = pl.read_parquet(left), pl.read_parquet(right)
    return one.columns == other.columns and one.sort(one.columns).equals(other.sort(one.columns))
