"""Loading the demo province into an empty registry, in one transaction."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import polars as pl
from django.conf import settings
from django.db import transaction
from django.db.models import Model

from tongxin import __version__
from tongxin.audit import log
from tongxin.demo.chances import FACTS_FROM, FACTS_UNTIL
from tongxin.demo.company_groups import found_company_groups
from tongxin.demo.groups import seat_groups
from tongxin.demo.people import People
from tongxin.demo.province import make_province
from tongxin.demo.second_entries import enter_twice
from tongxin.demo.sign_ins import SignIn, add_sign_ins, choose_enterprise
from tongxin.demo.tables import insert_rows, set_sequences
from tongxin.demo.tree import Planted, move_town, plant_units
from tongxin.demo.vocabulary import read_words
from tongxin.organisations.loading import load_divisions
from tongxin.organisations.models import Organisation, Programme
from tongxin.workforce.duplicate_search import search_duplicates
from tongxin.workforce.identity import index_of, seal_number, seal_phone
from tongxin.workforce.models import (
    Activity,
    Agreement,
    Appointment,
    Certificate,
    Competition,
    Employment,
    EmploymentState,
    Honour,
    Innovation,
    InsuranceCover,
    Membership,
    Mentorship,
    Training,
    Worker,
    WorkersCongress,
)

Progress = Callable[[str, int, int], None]
"""Called with what is being loaded, how many steps are done and how many there are."""

REGISTERED_AT = f"{FACTS_UNTIL.isoformat()} 09:00:00+00:00"

TABLES: Mapping[str, type[Model]] = {
    "employments": Employment,
    "employment_states": EmploymentState,
    "certificates": Certificate,
    "appointments": Appointment,
    "memberships": Membership,
    "trainings": Training,
    "competitions": Competition,
    "innovations": Innovation,
    "honours": Honour,
    "mentorships": Mentorship,
    "agreements": Agreement,
    "congresses": WorkersCongress,
    "insurance": InsuranceCover,
    "activities": Activity,
}
"""In the order of loading: an appointment is refused without the certificate below it."""


class HomeInUse(Exception):
    """The registry already holds people or enterprises; the demo is loaded into an empty one only."""


@dataclass(frozen=True)
class MadeWith:
    """What a demo home was made with; kept in `demo.json`, so that the same arguments reuse the home."""

    example: str
    workers: int
    seed: int
    version: str


@dataclass(frozen=True)
class DemoSummary:
    """What was loaded: the number of rows of each table, and who can sign in."""

    rows: Mapping[str, int]
    sign_ins: tuple[SignIn, ...]


def load_demo(*, n_workers: int, seed: int, progress: Progress | None = None) -> DemoSummary:
    """Load the synthetic province; refuses a registry that holds people or enterprises already."""
    report = progress or (lambda _what, _done, _total: None)
    total = len(TABLES) + 4
    report("province", 0, total)
    province = make_province(n_workers=n_workers, seed=seed)
    with transaction.atomic():
        refuse_used_home()
        load_divisions(actor=None)
        report("tree", 1, total)
        planted = plant_units(province, seed=seed)
        report("people", 2, total)
        rows = {"enterprises": len(planted.enterprises), "unions": len(province.unions)}
        people = enter_twice(province.people, province.facts["employments"], province.enterprises)
        rows["workers"] = insert_rows(Worker, _worker_rows(people))
        for step, (name, model) in enumerate(TABLES.items(), start=3):
            report(name, step, total)
            rows[name] = insert_rows(model, place_rows(province.facts[name], planted))
        set_sequences([Organisation, Worker, *TABLES.values()])
        report("groups", total - 1, total)
        rows["groups"] = seat_groups(seed=seed)
        rows["company_groups"] = found_company_groups(
            province.enterprises, planted, seed=seed, employments=province.facts["employments"]
        )
        move_town()
        sign_ins = finish_home(staff_of(province.facts["employments"]), planted, n_workers, seed)
        search_duplicates(actor=None, progress=_in_silence)
    write_made_with(MadeWith("province", n_workers, seed, __version__))
    report("done", total, total)
    return DemoSummary(rows, tuple(sign_ins))


def _in_silence(stage: str, percent: int) -> None:
    """Let a step of the loading have no progress of its own."""


def finish_home(staff: Mapping[int, int], planted: Planted, n_workers: int, seed: int) -> Sequence[SignIn]:
    """Say what the home is, and who can sign in; `staff` is how many each enterprise has, by its number."""
    programme = _describe_programme()
    by_key = {number + planted.before: n for number, n in staff.items()}
    sign_ins = add_sign_ins(_units_of_sign_ins(by_key))
    log.record(
        actor=None,
        action="demo.loaded",
        target=programme,
        organisation_id=programme.root_id,
        workers=n_workers,
        seed=seed,
    )
    return sign_ins


def refuse_used_home() -> None:
    if Worker.objects.exists() or Organisation.objects.filter(level="enterprise").exists():
        raise HomeInUse("The registry holds people or enterprises already.")


def _worker_rows(people: People) -> pl.DataFrame:
    kinds, numbers = people.document_type.tolist(), people.document_number.tolist()
    return pl.DataFrame(
        {
            "id": range(1, len(people) + 1),
            "document_type": kinds,
            "document_sealed": [seal_number(number) for number in numbers],
            "document_index": [index_of(kind, number) for kind, number in zip(kinds, numbers, strict=True)],
            "name": people.name.tolist(),
            "sex": people.sex.tolist(),
            "born_on": people.born_on,
            "phone_sealed": pl.Series(
                [seal_phone(phone) for phone in people.phone.tolist()], dtype=pl.Binary
            ),
            "education": people.education.tolist(),
            "registered_at": [REGISTERED_AT] * len(people),
        }
    )


def place_rows(frame: pl.DataFrame, planted: Planted) -> pl.DataFrame:
    """Turn numbers of enterprises into keys of the registry."""
    if "organisation_id" not in frame.columns:
        return frame
    return frame.with_columns(pl.col("organisation_id") + planted.before)


def staff_of(employments: pl.DataFrame) -> Counter[int]:
    """Return how many are employed at the end of the facts, by the number of the enterprise."""
    counts = employments.filter(pl.col("ended_on").is_null()).group_by("organisation_id").len()
    return Counter(dict(counts.iter_rows()))


def _units_of_sign_ins(staff: dict[int, int]) -> dict[str, Organisation]:
    """Return the divisions by code, and the enterprise of the demo's officer."""
    divisions = Organisation.objects.filter(level__in=["province", "city", "county"])
    named = {unit.code: unit for unit in divisions} | {"enterprise": choose_enterprise(staff)}
    group = Organisation.objects.filter(level="group").order_by("pk").first()
    return named | ({"company_group": group} if group else {})


def _describe_programme() -> Programme:
    programme = Programme.objects.get(pk=1)
    name = read_words("groups")["programme"]
    programme.name_zh, programme.name_en = name["zh"], name["en"]
    programme.is_synthetic = True
    programme.facts_from, programme.facts_until = FACTS_FROM, FACTS_UNTIL
    programme.finest_period = "month"
    programme.save()
    return programme


def made_with_path() -> Path:
    return Path(settings.TONGXIN_HOME) / "demo.json"


def read_made_with() -> MadeWith | None:
    """Return what this home's demo was made with, None where it holds none."""
    path = made_with_path()
    if not path.exists():
        return None
    return MadeWith(**json.loads(path.read_text(encoding="utf-8")))


def write_made_with(made_with: MadeWith) -> None:
    made_with_path().write_text(json.dumps(asdict(made_with), indent=2) + "\n", encoding="utf-8")
