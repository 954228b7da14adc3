"""What has to be done every minute and every day, without anybody asking for it.

An application declares its regular work as `WORKS` in a module `regular`; it is found there by name. However
many processes run, each work is run by one of them at a time, and a daily work once a local day, from 06:00
on. One that failed is tried again half an hour later; one whose process died, by the next process that looks.
A work may therefore be run twice: each is idempotent.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from typing import Literal

from django.apps import apps
from django.db import IntegrityError, transaction
from django.utils import timezone

from tongxin.jobs.actions import is_alive
from tongxin.jobs.models import WorkRun

log = logging.getLogger(__name__)

Every = Literal["minute", "day"]
FIRST_HOUR = 6
"""Daily work begins when most deadlines of the night have passed and nobody is at work yet."""
ONE_MINUTE = timedelta(minutes=1)
RETRY_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Work:
    """Something to be done regularly: its name, how often, and what does it, given the present time."""

    name: str
    every: Every
    run: Callable[[datetime], object]


@lru_cache(maxsize=1)
def declared_works() -> tuple[Work, ...]:
    """Return the regular work that the installed applications declare."""
    names = [f"{app.name}.regular" for app in apps.get_app_configs() if app.name.startswith("tongxin.")]
    return tuple(work for name in names if find_spec(name) for work in import_module(name).WORKS)


def run_due(
    every: Every, worker_id: str, *, now: datetime | None = None, works: Sequence[Work] | None = None
) -> int:
    """Run what is due, one after the other; what fails is logged and kept, and stops nothing else."""
    done = 0
    for work in declared_works() if works is None else works:
        if work.every != every:
            continue
        present = now or timezone.now()
        run = _claim(work, worker_id, present)
        if run is not None:
            _run(work, run, now)
            done += 1
    return done


def _claim(work: Work, worker_id: str, now: datetime) -> WorkRun | None:
    """Return today's run of the work if it is due and no other process got it first."""
    day = timezone.localdate(now)
    if work.every == "day" and timezone.localtime(now).hour < FIRST_HOUR:
        return None
    run = WorkRun.objects.filter(name=work.name, day=day).first()
    if run is None:
        try:
            with transaction.atomic():
                return WorkRun.objects.create(name=work.name, day=day, started_at=now, worker_id=worker_id)
        except IntegrityError:
            return None
    if not _is_due(work, run, worker_id, now):
        return None
    taken = WorkRun.objects.filter(pk=run.pk, started_at=run.started_at, finished_at=run.finished_at).update(
        started_at=now, finished_at=None, worker_id=worker_id
    )
    run.started_at, run.worker_id = now, worker_id
    return run if taken else None


def _is_due(work: Work, run: WorkRun, worker_id: str, now: datetime) -> bool:
    if run.finished_at is None:
        # Left by a process that died; or by this one, which could not store how it ended.
        return run.worker_id == worker_id or not is_alive(run.worker_id)
    if work.every == "minute":
        return now >= run.started_at + ONE_MINUTE
    return run.has_failed and now >= run.finished_at + RETRY_AFTER


def _run(work: Work, run: WorkRun, now: datetime | None) -> None:
    failure: dict[str, object] = {}
    try:
        work.run(run.started_at)
    except Exception as error:
        log.exception("The regular work %s failed.", work.name)
        failure = {"failed_at": now or timezone.now(), "error": f"{type(error).__name__}: {error}"[:2000]}
    finished_at = failure.get("failed_at") or now or timezone.now()
    WorkRun.objects.filter(pk=run.pk, started_at=run.started_at).update(finished_at=finished_at, **failure)
