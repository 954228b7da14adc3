"""What this room does of itself."""

from __future__ import annotations

from datetime import datetime

from tongxin.files.actions import erase_expired_files
from tongxin.jobs.regular_works import Work


def _erase(_now: datetime) -> None:
    erase_expired_files()


WORKS = (Work("files.erase_expired", every="day", run=_erase),)
