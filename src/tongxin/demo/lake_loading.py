"""A synthetic province whose units stand in the registry and whose people are in the lake alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping

import polars as pl
from django.db import transaction

from tongxin import __version__
from tongxin.demo.company_groups import found_company_groups
from tongxin.demo.groups import seat_groups
from tongxin.demo.loading import (
    TABLES,
    DemoSummary,
    MadeWith,
    Progress,
    finish_home,
    place_rows,
    refuse_used_home,
    staff_of,
    write_made_with,
)
from tongxin.demo.people import People
from tongxin.demo.province import PART, Ground, lay_ground, make_parts
from tongxin.demo.tables import set_sequences
from tongxin.demo.tree import Planted, move_town, plant_units
from tongxin.lake.compute import extract_beside
from tongxin.lake.direct import write_directly
from tongxin.organisations.loading import load_divisions
from tongxin.organisations.models import Organisation


def load_lake(*, n_workers: int, seed: int, progress: Progress | None = None) -> DemoSummary:
    """Fill an empty home with the units of a province, and its lake with the facts of its people.

    The lake is the same as if the people had been registered and extracted.
    """
    report = progress or (lambda _what, _done, _total: None)
    total = n_workers // PART + 4
    report("province", 0, total)
    ground = lay_ground(n_workers=n_workers, seed=seed)
    with transaction.atomic():
        refuse_used_home()
        load_divisions(actor=None)
        report("tree", 1, total)
        planted = plant_units(ground, seed=seed)
        set_sequences([Organisation])
        groups = seat_groups(seed=seed)
        company_groups = found_company_groups(ground.enterprises, planted, seed=seed)
        move_town()
        parts = _Parts(ground, planted, seed, lambda part: report("people", 2 + part, total))
        files = write_directly(["people", *TABLES], parts)
        sign_ins = finish_home(parts.staff, planted, n_workers, seed)
        extract_beside(actor=None, written=files)
    write_made_with(MadeWith("lake", n_workers, seed, __version__))
    report("done", total, total)
    units = {
        "enterprises": len(ground.enterprises),
        "unions": len(ground.unions),
        "groups": groups,
        "company_groups": company_groups,
    }
    return DemoSummary(units | {name: file.rows for name, file in files.items()}, tuple(sign_ins))


class _Parts:
    """The facts of the people, part by part, counting on the way who is employed in the end."""

    def __init__(self, ground: Ground, planted: Planted, seed: int, report: Callable[[int], None]) -> None:
        self._ground, self._planted, self._seed, self._report = ground, planted, seed, report
        self.staff: Counter[int] = Counter()

    def __iter__(self) -> Iterator[Mapping[str, pl.DataFrame]]:
        before = 0
        for number, part in enumerate(make_parts(self._ground, seed=self._seed)):
            self._report(number)
            if part.people:
                self.staff += staff_of(part.facts["employments"])
                yield {"people": _people_rows(part.people, before)}
                before += len(part.people)
            yield {name: place_rows(frame, self._planted) for name, frame in part.facts.items()}


def _people_rows(people: People, before: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "id": range(before + 1, before + len(people) + 1),
            "sex": people.sex.tolist(),
            "born_on": people.born_on,
            "education": people.education.tolist(),
        }
    )
