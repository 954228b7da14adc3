"""What happened between two town lists: by code, by name, and by where the villages went."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date

from divisions.names import EnglishNames
from divisions.sources import TownList, read_rows

ENOUGH = 0.3
"""Share of a town's villages that must be found in another town before the two are linked."""


@dataclass(frozen=True)
class Change:
    """One town-level event, with the codes whose rows end and begin."""

    on: date
    kind: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    ends: tuple[str, ...]
    begins: tuple[str, ...]
    name_before: str
    name_after: str
    source: str

    def row(self, english: EnglishNames) -> tuple[object, ...]:
        key = "recode" if self.kind == "rename" and self.name_before == self.name_after else self.kind
        template = next(row for row in read_rows("note_templates.csv") if row["kind"] == key)
        words = {
            "before": self.name_before,
            "after": self.name_after,
            "before_en": english.of(self.name_before, "town") if self.name_before else "",
            "after_en": english.of(self.name_after, "town") if self.name_after else "",
        }
        return (
            self.on,
            self.kind,
            " ".join(self.before),
            " ".join(self.after),
            template["note_zh"].format(**words),
            template["note_en"].format(**words),
            self.source,
        )


class Comparison:
    """The state of one comparison: what is gone and what is new, until both are explained."""

    def __init__(self, earlier: TownList, later: TownList, county_events: list[dict[str, str]]) -> None:
        self.earlier, self.later = earlier, later
        self.events = county_events
        self.english = EnglishNames()
        self.gone = {c for c in earlier.names if c not in later.names}
        self.new = {c for c in later.names if c not in earlier.names}
        self.changes: list[Change] = []
        self.boundary = date(later.cut_on.year, 1, 1)

    def date_of(self, before: str, after: str) -> tuple[date, str]:
        """Return the day of the county change behind a move, otherwise the year boundary before the list."""
        for event in self.events:
            on = date.fromisoformat(event["on"])
            in_window = self.earlier.cut_on < on <= self.later.cut_on
            linked = before[:6] in event["before"].split() and after[:6] in event["after"].split()
            if in_window and linked and before[:6] != after[:6]:
                return on, event["source"]
        return self.boundary, f"town lists of {self.earlier.label} and {self.later.label}"

    def add(self, kind: str, before: tuple[str, ...], after: tuple[str, ...]) -> None:
        """Record an event: the gone codes among `before` end, the new ones among `after` begin."""
        on, source = self.date_of(before[0], after[-1]) if before and after else self.date_of("", "")
        in_place = kind in {"rename", "upgrade"} and before == after
        ends = before if in_place else tuple(c for c in before if c in self.gone)
        begins = after if in_place else tuple(c for c in after if c in self.new)
        self.gone -= set(ends)
        self.new -= set(begins)
        named_before = next((c for c in before if c in ends), before[0]) if before else ""
        named_after = next((c for c in after if c in begins), after[-1]) if after else ""
        self.changes.append(
            Change(
                on, kind, before, after, ends, begins,
                self.earlier.names.get(named_before, ""), self.later.names.get(named_after, ""), source,
            )
        )  # fmt: skip

    def successors(self, code: str) -> set[str]:
        """Return the counties to which a town of this code may belong in the later list."""
        found = {code[:6]}
        for event in self.events:
            on = date.fromisoformat(event["on"])
            if self.earlier.cut_on < on <= self.later.cut_on and code[:6] in event["before"].split():
                found |= set(event["after"].split())
        return found

    def pair_kind(self, before: str, after: str) -> str:
        old, new = self.earlier.names[before], self.later.names[after]
        if before[:6] != after[:6]:
            return "transfer"
        return "upgrade" if self.english.rank(new) > self.english.rank(old) > 0 else "rename"

    def match_known_pairs(self) -> None:
        for row in read_rows("known_pairs.csv"):
            if row["before"] in self.gone and row["after"] in self.new:
                self.add("transfer", (row["before"],), (row["after"],))

    def match_same_code(self) -> None:
        for code in sorted(set(self.earlier.names) & set(self.later.names)):
            if self.earlier.names[code] != self.later.names[code]:
                self.add(self.pair_kind(code, code), (code,), (code,))

    def match_names(self, *, whole: bool) -> None:
        for code in sorted(self.gone):
            candidates = [
                n for n in sorted(self.new)
                if n[:6] in self.successors(code) and self._same(code, n, whole=whole)
            ]  # fmt: skip
            if candidates:
                self.add(self.pair_kind(code, candidates[0]), (code,), (candidates[0],))

    def match_names_in_city(self) -> None:
        """A town may also have moved between two counties of a city without a county-level event."""
        for code in sorted(self.gone):
            found = [n for n in sorted(self.new) if n[:4] == code[:4] and self._same(code, n, whole=True)]
            if len(found) == 1:
                self.add("transfer", (code,), (found[0],))

    def _same(self, before: str, after: str, *, whole: bool) -> bool:
        old, new = self.earlier.names[before], self.later.names[after]
        return old == new if whole else self.english.split(old)[0] == self.english.split(new)[0]

    def match_villages(self) -> None:
        into = {g: self._most_shared(g, self.earlier, self.later) for g in sorted(self.gone)}
        out_of = {n: self._most_shared(n, self.later, self.earlier) for n in sorted(self.new)}
        for before, after in into.items():
            if after in self.new and out_of.get(after) == before:
                self.add(self.pair_kind(before, after), (before,), (after,))
        for after, before in out_of.items():
            if after in self.new and before:
                kept = () if before not in self.later.names else (before,)
                self.add("split", (before,), (*kept, after))
        for before, after in into.items():
            if before in self.gone and after:
                kept = () if after not in self.earlier.names else (after,)
                self.add("merge", (before, *kept), (after,))

    def _most_shared(self, code: str, of: TownList, among: TownList) -> str | None:
        villages = of.villages.get(code, Counter())
        total = villages.total()
        shares = {
            other: (villages & theirs).total()
            for other, theirs in among.villages.items()
            if other[:6] == code[:6] and other in among.names
        }
        best = max(shares, key=lambda other: (shares[other], other), default=None)
        return best if best and total and shares[best] / total >= ENOUGH else None


def compare_lists(earlier: TownList, later: TownList, county_events: list[dict[str, str]]) -> list[Change]:
    comparison = Comparison(earlier, later, county_events)
    comparison.match_known_pairs()
    comparison.match_same_code()
    comparison.match_names(whole=True)
    comparison.match_names(whole=False)
    comparison.match_names_in_city()
    comparison.match_villages()
    for code in sorted(comparison.new):
        comparison.add("create", (), (code,))
    for code in sorted(comparison.gone):
        comparison.add("abolish", (code,), ())
    return comparison.changes
