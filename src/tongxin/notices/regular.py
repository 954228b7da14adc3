"""What this room does of itself."""

from __future__ import annotations

from tongxin.jobs.regular_works import Work
from tongxin.notices.sending import send_waiting

WORKS = (Work("notices.send_waiting", every="minute", run=send_waiting),)
