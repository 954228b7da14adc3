"""How much of what people marked as duties is proposed, and how much of what is proposed they marked.

A proposal finds a label when the longer of the two is covered at least half by the other; each counts once.

    python -m tests.documents.scoring
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tongxin.documents.proposals import Proposal
from tongxin.documents.reading import Document, read_document

HERE = Path(__file__).parent
SETS = {"labelled": HERE / "labelled", "held out": HERE / "held_out"}
ARTICLE = HERE.parents[2] / "shared" / "article.txt"
FIELDS = ("kind", "dimension", "speaker", "lead", "support", "deadline", "target")


@dataclass(frozen=True)
class Label:
    """A duty that a person marked: its span in the cleaned text, and what it says."""

    start: int
    end: int
    said: dict[str, Any]


@dataclass
class Score:
    labels: int = 0
    proposals: int = 0
    found: int = 0
    right: Counter[str] = field(default_factory=Counter)

    @property
    def recall(self) -> float:
        return self.found / self.labels

    @property
    def precision(self) -> float:
        return self.found / self.proposals

    def __add__(self, other: Score) -> Score:
        return Score(
            self.labels + other.labels,
            self.proposals + other.proposals,
            self.found + other.found,
            self.right + other.right,
        )


def texts_of(folder: Path) -> list[str]:
    """Return the names of the labelled texts of a set that are there to be read."""
    names = sorted(path.stem for path in folder.glob("*.yaml"))
    return [name for name in names if path_of(folder, name).is_file()]


def path_of(folder: Path, name: str) -> Path:
    return ARTICLE if name == "article" else folder / f"{name}.txt"


def score_text(folder: Path, name: str) -> Score:
    document = read_document(path_of(folder, name).read_bytes())
    labels = read_labels(folder / f"{name}.yaml", document)
    score = Score(len(labels), len(document.proposals))
    for label, proposal in match(labels, document.proposals):
        score.found += 1
        score.right.update(each for each in FIELDS if _agrees(each, label, proposal))
    return score


def read_labels(path: Path, document: Document) -> list[Label]:
    """Return the labels of a text; one that is not literally there is a mistake of the label."""
    found, at = [], 0
    for said in yaml.safe_load(path.read_text(encoding="utf-8"))["duties"]:
        start, end = _span(said, document, at)
        found.append(Label(start, end, said))
        at = start
    return found


def _span(said: dict[str, Any], document: Document, at: int) -> tuple[int, int]:
    if "quote" in said:
        start = document.cleaned.text.index(said["quote"], at)
        return start, start + len(said["quote"])
    paragraph = next(each for each in document.paragraphs if each.text.startswith(said["paragraph"]))
    start = paragraph.text.index(said["start"])
    end = paragraph.text.index(said["end"], start) + len(said["end"])
    return paragraph.start + start, paragraph.start + end


def match(labels: list[Label], proposals: tuple[Proposal, ...]) -> list[tuple[Label, Proposal]]:
    left, found = list(proposals), []
    for label in labels:
        best = max(left, key=lambda each: _overlap(label, each), default=None)
        if best and _overlap(label, best) * 2 >= max(label.end - label.start, best.end - best.start):
            left.remove(best)
            found.append((label, best))
    return found


def _overlap(label: Label, proposal: Proposal) -> int:
    return max(min(label.end, proposal.end) - max(label.start, proposal.start), 0)


def _agrees(name: str, label: Label, proposal: Proposal) -> bool:
    wanted, found = label.said.get(name), getattr(proposal, name)
    if name in {"lead", "support"}:
        return set(wanted or ()) == set(found)
    return (str(wanted) if wanted else "") == (str(found) if found else "")


def main() -> None:
    for title, folder in SETS.items():
        total = Score()
        for name in texts_of(folder):
            score = score_text(folder, name)
            total += score
            _say(name, score)
        _say(title, total)
        for name in FIELDS:
            sys.stdout.write(f"  {name}: {total.right[name] / total.found:.2f} right of those found\n")


def _say(name: str, score: Score) -> None:
    shares = f"recall {score.recall:.3f}, precision {score.precision:.3f}"
    sys.stdout.write(f"{name:26} {score.labels:4} labels, {shares}\n")


if __name__ == "__main__":
    main()
