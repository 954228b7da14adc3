from __future__ import annotations

import random
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.cast import Cast
from tests.workforce.people import identity_number, register
from tests.workforce.two_entries import NUMBER, all_rows, enter, pair_of

from tongxin.workforce.merge_actions import merge_workers, undo_merge
from tongxin.workforce.merge_plans import plan_merge
from tongxin.workforce.models import (
    Appointment,
    Certificate,
    DuplicatePair,
    Employment,
    Honour,
    Membership,
    Mentorship,
    Training,
)


def _random_world(rng: random.Random, cast: Cast) -> DuplicatePair:
    """Two entries with whatever people have, at units in common or not, told alike or not."""
    units = [cast.alpha, cast.beta, cast.gamma]
    workers = []
    for number, kind in ((NUMBER, "resident_id"), ("E12345678", "passport")):
        home = rng.choice(units)
        values = {
            "phone": rng.choice(["", "13812345678", "13900000000"]),
            "education": rng.choice(["", "bachelor"]),
        }
        worker = enter(home, number, document_type=kind, **values)
        workers.append(worker)
        for unit in rng.sample(units, rng.randint(1, 3)):
            start = date(2018, 1, 1)
            Employment.objects.create(
                worker=worker, organisation=unit, started_on=start, ended_on=date(2019, rng.choice([1, 6]), 1)
            )
            Membership.objects.create(
                worker=worker,
                organisation=unit,
                state="registered",
                valid_from=date(2018, rng.choice([2, 3]), 1),
            )
        for _ in range(rng.randint(0, 3)):
            Training.objects.create(
                worker=worker, organisation=home, on=date(2025, rng.randint(1, 2), 1), kind="induction"
            )
            Honour.objects.create(
                worker=worker, on=date(2025, 1, rng.randint(1, 2)), kind="model_worker", level="city"
            )
        if rng.random() < 0.6:
            Certificate.objects.create(
                worker=worker,
                grade="senior_technician",
                issued_on=date(2020, 1, 1),
                held_from=date(2020, 1, 1),
                number=rng.choice(["", f"N{worker.pk}"]),
            )
            if rng.random() < 0.7:
                Appointment.objects.create(
                    worker=worker,
                    organisation=home,
                    grade="special_technician",
                    appointed_on=date(2021, 1, 1),
                )
        if rng.random() < 0.3:
            Certificate.objects.create(
                worker=worker, grade="senior", held_from=date(2019, rng.randint(1, 12), 1)
            )
        other = register(home, "师傅", identity_number(f"3301091980010{rng.randint(1000, 9999)}"))
        Mentorship.objects.create(worker=other, apprentice=worker, organisation=home, on=date(2025, 1, 1))
    return pair_of(*workers)


class _RollBack(Exception):
    pass


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(min_value=0, max_value=2**32))
def test_merging_and_undoing_leaves_every_row_as_it_was(cast: Cast, seed: int):
    rng = random.Random(seed)  # noqa: S311  # a world, not a secret
    try:
        with transaction.atomic():
            pair = _random_world(rng, cast)
            survivor, merged = rng.sample([pair.left, pair.right], 2)
            chosen = {
                name: rng.choice([survivor, merged]).pk for name in ("document", "phone", "education", "name")
            }
            before = all_rows()
            try:
                with transaction.atomic():
                    made = merge_workers(pair, actor=None, survivor=survivor, chosen=chosen)
            except ValidationError:
                assert plan_merge(survivor, merged).obstacles
                assert all_rows() == before
            else:
                assert all_rows() != before
                assert made.merged.employments.count() == 0
                undo_merge(made, actor=None)
                assert all_rows() == before
            raise _RollBack
    except _RollBack:
        pass
