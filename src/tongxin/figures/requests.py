"""Asking for a new release."""

from __future__ import annotations

from django.db import transaction

from tongxin.accounts.models import User
from tongxin.figures.tasks import build_release_task
from tongxin.jobs.actions import queue_job
from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, require
from tongxin.organisations.models import Programme

BUILD = "figures.release"


@transaction.atomic
def request_release(*, actor: User) -> Job:
    """Queue the building of a release; while one is being built, that one is the answer."""
    programme = Programme.objects.select_for_update().select_related("root").get(pk=1)
    require(actor, Action.BUILD_RELEASE, programme.root)
    underway = Job.objects.filter(kind=BUILD, state__in=[Job.State.WAITING, Job.State.RUNNING]).first()
    return underway or queue_job(BUILD, actor.pk, build_release_task, actor=actor)
