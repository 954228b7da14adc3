"""Background work: queued with the change that asks for it, taken up again after a crash."""

from __future__ import annotations

import fcntl
from collections.abc import Callable
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks.base import Task
from django_tasks_db.models import DBTaskResult

from tongxin.accounts.models import User
from tongxin.jobs.models import Job

Progress = Callable[[str, int], None]
"""Called with the stage's code and how many percent of the whole are done."""


def queue_job(kind: str, argument: int, task: Task[..., None], *, actor: User | None) -> Job:
    """Queue a task (its argument is the job's key) to begin when the present transaction is stored."""
    job = Job.objects.create(kind=kind, argument=argument, requested_by=actor)
    transaction.on_commit(partial(task.enqueue, job.pk))
    return job


def run_job(job_id: int, work: Callable[[int, Progress], None]) -> None:
    """Run the work of a job and keep its state; a job that is over is not run again."""
    job = Job.objects.get(pk=job_id)
    if job.is_over:
        return
    _update(job, state=Job.State.RUNNING, started_at=timezone.now(), error="")
    try:
        work(job.argument, partial(_report, job))
    except Exception as error:
        _update(job, state=Job.State.FAILED, finished_at=timezone.now(), error=str(error)[:2000])
        raise
    _update(job, state=Job.State.DONE, finished_at=timezone.now(), percent=100)


def _report(job: Job, stage: str, percent: int) -> None:
    _update(job, stage=stage, percent=percent)


def _update(job: Job, **values: object) -> None:
    for name, value in values.items():
        setattr(job, name, value)
    Job.objects.filter(pk=job.pk).update(**values)


def worker_locks() -> Path:
    """Return the folder in which each living worker of this home holds a lock under its identifier."""
    return Path(settings.TONGXIN_HOME) / "workers"


def requeue_orphans() -> int:
    """Queue again what was running in processes that are gone; every job can be begun anew."""
    orphans = [
        result.pk
        for result in DBTaskResult.objects.filter(status=TaskResultStatus.RUNNING)
        if not (result.worker_ids and is_alive(result.worker_ids[-1]))
    ]
    return DBTaskResult.objects.filter(pk__in=orphans).update(status=TaskResultStatus.READY, started_at=None)


def is_alive(worker_id: str) -> bool:
    path = worker_locks() / worker_id
    if not path.is_file():
        return False
    with path.open("r") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    path.unlink(missing_ok=True)
    return False
