from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Job(models.Model):
    """A piece of work in the background and how far it is: waiting → running → done or failed.

    A job that was running when its process died is taken up by the next worker: every job is idempotent.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    kind = models.CharField(max_length=64)
    argument = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    percent = models.PositiveSmallIntegerField(default=0)
    stage = models.CharField(max_length=64, blank=True)
    error = models.TextField(blank=True)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(condition=models.Q(percent__lte=100), name="job_percent_at_most_100"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.argument}"

    @property
    def is_over(self) -> bool:
        return self.state in {self.State.DONE, self.State.FAILED}


class WorkRun(models.Model):
    """A regular work on a day: begun → finished. A daily work succeeds once; of another this is the last run.

    `failed_at` and `error` stay as a record of the last failure of the day, also when a later run succeeds.
    """

    name = models.CharField(max_length=64)
    day = models.DateField()
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)
    failed_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    worker_id = models.CharField(max_length=32)
    """Whose lock tells whether the process still lives."""

    class Meta:
        ordering = ["-day", "name"]
        constraints = [
            models.UniqueConstraint(fields=["name", "day"], name="work_run_once_a_day"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.day}"

    @property
    def has_failed(self) -> bool:
        return self.failed_at is not None and self.finished_at == self.failed_at
