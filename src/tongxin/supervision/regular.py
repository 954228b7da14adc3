"""What this room does of itself."""

from __future__ import annotations

from datetime import datetime

from django.utils import timezone

from tongxin.jobs.regular_works import Work
from tongxin.supervision.compute import supervise


def _supervise(now: datetime) -> None:
    supervise(timezone.localdate(now))


WORKS = (Work("supervision.supervise", every="day", run=_supervise),)
