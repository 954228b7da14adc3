"""Posting over HTTP: to an address that was judged, in a limited time, without following redirects."""

from __future__ import annotations

import http.client
import socket
import ssl
import time
from contextlib import suppress
from threading import Timer

from tongxin.notices.addresses import AddressRefused, Endpoint, read_endpoint, resolve
from tongxin.notices.models import Delivery
from tongxin.notices.wire import Request

SECONDS = 10
MAX_ANSWER = 64 * 1024


class SendingError(Exception):
    """A message that could not be delivered: why, and what the other side or the system said."""

    def __init__(self, error: Delivery.Error, detail: str = "", *, is_general: bool = False) -> None:
        super().__init__(detail)
        self.error = error
        self.detail = detail
        self.is_general = is_general
        """The next message would fare no better now."""


def post(request: Request) -> bytes:
    """Post and return the answer's beginning; anything but a status of success is a SendingError."""
    deadline = time.monotonic() + SECONDS
    try:
        endpoint = read_endpoint(request.url)
        opened = _connect(endpoint, resolve(endpoint), deadline)
    except AddressRefused:
        raise SendingError(Delivery.Error.ADDRESS) from None
    except TimeoutError:
        raise SendingError(Delivery.Error.TIMEOUT) from None
    except OSError as error:
        raise SendingError(Delivery.Error.UNREACHABLE, str(error)) from None
    # A timeout of the socket begins anew with every byte; this one ends what only drips.
    held = [opened]
    timer = Timer(max(deadline - time.monotonic(), 0), _shut, [held])
    timer.start()
    try:
        status, body = _exchange(endpoint, held, request)
    except (OSError, http.client.HTTPException) as error:
        is_late = time.monotonic() >= deadline or isinstance(error, TimeoutError)
        kind = Delivery.Error.TIMEOUT if is_late else Delivery.Error.UNREACHABLE
        raise SendingError(kind, "" if is_late else f"{type(error).__name__}: {error}") from None
    finally:
        timer.cancel()
        held[0].close()
    if status // 100 != 2:  # every status of success begins with it
        raise SendingError(Delivery.Error.STATUS, f"HTTP {status}")
    return body


def _connect(endpoint: Endpoint, addresses: list[str], deadline: float) -> socket.socket:
    failure: OSError = TimeoutError()
    for address in addresses:
        seconds = deadline - time.monotonic()
        if seconds <= 0:
            break
        try:
            return socket.create_connection((address, endpoint.port), timeout=seconds)
        except OSError as error:
            failure = error
    raise failure


def _exchange(endpoint: Endpoint, held: list[socket.socket], request: Request) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection(endpoint.host, endpoint.port)
    if endpoint.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(endpoint.host, endpoint.port, context=context)
        wrapped = context.wrap_socket(held[0], server_hostname=endpoint.host, do_handshake_on_connect=False)
        held[0] = wrapped
        wrapped.do_handshake()
    connection.sock = held[0]
    connection.request("POST", endpoint.target, request.body, request.headers)
    answer = connection.getresponse()
    return answer.status, answer.read(MAX_ANSWER)


def _shut(held: list[socket.socket]) -> None:
    # The plain shutdown: that of a wrapped socket takes it apart while another thread reads from it.
    with suppress(OSError):
        socket.socket.shutdown(held[0], socket.SHUT_RDWR)
