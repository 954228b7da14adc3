from __future__ import annotations

from django_tasks import task

from tongxin.jobs.actions import Progress, run_job
from tongxin.plans.document_reading_actions import read_sent


@task()
def read_document_task(job_id: int) -> None:
    run_job(job_id, _read)


def _read(reading_id: int, progress: Progress) -> None:
    read_sent(reading_id, progress=progress)
