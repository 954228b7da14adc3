"""A strict small reader of iCalendar, written from RFC 5545: what it takes, programs take."""

from __future__ import annotations

import re
from dataclasses import dataclass

NAME = re.compile(r"[A-Z0-9-]+")
PARAMETER = re.compile(r"([A-Z-]+)=([^\";:,\x00-\x08\x0a-\x1f\x7f]*)")
ESCAPED = re.compile(r"\\([\\;,nN])")


@dataclass(frozen=True)
class Property:
    """One content line."""

    name: str
    parameters: dict[str, str]
    value: str

    @property
    def text(self) -> str:
        """The value of a TEXT: nothing that must be escaped stands bare (RFC 5545, 3.3.11)."""
        bare = ESCAPED.sub("", self.value)
        assert not re.search(r"[\\;,]", bare), self.value
        return ESCAPED.sub(lambda found: "\n" if found[1] in "nN" else found[1], self.value)


def read_lines(body: bytes) -> list[Property]:
    """Unfold and cut the lines: each ends with CRLF and has at most 75 octets (3.1)."""
    assert body.endswith(b"\r\n")
    physical = body[:-2].split(b"\r\n")
    for line in physical:
        assert line, "an empty line"
        assert len(line) <= 75, line
        assert b"\n" not in line
        assert b"\r" not in line
        line.decode()  # no character is cut
    return [_cut(line) for line in body[:-2].replace(b"\r\n ", b"").decode().split("\r\n")]


def _cut(line: str) -> Property:
    assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", line), line
    head, value = line.split(":", 1)
    name, *parameters = head.split(";")
    assert NAME.fullmatch(name), name
    matched = [PARAMETER.fullmatch(each) for each in parameters]
    assert all(matched), parameters
    return Property(name, {each[1]: each[2] for each in matched if each}, value)


def read_events(body: bytes) -> tuple[dict[str, Property], list[dict[str, Property]]]:
    """Return the properties of the calendar, and those of each of its events; each stands once."""
    lines = read_lines(body)
    assert (lines[0].name, lines[0].value) == ("BEGIN", "VCALENDAR")
    assert (lines[-1].name, lines[-1].value) == ("END", "VCALENDAR")
    calendar: dict[str, Property] = {}
    events: list[dict[str, Property]] = []
    inside: dict[str, Property] | None = None
    for each in lines[1:-1]:
        if each.name == "BEGIN":
            assert (each.value, inside) == ("VEVENT", None)
            inside = {}
        elif each.name == "END":
            assert each.value == "VEVENT"
            assert inside is not None
            events.append(inside)
            inside = None
        else:
            into = calendar if inside is None else inside
            assert each.name not in into
            into[each.name] = each
    assert inside is None
    assert {"VERSION", "PRODID"} <= set(calendar)
    for event in events:
        assert {"UID", "DTSTAMP", "DTSTART"} <= set(event)
        assert re.fullmatch(r"\d{8}T\d{6}Z", event["DTSTAMP"].value)
    return calendar, events
