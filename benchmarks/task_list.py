"""The list of tasks in a province with 50,000 of them: its first page, as clerks of each level open it.

A plan of the province is handed down to cities and counties, cities and counties have plans of their own,
handed down to towns; a third of the tasks has reports, one in ten is supported by a unit elsewhere. Pages are
asked through the whole stack of one process, without the network: middleware, queries, template.

    python -m benchmarks.task_list [--tasks 50000] [--rounds 30] [--seed 1] [--explain]

With DATABASE_URL it measures that database, which must be empty, and not SQLite in a home of its own.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.homes import environment, temporary_home

FOLDER = Path(__file__).resolve().parent.parent
GOAL_MS = 150
OPENED = date(2015, 1, 1)
READERS = {"province": "330000", "city": "330100", "county": "330109", "town": "330109001"}
QUESTIONS = {
    "first page": "",
    "late": "&due=late",
    "text": "&q=%E5%9F%B9%E8%AE%AD",
    "dimension, own": "&dimension=competence&origin=own",
    "all, by unit": "&state=all&sort=unit",
    "person": "&person=clerk-7",
    "page 20": "&page=20",
    "last page": "&state=all&page=99999",
    "board": "&view=board",
    "timeline": "&view=timeline",
}
WORDS = ("开展技能培训", "组织劳动竞赛", "走访示例企业", "落实集体协商", "建立工会组织", "报送季度进展")


def main() -> int:
    wanted = _arguments()
    if wanted.measure:
        return _measure(wanted)
    with temporary_home() as home:
        (home / "static").mkdir()
        known = {name: value for name, value in os.environ.items() if name == "DATABASE_URL"}
        command = ["-m", "benchmarks.task_list", "--measure", "--tasks", str(wanted.tasks)]
        command += ["--rounds", str(wanted.rounds), "--seed", str(wanted.seed)]
        command += ["--explain"] if wanted.explain else []
        settings = {"DJANGO_SETTINGS_MODULE": "tongxin.config.settings", "TONGXIN_PLAIN_STATIC": "true"}
        done = subprocess.run(
            [sys.executable, *command], cwd=FOLDER, env=environment(home) | known | settings, check=False
        )
    return done.returncode


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--tasks", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--explain", action="store_true", help="print each statement with its time")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    return parser.parse_args()


@dataclass(frozen=True)
class Asked:
    """Milliseconds of each round by clock and processor, queries of one page, tasks of the list."""

    wall: list[float]
    processor: list[float]
    n_queries: int
    n_rows: int


@dataclass
class Filling:
    """What is put into the scratch home: plans, and tasks with their units, sources and reports."""

    wanted: int
    rng: random.Random
    units: dict[str, list[Any]]
    people: list[Any]
    tasks: list[Any] = field(default_factory=list)

    def fill(self) -> int:
        """Hand a plan of the province down, then give plans to cities and counties until there are enough."""
        provinces, cities, counties = (self.units[level] for level in ("province", "city", "county"))
        share = self.wanted // 250
        self._plan(provinces[0], share, [*cities, *counties])
        for city in cities:
            self._plan(city, share, [])
        while True:
            for county in counties:
                if self._count() >= self.wanted:
                    return self._count()
                towns = [town for town in self.units["town"] if town.parent_id == county.pk]
                self._plan(county, 20, towns[:3])

    def _count(self) -> int:
        from tongxin.plans.models import Task

        return Task.objects.count()

    def _plan(self, unit: Any, n_tasks: int, below: list[Any]) -> None:
        from tongxin.plans.models import Measure, Plan, Task

        n_plans = Plan.objects.filter(organisation=unit).count()
        plan = Plan.objects.create(
            organisation=unit, title=f"产改方案{n_plans + 1}", starts_on=date(2026, 1, 1),
            ends_on=date(2027, 12, 31), state="published" if n_plans % 5 < 4 else "draft",
        )  # fmt: skip
        dimensions = ("guidance", "contribution", "competence", "standing", "ranks")
        measures = [
            Measure.objects.create(plan=plan, title=f"举措{place}", dimension=dimension, position=place)
            for place, dimension in enumerate(dimensions)
        ]
        made = Task.objects.bulk_create(self._task(self.rng.choice(measures), unit) for _ in range(n_tasks))
        self._beside(made)
        if below:
            shares = Task.objects.bulk_create(
                self._task(task.measure, other, task) for task in made for other in below
            )
            self._beside(shares)

    def _elsewhere(self) -> Any:
        return self.rng.choice(self.units["county"]) if self.rng.random() < 0.1 else None

    def _task(self, measure: Any, unit: Any, parent: Any = None) -> Any:
        from tongxin.plans.models import Task

        rng, state = (
            self.rng,
            self.rng.choices(("assigned", "under_way", "completed", "cancelled"), (3, 4, 3, 1))[0],
        )
        starts_on = date(2026, 1, 1) + timedelta(days=rng.randrange(300))
        due_on = starts_on + timedelta(days=rng.randrange(30, 400)) if rng.random() < 0.85 else None
        title = f"{rng.choice(WORDS)}，第{rng.randrange(1_000)}批，由{unit.name_zh}负责"
        return Task(measure=measure, organisation=unit, parent=parent, title=title, state=state,
                    starts_on=starts_on if due_on else None, due_on=due_on)  # fmt: skip

    def _beside(self, tasks: list[Any]) -> None:
        """Put in what stands beside tasks: a lead, a supporting body, a source, and reports."""
        from django.utils import timezone

        from tongxin.plans.models import Report, TaskSource, TaskUnit

        now = timezone.now()
        TaskUnit.objects.bulk_create(
            TaskUnit(task=task, part=part, name=name, organisation=unit)
            for task in tasks
            for part, name, unit in (
                ("lead", task.organisation.name_zh, task.organisation),
                ("support", "总工会", self._elsewhere()),
            )
        )
        TaskSource.objects.bulk_create(
            TaskSource(task=task, origin="own") if place % 2 else
            TaskSource(task=task, origin="instruction", identifier=place, words="省领导批示要求按期办结")
            for place, task in enumerate(tasks)
        )  # fmt: skip
        Report.objects.bulk_create(
            Report(task=task, text="已完成部分工作", percent=self.rng.randrange(101), state="accepted",
                   submitted_at=now, made_by=self.rng.choice(self.people))
            for task in tasks if self.rng.random() < 1 / 3
        )  # fmt: skip


def _people() -> list[Any]:
    from tongxin.accounts.models import User

    return [
        User.objects.create(username=f"clerk-{place}", display_name=f"clerk-{place}") for place in range(40)
    ]


def _readers() -> dict[str, Any]:
    from tongxin.accounts.models import User
    from tongxin.organisations.models import Organisation, Role
    from tongxin.organisations.role_actions import grant_role

    found = {}
    for name, code in READERS.items():
        found[name] = User.objects.create(username=name, display_name=name)
        unit = Organisation.objects.get(code=code)
        grant_role(found[name], actor=None, role=Role.OFFICE, organisation=unit, valid_from=OPENED)
    return found


def _measure(wanted: argparse.Namespace) -> int:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection, transaction

    from tongxin.organisations.loading import load_divisions
    from tongxin.organisations.models import Organisation

    call_command("migrate", verbosity=0)
    begun = time.perf_counter()
    with transaction.atomic():
        load_divisions(actor=None)
        units: dict[str, list[Any]] = {}
        for unit in Organisation.objects.filter(closed_on=None).order_by("code"):
            units.setdefault(unit.level, []).append(unit)
        n_tasks = Filling(wanted.tasks, random.Random(wanted.seed), units, _people()).fill()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    print(f"{connection.vendor}: {n_tasks:,} tasks, filled in {time.perf_counter() - begun:.0f} s")
    head = f"{'reader':<9} {'question':<15} {'rows':>7} {'p50 ms':>7} {'p95 ms':>7} {'cpu ms':>7}"
    print(f"{head} {'queries':>7} of goal")
    rows = list(_lines(wanted))
    slowest = max(p95 for name, p95 in rows if name == "first page")
    verdict = "met" if slowest <= GOAL_MS else "MISSED"
    print(f"slowest first page p95 {slowest:.0f} ms; goal {GOAL_MS} ms {verdict}")
    return 0


def _lines(wanted: argparse.Namespace) -> Iterator[tuple[str, float]]:
    from django.test import Client

    for level, reader in _readers().items():
        client = Client(headers={"accept-language": "zh-hans", "host": "localhost"})
        client.force_login(reader)
        for name, question in QUESTIONS.items():
            address = f"/tasks/?at={READERS[level]}{question}"
            found = _asked(client, address, wanted)
            middle, high = median(found.wall), sorted(found.wall)[int(len(found.wall) * 0.95)]
            line = f"{level:<9} {name:<15} {found.n_rows:>7,} {middle:>7.0f} {high:>7.0f}"
            line += f" {median(found.processor):>7.0f} {found.n_queries:>7}"
            print(f"{line} {high / GOAL_MS:>6.2f}x", flush=True)
            yield name, high


def _asked(client: Any, address: str, wanted: argparse.Namespace) -> Asked:
    """Ask for a page once to count what it asks of the database, then round after round."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
        n_queries = len(asked.captured_queries) or len(connection.queries)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answers {answer.status_code}.")
    if wanted.explain:
        for each in sorted(asked.captured_queries, key=lambda each: -float(each["time"]))[:4]:
            print(f"    {each['time']} {each['sql'][:3000]}")
    said = re.search(r'role="status">([\d,]+)', answer.text)
    taken = [_timed(client, address) for _round in range(wanted.rounds)]
    return Asked(
        [wall for wall, _processor in taken],
        [processor for _wall, processor in taken],
        n_queries,
        int(said[1].replace(",", "")) if said else 0,
    )


def _timed(client: Any, address: str) -> tuple[float, float]:
    begun, worked = time.perf_counter(), time.process_time()
    client.get(address)
    return (time.perf_counter() - begun) * 1_000, (time.process_time() - worked) * 1_000


if __name__ == "__main__":
    sys.exit(main())
