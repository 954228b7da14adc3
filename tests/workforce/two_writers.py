"""Two writers of one person at once, on a database file of their own; run by test_two_writers."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from datetime import date
from functools import partial

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.exceptions import ValidationError  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from tests.cast import raise_cast  # noqa: E402
from tests.workforce.people import identity_number, register  # noqa: E402

from tongxin.workforce.employment_actions import start_employment  # noqa: E402
from tongxin.workforce.membership_actions import join_union  # noqa: E402
from tongxin.workforce.models import Worker  # noqa: E402

ROUNDS = 5


def race(write: Callable[[], object]) -> list[str]:
    """Let two threads with a connection each write at the same moment; say what became of them."""
    starting = threading.Barrier(2)
    outcomes: list[str] = []

    def run() -> None:
        connection.ensure_connection()
        starting.wait()
        try:
            write()
            outcomes.append("written")
        except ValidationError:
            outcomes.append("refused")
        except Exception as error:  # noqa: BLE001  # whatever else happens is the finding
            outcomes.append(type(error).__name__)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(outcomes)


def main() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    cast = raise_cast()
    people = [
        register(cast.alpha, f"工人{place}", identity_number(f"3301091990010{place:04}"))
        for place in range(1000, 1000 + ROUNDS)
    ]
    connection.close()
    day = date(2025, 1, 1)
    for person in people:
        alone = Worker.objects.get(pk=person.pk)
        start = partial(start_employment, alone, actor=None, organisation=cast.beta, started_on=day)
        report(race(partial(start, form="contract")))
        report(race(partial(join_union, alone, actor=None, organisation=cast.alpha, on=day)))
    number = identity_number("33010919900102345")
    report(race(partial(register, cast.gamma, "新人", number)))
    spells = {person.pk: person.employments.count() for person in Worker.objects.all()}
    report(sorted(spells.values()))


def report(found: object) -> None:
    sys.stdout.write(f"{found}\n")


if __name__ == "__main__":
    main()
