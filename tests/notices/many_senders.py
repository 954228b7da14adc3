"""Processes that send the same messages at once, one of them killed; run by test_sending_safely."""

from __future__ import annotations

import json
import multiprocessing
import sys
import threading
from collections import Counter
from dataclasses import astuple
from datetime import timedelta
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402
from tests.cast import raise_cast  # noqa: E402
from tests.notices.messages import post_for  # noqa: E402
from tests.notices.receivers import web_server  # noqa: E402

from tongxin.notices.sending import send_waiting  # noqa: E402
from tongxin.notices.webhook_actions import make_webhook  # noqa: E402

fork = multiprocessing.get_context("fork")


def send(counts: Any) -> None:
    counts.put(send_waiting(timezone.now()).sent)


def race() -> int:
    """Let three processes send at once; return how many messages they say they sent."""
    counts = fork.Queue()
    connection.close()
    senders = [fork.Process(target=send, args=(counts,)) for _ in range(3)]
    for sender in senders:
        sender.start()
    sent = sum(counts.get(timeout=60) for _ in senders)
    for sender in senders:
        sender.join()
    return sent


def main() -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    call_command("migrate", verbosity=0)
    cast = raise_cast()
    with web_server() as web:
        make_webhook(cast.xiaoshan, actor=None, name="x", url=web.url(), form="generic")
        for number in range(30):
            post_for(cast.xiaoshan, key=f"task:{number}")
        sent = race()
        told = Counter(got.said["id"] for got in web.got)

        web.got.clear()
        web.hangs = threading.Event()
        post_for(cast.xiaoshan, key="task:killed")
        connection.close()
        killed = fork.Process(target=send, args=(fork.Queue(),))
        killed.start()
        web.arrived.wait(60)
        killed.kill()
        killed.join()
        web.hangs.set()
        claimed = astuple(send_waiting(timezone.now()))
        after = astuple(send_waiting(timezone.now() + timedelta(minutes=11)))
        outcome = {
            "sent": sent,
            "got": sorted(told.values()),
            "while_claimed": claimed,
            "after_the_claim": after,
            "got_of_the_killed": len(web.got),
        }
    sys.stdout.write(json.dumps(outcome))


if __name__ == "__main__":
    main()
