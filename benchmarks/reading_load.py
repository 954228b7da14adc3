"""Reading a release at a steady rate: pages of figures, passports and JSON answers, while a home is served.

Requests leave on time whether or not earlier ones are answered, and each is timed from when it should have
left, so that a slow answer is not hidden by what waits behind it. Addresses are drawn among the units of a
province and all indicators: most are asked for once. The home is served as an operator serves it, `tongxin
serve`; what asks is a process of its own on the same machine. Memory is the peak of each web process, without
the worker of the background. At last one question is asked by the command line, a fresh process each time.

    python -m benchmarks.reading_load [--workers 200000] [--rate 50] [--seconds 30] [--home FOLDER]

A home that is named is read, but for its sessions and audit; a release is built where it has none.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any
from urllib.parse import urlencode

from benchmarks.homes import environment, measure, temporary_home
from benchmarks.open_loop import sign_in
from benchmarks.province_build import populate

FOLDER = Path(__file__).resolve().parent.parent
GOAL_MS, GOAL_MB = 100, 400
WARM_UP = 40
MIX = {
    "home": 10,
    "explorer, county": 25,
    "explorer, city by": 15,
    "passport": 25,
    "passport JSON": 15,
    "figures JSON": 10,
}
"""How many of a hundred requests are of each kind."""
READER = "province_office"
COMMAND = ["figures", "--at", "330000", "--level", "county", "--format", "json"]
COMMAND_RUNS = 5


@dataclass(frozen=True)
class Answered:
    """What became of one request."""

    kind: str
    address: str
    ms: float
    status: int


def main() -> int:
    wanted = _arguments()
    with nullcontext(wanted.home) if wanted.home else temporary_home() as home:
        if not (home / "lake" / "current.json").is_file():
            populate(home, wanted.workers)
        if not (home / "releases" / "current").is_file():
            measure(["-m", "tongxin", "release", "build", "--format", "json"], home)
        addresses = _addresses(home, wanted.rate * wanted.seconds + WARM_UP, wanted.seed)
        with _served(home, wanted.processes) as (port, server):
            _load(home, port, addresses[:WARM_UP], wanted.rate)
            before = _web(server)
            answered = _load(home, port, addresses[WARM_UP:], wanted.rate)
            after = _web(server)
        _report(answered, wanted.rate)
        _report_web(before, after, len(answered))
        _time_command(home)
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--workers", type=int, default=200_000)
    parser.add_argument("--rate", type=int, default=50, help="requests a second")
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--processes", type=int, default=2, help="web processes")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--home", type=Path, help="a home that is there already")
    return parser.parse_args()


def _asked(home: Path, *arguments: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-m", "tongxin", *arguments, "--format", "json"]
    done = subprocess.run(command, cwd=FOLDER, env=environment(home), check=True, stdout=subprocess.PIPE)
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def _addresses(home: Path, count: int, seed: int) -> list[tuple[str, str]]:
    """Draw addresses, each with its kind."""
    units = {
        level: [row["code"] for row in _asked(home, "organisations", "--level", level)]
        for level in ("city", "county", "town")
    }
    rng, codes = random.Random(seed), _codes(home)
    kinds = rng.choices(list(MIX), list(MIX.values()), k=count)
    return [(kind, _address(kind, units, codes, rng)) for kind in kinds]


def _codes(home: Path) -> list[str]:
    """Return the indicators of the present release."""
    current = home / "releases" / (home / "releases" / "current").read_text(encoding="ascii").strip()
    return sorted(json.loads((current / "manifest.json").read_text(encoding="utf-8"))["figures"])


def _address(kind: str, units: dict[str, list[str]], codes: list[str], rng: random.Random) -> str:
    city, county, town = (rng.choice(units[level]) for level in ("city", "county", "town"))
    code, any_unit = rng.choice(codes), rng.choice([city, county, town])
    match kind:
        case "home":
            return f"/?{urlencode({'at': rng.choice([city, county])})}"
        case "explorer, county":
            view = rng.choice(["table", "line", "bar"])
            asked = rng.choice([{}, {"i": code}, {"i": code, "level": "town"}])
            return f"/figures/?{urlencode({'at': county, 'view': view, **asked})}"
        case "explorer, city by":
            broken = rng.choice(_BROKEN)
            return f"/figures/?{urlencode({'at': city, 'level': rng.choice(['', 'county']), **broken})}"
        case "passport":
            return f"/figures/{code}/passport/?{urlencode({'at': any_unit})}"
        case "passport JSON":
            return f"/figures/{code}/passport/?{urlencode({'at': any_unit, 'format': 'json'})}"
        case _:
            asked = {"at": city, "level": "county", "i": code, "format": "json"}
            return f"/figures/export/?{urlencode(asked)}"


_BROKEN = [
    {"i": "headcount", "by": "age_band"},
    {"i": "headcount", "by": "sex,age_band"},
    {"i": "training_reach", "by": "industry"},
    {"i": "skilled_share", "by": "ownership"},
    {"i": "average_wage", "by": "grade"},
]


@contextmanager
def _served(home: Path, processes: int) -> Iterator[tuple[int, int]]:
    """Serve a home; give the port, and the identifier of the process above those of the web."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "tongxin", "serve", "--port", str(port), "--processes", str(processes)]
    with tempfile.TemporaryFile() as log:
        server = subprocess.Popen(command, cwd=FOLDER, env=environment(home), stdout=log, stderr=log)
        try:
            _await_answer(server, port)
            yield port, server.pid
        finally:
            server.send_signal(signal.SIGINT)
            server.wait(timeout=60)


