from __future__ import annotations

import fcntl

import pytest
from django_tasks import TaskResultStatus, task
from django_tasks_db.models import DBTaskResult

from tongxin.jobs.actions import queue_job, requeue_orphans, run_job, worker_locks
from tongxin.jobs.models import Job

pytestmark = pytest.mark.django_db


@task()
def note_number(job_id: int) -> None:
    run_job(job_id, lambda argument, progress: progress("noting", argument))


def test_a_job_keeps_its_progress_and_its_end():
    job = Job.objects.create(kind="test", argument=40)
    seen = []

    run_job(job.pk, lambda argument, progress: (progress("half", 50), seen.append(argument)))

    job.refresh_from_db()
    assert (job.state, job.percent, job.stage, seen) == (Job.State.DONE, 100, "half", [40])


def test_a_job_that_fails_says_why_and_passes_the_error_on():
    job = Job.objects.create(kind="test", argument=1)

    def fail(argument, progress):
        raise ValueError("the disk is full")

    with pytest.raises(ValueError, match="disk"):
        run_job(job.pk, fail)

    job.refresh_from_db()
    assert (job.state, job.error) == (Job.State.FAILED, "the disk is full")
    assert job.is_over


def test_a_job_that_is_over_is_not_run_again():
    job = Job.objects.create(kind="test", argument=1, state=Job.State.DONE)

    run_job(job.pk, lambda argument, progress: pytest.fail("it ran"))


def test_a_job_is_queued_when_its_transaction_is_stored(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        job = queue_job("test", 7, note_number, actor=None)
        assert not DBTaskResult.objects.exists()

    result = DBTaskResult.objects.get()
    assert result.args_kwargs["args"] == [job.pk]


def test_what_a_dead_worker_left_is_queued_again_and_what_a_living_one_does_is_not(
    django_capture_on_commit_callbacks,
):
    with django_capture_on_commit_callbacks(execute=True):
        queue_job("test", 1, note_number, actor=None)
        queue_job("test", 2, note_number, actor=None)
    dead, alive = DBTaskResult.objects.order_by("enqueued_at")
    for result, worker in ((dead, "dead"), (alive, "alive")):
        result.claim(worker)
    worker_locks().mkdir(parents=True, exist_ok=True)
    (worker_locks() / "dead").touch()

    with (worker_locks() / "alive").open("w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        assert requeue_orphans() == 1

    dead.refresh_from_db()
    alive.refresh_from_db()
    assert (dead.status, alive.status) == (TaskResultStatus.READY, TaskResultStatus.RUNNING)
