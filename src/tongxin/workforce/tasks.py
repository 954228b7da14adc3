from __future__ import annotations

from django_tasks import task

from tongxin.accounts.models import User
from tongxin.jobs.actions import Progress, run_job
from tongxin.workforce.duplicate_search import search_duplicates
from tongxin.workforce.roster_actions import apply_roster


@task()
def apply_roster_task(job_id: int) -> None:
    run_job(job_id, _apply)


def _apply(roster_id: int, progress: Progress) -> None:
    apply_roster(roster_id, progress=progress)


@task()
def search_duplicates_task(job_id: int) -> None:
    run_job(job_id, _search)


def _search(user_id: int, progress: Progress) -> None:
    search_duplicates(actor=User.objects.filter(pk=user_id).first(), progress=progress)
