"""Finding words in 20,000 official texts: every answer compared with looking through them all.

The texts are sentences of the labelled texts of the tests, between names of places and occupations, so that
most pairs of characters are met and most are rare; the words looked for are put in with known chances. The
peer in the same run asks the same table by `LIKE '%word%'` in the title or the text.

    python -m benchmarks.text_search [--texts 20000] [--rounds 20] [--seed 1]

With DATABASE_URL it measures that database, which must be empty, and not SQLite in a home of its own.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from benchmarks.homes import environment, temporary_home

FOLDER = Path(__file__).resolve().parent.parent
LENGTH = 1_300
PLANTED = {"技师": 0.2, "维权": 0.03, "技能竞赛": 0.03, "省总工会": 0.01, "高级工": 0.1, "产业工人": 0.4}
QUERIES = (*PLANTED, "培训补贴", "竞")
GOAL_MILLISECONDS = 100.0


def main() -> int:
    wanted = _arguments()
    if wanted.measure:
        return _measure(wanted)
    with temporary_home() as home:
        known = {name: value for name, value in os.environ.items() if name == "DATABASE_URL"}
        command = ["-m", "benchmarks.text_search", "--measure", "--texts", str(wanted.texts)]
        command += ["--rounds", str(wanted.rounds), "--seed", str(wanted.seed)]
        settings = {"DJANGO_SETTINGS_MODULE": "tongxin.config.settings"}
        done = subprocess.run(
            [sys.executable, *command], cwd=FOLDER, env=environment(home) | known | settings, check=False
        )
    return done.returncode


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--texts", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


def make_texts(n: int, *, seed: int) -> Iterator[tuple[str, str]]:
    """Yield titles and texts of about 1,300 characters."""
    rng = np.random.default_rng(seed)
    sentences, names = _sentences(), _names()
    for place in range(n):
        drawn = rng.choice(sentences, 40).tolist()
        fillers = rng.choice(names, (40, 2)).tolist()
        planted = [word for word, chance in PLANTED.items() if rng.random() < chance]
        parts = [
            f"{first}{sentence}{second}。" for sentence, (first, second) in zip(drawn, fillers, strict=True)
        ]
        text = "".join(parts)[:LENGTH]
        for word in planted:
            at = int(rng.integers(len(text)))
            text = f"{text[:at]}{word}{text[at:]}"
        yield f"{fillers[0][0]}第{place}号{planted[0] if planted and place % 10 == 0 else ''}", text


def _sentences() -> list[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(FOLDER.glob("tests/documents/*/*.txt"))]
    found = {part.strip() for text in texts for part in re.split(r"[。；\n]", text)}
    return _without_planted(part for part in found if 8 <= len(part) <= 60)


def _names() -> list[str]:
    from tongxin.codes.divisions import load_divisions
    from tongxin.codes.occupations import load_occupations

    names = {division.name_zh for division in load_divisions()}
    return _without_planted(names | {each.name_zh for each in load_occupations().values()})


def _without_planted(texts: Iterable[str]) -> list[str]:
    """Leave out what says a word by itself, in either script: LIKE knows one."""
    from tongxin.search.normal_texts import normalise

    return sorted(text for text in texts if not any(word in normalise(text) for word in QUERIES))


def _measure(wanted: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    texts = list(make_texts(wanted.texts, seed=wanted.seed))
    n_characters = sum(len(title) + len(text) for title, text in texts)
    size_before = _size()
    seconds = _index(texts)
    print(
        f"{connection.vendor}: {len(texts):,} texts, {n_characters:,} characters; given in {seconds:.1f} s "
        f"({len(texts) / seconds:,.0f} a second); database {(_size() - size_before) / 1e6:.0f} MB, "
        f"of which the index {_index_size() / 1e6:.0f} MB"
    )
    print(f"{'hits':>7} {'page p50':>9} {'p95 ms':>7} {'keys p50':>9} {'LIKE p50':>9} {'ratio':>6}  word")
    compared = [_compare(word, wanted.rounds) for word in QUERIES]
    worst, is_equal = max(p95 for p95, _ in compared), all(equal for _, equal in compared)
    verdict = "met" if worst <= GOAL_MILLISECONDS else "MISSED"
    print(f"slowest p95 {worst:.0f} ms; goal {GOAL_MILLISECONDS:.0f} ms {verdict}")
    print("every answer is that of LIKE" if is_equal else "ANSWERS DIFFER from those of LIKE")
    return 0 if is_equal else 1


def _compare(word: str, rounds: int) -> tuple[float, bool]:
    """Return the 95th percentile of a first page, and whether the answer is that of LIKE."""
    from tongxin.search.queries import find, find_keys

    page, slow_page = _times(lambda: find(word), rounds)
    keys, _ = _times(lambda: find_keys(word), rounds)
    like, _ = _times(lambda: _like(word), max(rounds // 4, 3))
    found, expected = {target for _, target in find_keys(word)}, set(_like(word))
    is_equal = found == expected and find(word).total == len(expected)
    print(
        f"{len(expected):>7,} {page:>9.1f} {slow_page:>7.1f} {keys:>9.1f} {like:>9.1f} {like / page:>5.1f}x  "
        f"{word}{'' if is_equal else ' NOT EQUAL'}"
    )
    return slow_page, is_equal


def _index(texts: list[tuple[str, str]]) -> float:
    from django.db import connection, transaction

    from tongxin.search.actions import put

    begun = time.perf_counter()
    with transaction.atomic():
        for target, (title, text) in enumerate(texts):
            put("document", target, organisation_id=target % 100, place="/33/", title=title, text=text)
    seconds = time.perf_counter() - begun
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE search_searchentry")
    return seconds


def _like(word: str) -> list[int]:
    from django.db import connection

    statement = "SELECT target_id FROM search_searchentry WHERE title LIKE %s OR text LIKE %s"
    with connection.cursor() as cursor:
        cursor.execute(statement, [f"%{word}%"] * 2)
        return [target for (target,) in cursor.fetchall()]


def _times(act: Callable[[], object], rounds: int) -> tuple[float, float]:
    """Return the middle and the 95th percentile of the milliseconds of so many runs after a first."""
    act()
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        act()
        times.append((time.perf_counter() - begun) * 1_000)
    return float(np.percentile(times, 50)), float(np.percentile(times, 95))


def _number(statement: str) -> int:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement)
        (number,) = cursor.fetchone()
    return int(number)


def _size() -> int:
    from django.db import connection

    if connection.vendor == "sqlite":
        return _number("SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
    return _number("SELECT pg_database_size(current_database())")


def _index_size() -> int:
    from django.db import connection

    if connection.vendor == "sqlite":
        return _number("SELECT SUM(LENGTH(block)) FROM search_index_data")
    vectors = _number("SELECT SUM(pg_column_size(grams)) FROM search_searchentry")
    return vectors + _number("SELECT pg_relation_size('search_entry_grams')")


if __name__ == "__main__":
    sys.exit(main())
