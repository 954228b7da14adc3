from __future__ import annotations

from django_tasks import task

from tongxin.jobs.actions import Progress, run_job
from tongxin.plans.task_workbook_actions import apply_tasks


@task()
def apply_tasks_task(job_id: int) -> None:
    run_job(job_id, _apply)


def _apply(pk: int, progress: Progress) -> None:
    apply_tasks(pk, progress=progress)
