"""Searching the registry for people entered twice: in the background, whole, and as often as asked."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import Any

import polars as pl
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext as _

from tongxin.accounts.models import User
from tongxin.audit import log
from tongxin.jobs.actions import Progress, queue_job
from tongxin.jobs.models import Job
from tongxin.organisations.access import Action, actions_of
from tongxin.organisations.models import Programme
from tongxin.organisations.queries import get_programme
from tongxin.workforce.identity import open_number, open_phone
from tongxin.workforce.models import DuplicatePair, Worker
from tongxin.workforce.queries import registry_day

KIND = "duplicates"
LEAST_WEIGHT = 1.0
"""From odds of 2 to 1 a pair is proposed; `docs/duplicates.md` has what other thresholds would find."""
MOST_PAIRS = 100_000
"""More than that nobody reviews: such a registry has entries that are nobody's."""
COMPARED = ("document", "name", "birth_date", "sex", "phone")
BATCH = 5_000
_PEOPLE = {
    "id": pl.Int64,
    "name": pl.String,
    "sex": pl.String,
    "born_on": pl.Date,
    "phone": pl.String,
    "document_number": pl.String,
}


@transaction.atomic
def start_search(*, actor: User) -> Job:
    """Have the registry searched in the background; while one search is under way no second begins."""
    if Action.REVIEW_PEOPLE not in actions_of(actor):
        raise PermissionDenied(_("None of your roles allows this anywhere."))
    # The programme's row makes the second of two clicks wait for the first.
    Programme.objects.select_for_update().filter(pk=1).first()
    latest = latest_search()
    if latest is not None and not latest.is_over:
        return latest
    from tongxin.workforce.tasks import search_duplicates_task  # noqa: PLC0415  # the task calls back to this module

    return queue_job(KIND, actor.pk, search_duplicates_task, actor=actor)


def latest_search() -> Job | None:
    return Job.objects.filter(kind=KIND).order_by("-pk").first()


def search_duplicates(*, actor: User | None, progress: Progress) -> dict[str, int]:
    """Compare everybody with everybody and keep the pairs worth a review; decided pairs stay as decided."""
    progress("read", 5)
    people = pl.DataFrame(list(_read_people()), schema=_PEOPLE, orient="row")
    progress("compare", 40)
    found = _compare(people)
    progress("store", 90)
    return _store(found.head(MOST_PAIRS), actor, n_people=people.height)


def _read_people() -> Iterator[tuple[Any, ...]]:
    entries = Worker.objects.filter(merged_into=None).order_by("pk")
    columns = ("pk", "name", "sex", "born_on", "phone_sealed", "document_sealed")
    for key, name, sex, born_on, phone, document in entries.values_list(*columns).iterator(BATCH):
        yield key, name, sex, born_on, open_phone(phone) or None, open_number(document)


def _compare(people: pl.DataFrame) -> pl.DataFrame:
    # Only this job needs the libraries that compare; no page waits for them.
    from tongxin.analytics.engine import Engine  # noqa: PLC0415
    from tongxin.analytics.linkage.features import describe_people  # noqa: PLC0415
    from tongxin.analytics.linkage.pairs import find_pairs  # noqa: PLC0415

    # The key of the digests dies with the search: nothing that was compared can be recognised later.
    features = describe_people(people, secret=secrets.token_bytes(32), today=registry_day())
    with Engine() as engine:
        return find_pairs(features, engine, least_weight=LEAST_WEIGHT)


@transaction.atomic
def _store(found: pl.DataFrame, actor: User | None, *, n_people: int) -> dict[str, int]:
    """Keep what was found: new pairs are added, open ones are weighed anew or dropped if no longer found."""
    known = {(pair.left_id, pair.right_id): pair for pair in DuplicatePair.objects.select_for_update()}
    new, weighed, seen = [], [], set()
    for row in found.iter_rows(named=True):
        sides = (row["left"], row["right"])
        seen.add(sides)
        values: dict[str, Any] = {
            "weight": round(row["weight"], 3),
            "evidence": {name: row[name] for name in COMPARED},
        }
        if sides not in known:
            new.append(DuplicatePair(left_id=sides[0], right_id=sides[1], **values))
        elif known[sides].state == DuplicatePair.State.OPEN:
            known[sides].weight, known[sides].evidence = values["weight"], values["evidence"]
            weighed.append(known[sides])
    is_open = DuplicatePair.State.OPEN
    gone = [pair.pk for sides, pair in known.items() if sides not in seen and pair.state == is_open]
    for first in range(0, len(gone), BATCH // 10):
        DuplicatePair.objects.filter(pk__in=gone[first : first + BATCH // 10]).delete()
    DuplicatePair.objects.bulk_create(new, batch_size=BATCH // 10)
    DuplicatePair.objects.bulk_update(weighed, ["weight", "evidence"], batch_size=BATCH // 50)
    counts = {"people": n_people, "added": len(new), "open": len(new) + len(weighed), "gone": len(gone)}
    programme = get_programme()
    log.record(
        actor=actor,
        action="workers.duplicates_searched",
        target=programme,
        organisation_id=programme.root_id if programme else None,
        **counts,
    )
    return counts