def _await_answer(server: subprocess.Popen[bytes], port: int) -> None:
    for _ in range(600):
        if server.poll() is not None:
            raise RuntimeError(f"The server ended with status {server.returncode}.")
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("The server does not answer.")


def _load(home: Path, port: int, addresses: list[tuple[str, str]], rate: int) -> list[Answered]:
    """Send requests from a process of its own."""
    cookie = sign_in(port, READER, _password(home))
    plan = {"port": port, "cookie": cookie, "rate": rate, "addresses": [each for _kind, each in addresses]}
    command = [sys.executable, "-m", "benchmarks.open_loop"]
    done = subprocess.run(
        command, cwd=FOLDER, input=json.dumps(plan), text=True, check=True, stdout=subprocess.PIPE
    )
    return [
        Answered(kind, address, 1000 * seconds, status)
        for (kind, address), (seconds, status) in zip(addresses, json.loads(done.stdout), strict=True)
    ]


def _password(home: Path) -> str:
    """Return the password of synthetic homes, which is published."""
    os.environ["TONGXIN_HOME"] = str(home)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tongxin.config.settings")
    import django

    django.setup()
    from tongxin.demo.sign_ins import DEMO_PASSWORD

    return DEMO_PASSWORD


@dataclass(frozen=True)
class Used:
    """What the web processes have used: processor seconds of all, and the peak of each in megabytes."""

    seconds: float
    peaks: list[float]


def _web(server: int) -> Used:
    seconds, peaks = 0.0, []
    for pid in _descendants(server):
        process = Path("/proc") / str(pid)
        peak = re.search(r"VmHWM:\s+(\d+) kB", (process / "status").read_text(encoding="utf-8"))
        if b"worker" in (process / "cmdline").read_bytes().split(b"\0") or peak is None:
            continue
        # The name of a process stands in brackets and may hold anything.
        times = (process / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        seconds += (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
        peaks.append(int(peak[1]) / 1024)
    return Used(seconds, sorted(peaks, reverse=True))


def _descendants(pid: int) -> list[int]:
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="ascii").split()
    return [each for child in map(int, children) for each in (child, *_descendants(child))]


def _report(answered: list[Answered], rate: int) -> None:
    print(f"{len(answered):,} requests at {rate} a second; ms from when each should have left")
    print(f"{'':>18} {'requests':>8} {'p50':>7} {'p95':>7} {'max':>7} {'errors':>6}")
    for kind in [*MIX, ""]:
        chosen = [each for each in answered if kind in ("", each.kind)]
        times = sorted(each.ms for each in chosen)
        errors = sum(each.status != 200 for each in chosen)
        p50, p95 = (times[int(share * (len(times) - 1))] for share in (0.5, 0.95))
        print(f"{kind or 'all':>18} {len(chosen):>8,} {p50:>7.1f} {p95:>7.1f} {times[-1]:>7.1f} {errors:>6}")
    for each in sorted(answered, key=lambda each: each.ms, reverse=True)[:5]:
        print(f"slow: {each.ms:.0f} ms {each.address}")
    for each in [each for each in answered if each.status != 200][:5]:
        print(f"error: status {each.status} {each.address}")


def _report_web(before: Used, after: Used, requests: int) -> None:
    said = ", ".join(f"{peak:.0f} MB" for peak in after.peaks)
    spent = 1000 * (after.seconds - before.seconds) / requests
    print(f"web processes: {spent:.1f} ms of processors a request, peaks {said}")
    print(f"goals: p95 of {GOAL_MS} ms, {GOAL_MB} MB")


def _time_command(home: Path) -> None:
    command = [COMMAND[0], _codes(home)[0], *COMMAND[1:]]
    runs = [measure(["-m", "tongxin", *command], home) for _ in range(COMMAND_RUNS)]
    times = [run.seconds for run in runs]
    said = f"{median(times):.2f} s ({min(times):.2f} to {max(times):.2f})"
    print(f"tongxin {' '.join(command)}: median of {len(runs)}: {said}")


if __name__ == "__main__":
    sys.exit(main())
