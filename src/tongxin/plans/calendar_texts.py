"""Writing a calendar by RFC 5545: lines of 75 octets, escaped texts, whole days.

Each task is an event of a whole day on the day that it is due: the programs of phones show events, and of
to-dos (VTODO) in a calendar that is subscribed to most show nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

PRODUCT = "-//Tongxin//Tasks//ZH"
MOST_OCTETS = 75
REFRESHED = "PT6H"


@dataclass(frozen=True)
class Event:
    """A task on the day that it is due; `sequence` grows whenever what it says is changed."""

    uid: str
    day: date
    summary: str
    description: str
    url: str
    changed_at: datetime
    sequence: int
    categories: Sequence[str] = ()


def write_calendar(name: str, events: Iterable[Event]) -> bytes:
    """Return a calendar; the same events give the same bytes."""
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        f"NAME:{escape(name)}",
        f"X-WR-CALNAME:{escape(name)}",
        f"REFRESH-INTERVAL;VALUE=DURATION:{REFRESHED}",
        f"X-PUBLISHED-TTL:{REFRESHED}",
    ]
    lines = [*head, *(line for event in events for line in _lines_of(event)), "END:VCALENDAR"]
    return "".join(f"{part}\r\n" for line in lines for part in fold(line)).encode()


def _lines_of(event: Event) -> Iterator[str]:
    changed = f"{event.changed_at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}"
    yield f"DTSTAMP:{changed}"
    yield f"LAST-MODIFIED:{changed}"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}"
    # The end of a whole day is the day after it.
    yield f"DTEND;VALUE=DATE:{event.day + timedelta(days=1):%Y%m%d}"
    yield f"SUMMARY:{escape(event.summary)}"
    yield f"DESCRIPTION:{escape(event.description)}"
    yield f"URL:{event.url}"
    if event.categories:
        yield f"CATEGORIES:{','.join(escape(each) for each in event.categories)}"
    yield "STATUS:CONFIRMED"
    yield "TRANSP:TRANSPARENT"
    yield "END:VEVENT"


def escape(text: str) -> str:
    r"""Return a text as a value: of control characters only the end of a line can be said.

    >>> escape("a;b, c\\d")
    'a\\;b\\, c\\\\d'
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = "".join(sign for sign in plain if sign == "\n" or (sign >= " " and not "\x7f" <= sign <= "\x9f"))
    plain = plain.encode("utf-8", "ignore").decode()
    for sign in ("\\", ";", ","):
        plain = plain.replace(sign, f"\\{sign}")
    return plain.replace("\n", "\\n")


def fold(line: str) -> list[str]:
    """Cut a line into parts of at most 75 octets, never inside a character; all but the first begin blank.

    >>> [len(part.encode()) for part in fold("SUMMARY:" + "é" * 70)]
    [74, 75]
    """
    parts, part, room = [], "", MOST_OCTETS
    for sign in line:
        size = len(sign.encode())
        if size > room:
            parts.append(part)
            part, room = " ", MOST_OCTETS - 1
        part += sign
        room -= size
    return [*parts, part]
