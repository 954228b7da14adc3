"""Two rounds of one day, and two offices that issue orders, at once on a database file of their own."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from datetime import date

import django

django.setup()

from django.core.exceptions import ValidationError  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from tests.cast import raise_cast  # noqa: E402
from tests.plans.builders import enter, renewed, share_out  # noqa: E402
from tests.supervision.builders import DUE, on, raise_world  # noqa: E402

from tongxin.notices.models import Notice  # noqa: E402
from tongxin.supervision.actions import remind  # noqa: E402
from tongxin.supervision.compute import supervise  # noqa: E402
from tongxin.supervision.models import Circular, Step, SupervisionOrder  # noqa: E402
from tongxin.supervision.order_actions import issue_order  # noqa: E402

AT_ONCE = 3


def race(acts: list[Callable[[], object]]) -> list[str]:
    """Let threads with a connection each act at the same moment; say which of them failed unexpectedly."""
    starting = threading.Barrier(len(acts))
    failures: list[str] = []

    def run(act: Callable[[], object]) -> None:
        connection.ensure_connection()
        starting.wait()
        try:
            act()
        except ValidationError:
            pass
        except Exception as error:  # noqa: BLE001  # whatever it is, the test has to see it
            failures.append(repr(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return failures


def main() -> None:
    call_command("migrate", verbosity=0)
    cast = raise_cast()
    world = raise_world(cast)
    shares = []
    for number in range(3):
        own = enter(world.plan, f"任务{number}", due_on=date(2026, 12, 31))
        shares += share_out(renewed(own), cast.xiaoshan, due_on=DUE)
    day = date(2026, 5, 14)
    with on(day):
        failures = race([lambda: supervise(day, batch=2) for _ in range(AT_ONCE)])
        failures += race(
            [
                lambda share=share: issue_order(
                    share, actor=None, organisation=cast.xiaoshan, demand="请办", reply_days=3
                )
                for share in shares
            ]
        )
        failures += race([lambda: remind(world.share, actor=None) for _ in range(AT_ONCE)])
    answer = {
        "failures": failures,
        "steps": Step.objects.exclude(kind="reminder").count(),
        "circulars": Circular.objects.count(),
        "named": sum(
            n.text.count("列入逾期任务通报")
            for n in Notice.objects.filter(kind="supervision.circulation", recipient=cast.office_of_xiaoshan)
        ),
        "numbers": sorted(SupervisionOrder.objects.values_list("number", flat=True)),
        "reminders": Step.objects.filter(kind="reminder").count(),
    }
    sys.stdout.write(json.dumps(answer))


if __name__ == "__main__":
    main()
