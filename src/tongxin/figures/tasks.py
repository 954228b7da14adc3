from __future__ import annotations

from django_tasks import task

from tongxin.accounts.models import User
from tongxin.codes.later import Later
from tongxin.jobs.actions import Progress, run_job

# Reading facts anew takes a process a hundred megabytes for its engine, and few pages ask for it.
computing = Later("tongxin.figures.compute")


@task()
def build_release_task(job_id: int) -> None:
    run_job(job_id, _build)


def _build(user_id: int, progress: Progress) -> None:
    # Without its user the work has no rights: nobody would be the operator, who may do everything.
    computing.build_release(actor=User.objects.get(pk=user_id), progress=progress)
