"""Requests that leave at a steady rate, whatever becomes of those before: `python -m benchmarks.open_loop`.

It reads a plan from its input, and writes how long each answer took as JSON.
"""

from __future__ import annotations

import http.client
import json
import queue
import re
import sys
import threading
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

THREADS = 32
TIMEOUT = 30


@dataclass(frozen=True)
class Plan:
    """What is asked of whom, how often, and as whom."""

    port: int
    cookie: str
    rate: float
    addresses: list[str]


def sign_in(port: int, username: str, password: str) -> str:
    """Sign in as a reader does, and return the cookie of the session."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    connection.request("GET", "/accounts/login/")
    response = connection.getresponse()
    page, cookies = response.read().decode(), _cookies(response)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    if token is None:
        raise RuntimeError("The page to sign in has no form.")
    body = urlencode({"login": username, "password": password, "csrfmiddlewaretoken": token[1]})
    headers = {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/accounts/login/", body, headers)
    response = connection.getresponse()
    response.read()
    if response.status != http.client.FOUND:
        raise RuntimeError(f"{username} could not sign in: {response.status}.")
    return _cookies(response)


def _cookies(response: http.client.HTTPResponse) -> str:
    found = response.headers.get_all("Set-Cookie") or []
    return "; ".join(each.split(";", 1)[0] for each in found)


def run(plan: Plan) -> list[tuple[float, int]]:
    """Ask, and return for each address the seconds from when it should have left, and the status."""
    answered: list[tuple[float, int]] = [(0.0, 0)] * len(plan.addresses)
    waiting: queue.SimpleQueue[tuple[int, float] | None] = queue.SimpleQueue()
    threads = [
        threading.Thread(target=_answer, args=(plan, waiting, answered), daemon=True) for _ in range(THREADS)
    ]
    for thread in threads:
        thread.start()
    begun = time.perf_counter() + 0.1
    for number in range(len(plan.addresses)):
        due = begun + number / plan.rate
        time.sleep(max(due - time.perf_counter(), 0))
        waiting.put((number, due))
    for _ in threads:
        waiting.put(None)
    for thread in threads:
        thread.join()
    return answered


def _answer(plan: Plan, waiting: queue.SimpleQueue[Any], answered: list[tuple[float, int]]) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", plan.port, timeout=TIMEOUT)
    while (each := waiting.get()) is not None:
        number, due = each
        status = _status(connection, plan, plan.addresses[number])
        answered[number] = time.perf_counter() - due, status


def _status(connection: http.client.HTTPConnection, plan: Plan, address: str) -> int:
    """Return the status of an answer that was read to its end, 0 where none came."""
    try:
        connection.request("GET", address, headers={"Cookie": plan.cookie, "Accept-Language": "zh-hans"})
        response = connection.getresponse()
        response.read()
    except (OSError, http.client.HTTPException):
        connection.close()
        return 0
    return response.status


if __name__ == "__main__":
    json.dump(run(Plan(**json.load(sys.stdin))), sys.stdout)
