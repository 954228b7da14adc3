"""Subjects for the tests of figures, and a seeded province of any size."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa

from tongxin.analytics.subjects import Field, FieldType, Grain, Subject
from tongxin.analytics.trees import Hierarchy, Placement

ABOUT_WORKER = (
    Field("sex", FieldType.CODE, "sex", "", code_list="sex", breakdown=True),
    Field("birth_date", FieldType.DATE, "birth date", ""),
    Field("age", FieldType.INTEGER, "age", ""),
    Field("age_band", FieldType.CODE, "age band", "", code_list="age_band", breakdown=True),
)
ABOUT_ORGANISATION = (
    Field("ownership", FieldType.CODE, "ownership", "", code_list="ownership", breakdown=True),
    Field("size", FieldType.CODE, "size", "", code_list="enterprise_size", breakdown=True),
)
WORKERS = Subject(
    "workers",
    "worker",
    Grain.SPELL,
    "workers",
    "",
    (
        *ABOUT_WORKER,
        Field("employed", FieldType.BOOLEAN, "employed", ""),
        Field("grade", FieldType.CODE, "grade", "", code_list="skill_grade", breakdown=True),
        Field("wage", FieldType.DECIMAL, "wage", "", scale=100),
    ),
    {"organisation": ABOUT_ORGANISATION},
    ("trainings",),
)
TRAININGS = Subject(
    "trainings",
    "training",
    Grain.EVENT,
    "trainings",
    "",
    (
        Field("hours", FieldType.DECIMAL, "hours", "", scale=60),
        Field("kind", FieldType.CODE, "kind", "", code_list="training_kind", breakdown=True),
    ),
    {"worker": ABOUT_WORKER, "organisation": ABOUT_ORGANISATION},
)
SUBJECTS = {subject.name: subject for subject in (WORKERS, TRAININGS)}

STORED = {
    FieldType.TEXT: pa.string(),
    FieldType.CODE: pa.string(),
    FieldType.INTEGER: pa.int64(),
    FieldType.DECIMAL: pa.int64(),
    FieldType.BOOLEAN: pa.bool_(),
    FieldType.DATE: pa.date32(),
}


def schema_of(subject: Subject) -> pa.Schema:
    days = ["on"] if subject.grain is Grain.EVENT else ["valid_from", "valid_to"]
    columns = [(name, pa.int64()) for name in ("entity", "worker", "organisation")]
    columns += [(name, pa.date32()) for name in days]
    for variable, fields in subject.variables().items():
        columns += [
            (f"{variable}.{each.name}", STORED[each.type])
            for each in fields
            if each.name not in ("age", "age_band")
        ]
    return pa.schema(columns)


@dataclass
class Province:
    hierarchy: Hierarchy
    tables: dict[str, pa.Table]


_CITIES, _COUNTIES, _TOWNS = 11, 90, 1_387
_FIRST = np.datetime64("2020-01-01")
_OPENED, _LAST_DAY = np.datetime64("2023-10-01"), np.datetime64("2026-09-30")


def raise_province(workers: int, enterprises: int, *, seed: int = 1) -> Province:
    """Make a province of 1 + 11 + 90 + 1,387 divisions with skewed enterprises over three years."""
    rng = np.random.default_rng(seed)
    over = [(1, None)]
    over += [(2 + n, 1) for n in range(_CITIES)]
    over += [(100 + n, 2 + n % _CITIES) for n in range(_COUNTIES)]
    over += [(1_000 + n, 100 + n % _COUNTIES) for n in range(_TOWNS)]
    places = [Placement(node, parent, date(2000, 1, 1)) for node, parent in over]
    opened = rng.integers(0, 2_000, enterprises)
    towns = 1_000 + rng.integers(0, _TOWNS, enterprises)
    for number in range(enterprises):
        since = (_FIRST + opened[number]).item() if number % 5 == 0 else date(2000, 1, 1)
        places.append(Placement(10_000 + number, int(towns[number]), since))
    spells = _spells(rng, workers, enterprises)
    return Province(Hierarchy(places), {"workers": spells, "trainings": _trainings(rng, spells, enterprises)})


def _codes(rng: np.random.Generator, codes: list[str], shares: list[float], size: int) -> np.ndarray:
    return np.array(codes)[rng.choice(len(codes), size, p=shares)]


def _spells(rng: np.random.Generator, workers: int, enterprises: int) -> pa.Table:
    skew = rng.pareto(1.2, enterprises) + 0.05
    skew /= skew.sum()
    born = np.datetime64("1962-01-01") + rng.integers(0, 40 * 365, workers)
    sex = _codes(rng, ["male", "female"], [0.6, 0.4], workers)
    pieces = []
    grades = ["none", "junior", "intermediate", "senior", "technician", "senior_technician"]
    shares = [0.62, 0.14, 0.11, 0.09, 0.03, 0.01]
    # First spells; then a fifth change their grade, a tenth move, and a twentieth hold a second job.
    who = np.arange(workers)
    first = _FIRST + rng.integers(0, 1_700, workers)
    place = rng.choice(enterprises, workers, p=skew)
    turn = first + rng.integers(200, 1_200, workers)
    changes, moves = rng.random(workers) < 0.2, rng.random(workers) < 0.1
    turned = changes | moves
    pieces.append((who, place, first, np.where(turned, turn, np.datetime64("NaT"))))
    later = np.where(moves, rng.choice(enterprises, workers, p=skew), place)
    pieces.append((who[turned], later[turned], turn[turned], np.full(turned.sum(), np.datetime64("NaT"))))
    second = rng.random(workers) < 0.05
    pieces.append(
        (
            who[second],
            rng.choice(enterprises, second.sum(), p=skew),
            first[second] + 100,
            np.full(second.sum(), np.datetime64("NaT")),
        )
    )
    worker, organisation, begins, ends = (np.concatenate(each) for each in zip(*pieces, strict=True))
    size = worker.size
    grade = _codes(rng, grades, shares, size).astype(object)
    grade[rng.random(size) < 0.02] = None
    ownership = np.array(["state", "private", "foreign", "collective"])[organisation % 4]
    return pa.table(
        {
            "entity": worker,
            "worker": worker,
            "organisation": organisation + 10_000,
            "valid_from": begins.astype("datetime64[D]"),
            "valid_to": ends.astype("datetime64[D]"),
            "worker.sex": sex[worker],
            "worker.birth_date": born[worker].astype("datetime64[D]"),
            "worker.employed": np.ones(size, dtype=bool),
            "worker.grade": grade.tolist(),
            "worker.wage": rng.integers(400_000, 1_500_000, size),
            "organisation.ownership": ownership,
            "organisation.size": np.array(["micro", "small", "medium", "large"])[organisation % 4],
        },
        schema=schema_of(WORKERS),
    )


def _trainings(rng: np.random.Generator, spells: pa.Table, enterprises: int) -> pa.Table:
    size = spells.num_rows * 4
    row = rng.integers(0, spells.num_rows, size)
    taken = spells.take(pa.array(row))
    on = _OPENED - 400 + rng.integers(0, int((_LAST_DAY - _OPENED).astype(int)) + 400, size)
    hours = rng.integers(1, 60, size) * 30
    return pa.table(
        {
            "entity": np.arange(size),
            "worker": taken["worker"],
            "organisation": taken["organisation"],
            "on": on.astype("datetime64[D]"),
            "training.hours": pa.array(hours, mask=rng.random(size) < 0.01),
            "training.kind": _codes(rng, ["induction", "on_the_job"], [0.3, 0.7], size),
            "worker.sex": taken["worker.sex"],
            "worker.birth_date": taken["worker.birth_date"],
            "organisation.ownership": taken["organisation.ownership"],
            "organisation.size": taken["organisation.size"],
        },
        schema=schema_of(TRAININGS),
    )
