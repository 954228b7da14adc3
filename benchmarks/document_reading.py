"""Reading a megabyte of official text: cleaned, its structure, and every duty proposed, on one processor.

The text is made from the labelled texts of the tests, one after another, with numbers and words changed from
copy to copy, so that nothing is answered from memory. Each run is a fresh process that loads its words, too.
The peer in the same run is segmentation alone: the same characters tagged by rjieba, the fastest tagger of
Chinese words that Python has, and the floor for anything that looks at words.

    python -m benchmarks.document_reading [--megabytes 1] [--runs 5]
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from pathlib import Path
from statistics import median

from benchmarks.homes import measure, temporary_home

FOLDER = Path(__file__).resolve().parent.parent
TEXTS = FOLDER / "tests" / "documents"
GOAL_SECONDS = 5.0
OTHERS = ("职工", "工人", "员工", "技工")


def main() -> int:
    wanted = _arguments()
    if wanted.read:
        return _read(Path(wanted.read))
    with temporary_home() as home:
        path = home / "text.txt"
        path.write_bytes(make_text(wanted.megabytes))
        command = ["-m", "benchmarks.document_reading", "--read", str(path)]
        runs = [measure(command, home) for _ in range(wanted.runs)]
    times = [run.answer["reading"] for run in runs]
    found, peers = runs[0].answer, [run.answer["tagging"] for run in runs]
    print(
        f"{wanted.megabytes} MB, {found['paragraphs']:,} paragraphs, {found['proposals']:,} proposals: "
        f"median of {len(runs)}: {median(times):.2f} s of one processor "
        f"({min(times):.2f} to {max(times):.2f}), "
        f"peak {max(run.peak_mb for run in runs):.0f} MB"
    )
    ratio = median(times) / median(peers)
    print(f"tagging alone {median(peers):.2f} s: ratio {ratio:.1f}; goal {GOAL_SECONDS} s")
    return 0


def make_text(megabytes: float) -> bytes:
    """Return so many megabytes of text, no two copies of a paragraph alike."""
    texts = "\n\n".join(path.read_text(encoding="utf-8") for path in sorted(TEXTS.glob("*/*.txt")))
    size, parts, length = int(megabytes * 1_000_000), [], 0
    for turn in range(size):
        if length >= size:
            break
        changed = re.sub(r"\d{2,}", lambda found, turn=turn: str(int(found[0]) + turn % 40), texts)
        parts.append(changed.replace(OTHERS[0], OTHERS[turn % len(OTHERS)]))
        length += len(parts[-1].encode())
    return "\n".join(parts).encode()[:size].decode(errors="ignore").encode()


def _read(path: Path) -> int:
    content = path.read_bytes()
    from tongxin.documents.reading import read_document

    found = read_document(content)
    # Of the whole process, what it loads included.
    reading = time.process_time()
    import rjieba

    begun = time.process_time()
    rjieba.tag(found.cleaned.text)
    tagging = time.process_time() - begun
    counts = {"paragraphs": len(found.paragraphs), "proposals": len(found.proposals)}
    print(json.dumps(counts | {"reading": reading, "tagging": tagging}))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--megabytes", type=float, default=1.0)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--read", help="used by the runs themselves")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
