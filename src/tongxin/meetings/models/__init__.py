from __future__ import annotations

from tongxin.meetings.models.instructions import AskedUnit, Instruction
from tongxin.meetings.models.meetings import AgendaItem, Meeting, Participation, Resolution, SiteVisit

__all__ = [
    "AgendaItem",
    "AskedUnit",
    "Instruction",
    "Meeting",
    "Participation",
    "Resolution",
    "SiteVisit",
]
