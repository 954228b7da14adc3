"""Two reviewers of one pair at once, on a database file of their own; run by test_two_reviewers."""

from __future__ import annotations

from functools import partial

from tests.workforce.two_writers import race, report  # sets Django up first  # isort: skip

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from tests.cast import raise_cast
from tests.workforce.two_entries import enter, pair_of

from tongxin.workforce.duplicate_actions import call_different
from tongxin.workforce.merge_actions import merge_workers, undo_merge
from tongxin.workforce.models import Worker, WorkerMerge

ROUNDS = 5


def main() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    cast = raise_cast()
    pairs = []
    for place in range(ROUNDS):
        entries = [
            enter(unit, f"{letter}1234567{place}") for unit, letter in ((cast.alpha, "E"), (cast.beta, "G"))
        ]
        pairs.append(pair_of(*entries))
    last = pair_of(enter(cast.alpha, "E99999999"), enter(cast.beta, "G99999999"))
    connection.close()
    for pair in pairs:
        report(race(partial(merge_workers, pair, actor=None, survivor=pair.left)))
    made = WorkerMerge.objects.order_by("pk").first()
    assert made is not None
    connection.close()
    report(race(partial(undo_merge, made, actor=None)))
    report(race(partial(call_different, last, actor=None)))
    report((WorkerMerge.objects.count(), Worker.objects.filter(merged_into__isnull=False).count()))


if __name__ == "__main__":
    main()
