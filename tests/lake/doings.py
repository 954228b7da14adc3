"""What may happen to a registry between two extracts, and what a cut must then say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from random import Random

import pyarrow as pa
from django.db import connection, transaction
from tests.cast import Cast

from tongxin.analytics.engine import Engine
from tongxin.analytics.typed_tables import as_table
from tongxin.figures.models import DataItem, ReportedValue, ReportingUnit
from tongxin.lake.queries import Cut, declared_sources, open_tables
from tongxin.organisations.models import NameSpell, Organisation, OrganisationEvent, Particulars, Placement
from tongxin.workforce.models import Activity, Employment, EmploymentState, Honour, Training, Worker

DAY = date(2024, 1, 1)
NOBODY = 10**9


def people(cast: Cast, count: int, *, first: int = 0) -> list[Worker]:
    """Register people by the shortest way, each with an employment of two terms and a training."""
    with transaction.atomic():
        return [_person(cast, first + number) for number in range(count)]


def _person(cast: Cast, number: int) -> Worker:
    worker = Worker.objects.create(
        document_type="resident_id",
        document_sealed=b"-",
        document_index=number.to_bytes(16, "big"),
        name=f"某{number}",
        sex="female" if number % 2 else "",
        born_on=date(1970, 1, 1) + timedelta(days=number % 9000),
    )
    unit = (cast.alpha, cast.beta, cast.gamma)[number % 3]
    employment = Employment.objects.create(worker=worker, organisation=unit, started_on=DAY)
    for months in range(2):
        on = DAY + timedelta(days=200 * months)
        EmploymentState.objects.create(employment=employment, valid_from=on, form="full_time")
    Training.objects.create(worker=worker, organisation=unit, on=DAY, kind="digital", minutes=60)
    return worker


def _run(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _hire(cast: Cast, chance: Random) -> None:
    people(cast, chance.randint(1, 3), first=Worker.objects.order_by("-pk")[0].pk + 1000)


def _train_in_bulk(cast: Cast, chance: Random) -> None:
    worker = Worker.objects.order_by("pk").first()
    Training.objects.bulk_create(
        Training(worker=worker, organisation=cast.beta, on=DAY, kind="digital", minutes=n + 1)
        for n in range(chance.randint(1, 4))
    )


def _lengthen_trainings(cast: Cast, chance: Random) -> None:
    Training.objects.filter(pk__gt=chance.randrange(20)).update(minutes=chance.randint(1, 5))


def _cancel_trainings(cast: Cast, chance: Random) -> None:
    _run("DELETE FROM workforce_training WHERE id %% 5 = %s", chance.randrange(5))


def _cancel_the_last_and_put_back_another(cast: Cast, chance: Random) -> None:
    kept = list(Training.objects.order_by("-pk")[:3])
    Training.objects.filter(pk__in=[each.pk for each in kept]).delete()
    for each in kept[1:]:
        Training(pk=each.pk, worker=each.worker, on=each.on, kind="digital", minutes=7).save(
            force_insert=True
        )


def _number_trainings_anew(cast: Cast, chance: Random) -> None:
    last = Training.objects.order_by("-pk").first()
    free = Training.objects.order_by("pk").first()
    if last and free and free.pk > 1:
        _run("UPDATE workforce_training SET id = %s WHERE id = %s", free.pk - 1, last.pk)


def _move_terms(cast: Cast, chance: Random) -> None:
    for state in EmploymentState.objects.order_by("?" if chance.random() < 0.2 else "pk")[:3]:
        state.valid_from += timedelta(days=chance.randint(1, 150))
        if not state.employment.states.filter(valid_from=state.valid_from).exists():
            state.save()


def _pay(cast: Cast, chance: Random) -> None:
    states = list(EmploymentState.objects.order_by("-pk")[:4])
    for state in states:
        state.wage_fen = chance.randrange(10**6)
    EmploymentState.objects.bulk_update(states, ["wage_fen"])


def _change_and_change_back(cast: Cast, chance: Random) -> None:
    Training.objects.filter(pk__lt=5).update(minutes=99)
    Worker.objects.filter(pk__gt=0).update(name="某")
    Training.objects.filter(pk__lt=5).update(minutes=60)


def _strike_out(cast: Cast, chance: Random) -> None:
    employment = Employment.objects.order_by("pk").first()
    if employment:
        employment.delete()


def _unite(cast: Cast, chance: Random) -> None:
    pair = list(Worker.objects.order_by("pk")[:2])
    if len(pair) == 2:
        Training.objects.filter(worker=pair[1]).update(worker=pair[0])
        Worker.objects.filter(pk=pair[1].pk).update(merged_into=pair[0], sex="male")


def _honour(cast: Cast, chance: Random) -> None:
    worker = Worker.objects.order_by("pk").last()
    Honour.objects.create(worker=worker, on=DAY, kind="model_worker", level="city")
    if chance.random() < 0.5:
        _run("DELETE FROM workforce_honour")


def _call_together(cast: Cast, chance: Random) -> None:
    Activity.objects.create(organisation=cast.alpha, on=DAY, kind="talk", n_attended=chance.randrange(50))


def _report(cast: Cast, chance: Random) -> None:
    item, _new = DataItem.objects.get_or_create(code="employ")
    for unit in (cast.alpha, cast.beta):
        ReportingUnit.objects.get_or_create(organisation=unit, item=item, defaults={"valid_from": DAY})
        ReportedValue.objects.filter(organisation=unit, superseded_at=None).update(
            superseded_at="2026-01-01T00:00Z"
        )
        ReportedValue.objects.create(organisation=unit, item=item, period="2026Q1", value=chance.randrange(9))


def _rename(cast: Cast, chance: Random) -> None:
    _run(
        "UPDATE organisations_organisation SET name_zh = %s WHERE id = %s",
        f"厂{chance.random()}",
        cast.beta.pk,
    )
    NameSpell.objects.filter(organisation=cast.beta).update(
        valid_from=DAY + timedelta(days=chance.randrange(9))
    )
    Particulars.objects.filter(organisation=cast.alpha).update(size=chance.choice(["large", "micro"]))


def _move(cast: Cast, chance: Random) -> None:
    Placement.objects.filter(organisation=cast.gamma).update(
        parent=chance.choice([cast.linping, cast.chengxiang])
    )
    event = OrganisationEvent.objects.create(on=DAY, kind="transfer", organisation=cast.gamma)
    event.others.set(chance.sample([cast.alpha, cast.beta, cast.linping], 2))
    Organisation.objects.filter(pk=cast.gamma.pk).update(closed_on=chance.choice([None, date(2026, 9, 1)]))


DOINGS: tuple[Callable[[Cast, Random], None], ...] = (
    _hire,
    _train_in_bulk,
    _lengthen_trainings,
    _cancel_trainings,
    _cancel_the_last_and_put_back_another,
    _number_trainings_anew,
    _move_terms,
    _pay,
    _change_and_change_back,
    _strike_out,
    _unite,
    _honour,
    _call_together,
    _report,
    _rename,
    _move,
)

Rows = Mapping[str, Counter[tuple[object, ...]]]


def counted(table: pa.Table) -> Counter[tuple[object, ...]]:
    return Counter(tuple(row.values()) for row in table.to_pylist())


def registered() -> Rows:
    """Return what the registry holds now, read by its own queries."""
    return {
        source.name: counted(as_table(list(source.rows()), source.schema)) for source in declared_sources()
    }


def in_cut(cut: Cut, names: Iterable[str] = ()) -> Rows:
    """Return what a cut says."""
    with Engine(threads=1) as engine:
        tables = open_tables(engine, cut)
        return {name: counted(engine.fetch(tables[name])) for name in names or tables}
