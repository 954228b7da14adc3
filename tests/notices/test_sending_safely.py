"""Two workers, killed workers, slow receivers, and receivers that are not who they should be."""

from __future__ import annotations

import datetime
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from django.utils import timezone
from tests.cast import Cast
from tests.notices.messages import post_for
from tests.notices.receivers import Web, web_server

from tongxin.notices import posting, sending
from tongxin.notices.models import Delivery
from tongxin.notices.posting import SendingError, post
from tongxin.notices.sending import Sent, send_waiting
from tongxin.notices.wire import Request

ROOT = Path(__file__).resolve().parents[2]


class Killed(BaseException):
    """The end of a process, as far as a test can have one."""


def kill(*_args: object, **_options: object) -> None:
    raise Killed


def send(**later: int) -> Sent:
    return send_waiting(timezone.now() + timedelta(**later))


def test_what_a_killed_process_had_claimed_is_sent_later(cast: Cast, web: Web, hook, monkeypatch):
    hook()
    post_for(cast.xiaoshan)
    with monkeypatch.context() as patched:
        patched.setattr(sending, "post", kill)
        with pytest.raises(Killed):
            send()

    assert send(minutes=9) == Sent(0, 0, 1)
    assert web.got == []
    assert send(minutes=11) == Sent(1, 0, 0)
    assert len(web.got) == 1


def test_a_message_that_kills_every_process_is_given_up(cast: Cast, web: Web, hook, monkeypatch):
    hook()
    post_for(cast.xiaoshan)
    for attempt in range(6):
        with monkeypatch.context() as patched:
            patched.setattr(sending, "post", kill)
            with pytest.raises(Killed):
                send(hours=attempt)

    assert send(hours=6) == Sent(0, 1, 0)
    assert Delivery.objects.get().error == "interrupted"
    assert web.got == []


def test_whoever_comes_back_late_changes_nothing_of_what_another_process_did(
    cast: Cast, web: Web, hook, monkeypatch
):
    """The first process hangs longer than its claim; the second sends; then the first one fails."""
    hook()
    post_for(cast.xiaoshan)

    def hang(_request: Request) -> bytes:
        with monkeypatch.context() as patched:
            patched.setattr(sending, "post", post)
            assert send(minutes=11) == Sent(1, 0, 0)
        raise SendingError(Delivery.Error.TIMEOUT)

    with monkeypatch.context() as patched:
        patched.setattr(sending, "post", hang)
        send()

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.error) == ("sent", "")


def test_workers_at_once_send_each_message_once_and_what_a_killed_one_left_again(tmp_path: Path):
    environment = {
        **{name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "TONGXIN_HOME"}},
        "TONGXIN_HOME": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "tongxin.config.settings",
        "PYTHONPATH": f"{ROOT / 'src'}{os.pathsep}{ROOT}",
        "TONGXIN_WEBHOOK_HOSTS": "127.0.0.0/8",
    }

    done = subprocess.run(
        [sys.executable, "-m", "tests.notices.many_senders"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {
        "sent": 30,
        "got": [1] * 30,
        "while_claimed": [0, 0, 1],
        "after_the_claim": [1, 0, 0],
        "got_of_the_killed": 2,
    }


def test_what_is_not_sent_in_time_waits_for_the_next_round(cast: Cast, web: Web, hook, monkeypatch):
    hook()
    for number in range(3):
        post_for(cast.xiaoshan, key=f"task:{number}")
    monkeypatch.setattr(sending, "BUDGET_SECONDS", 0)
    assert send() == Sent(0, 0, 3)

    monkeypatch.setattr(sending, "BUDGET_SECONDS", 50)
    assert send() == Sent(3, 0, 0)


@pytest.mark.parametrize("drips", [False, True])
def test_a_receiver_that_never_ends_is_left_when_the_time_is_over(settings, monkeypatch, drips: bool):
    monkeypatch.setattr(posting, "SECONDS", 0.5)
    ended = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.TONGXIN_WEBHOOK_HOSTS = [("127.0.0.1", port)]

        def serve() -> None:
            talker, _address = server.accept()
            with talker:
                while not ended.wait(0.1):
                    if drips:
                        talker.sendall(b"H")

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        begun = time.monotonic()
        with pytest.raises(SendingError) as refused:
            post(Request(f"http://127.0.0.1:{port}/", {}, b"{}"))
        took = time.monotonic() - begun
        ended.set()
        thread.join()

    assert refused.value.error == Delivery.Error.TIMEOUT
    assert took < 3


def test_of_an_endless_answer_only_the_beginning_is_read(web: Web):
    web.answer = b"x" * 1_000_000

    assert len(post(Request(web.url(), {}, b"{}"))) == posting.MAX_ANSWER


def test_what_speaks_no_http_is_an_error(settings):
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        settings.TONGXIN_WEBHOOK_HOSTS = [("127.0.0.1", port)]

        def serve() -> None:
            talker, _address = server.accept()
            with talker:
                talker.recv(1000)
                talker.sendall(b"220 this is a mail server\r\n")

        thread = threading.Thread(target=serve)
        thread.start()
        with pytest.raises(SendingError) as refused:
            post(Request(f"http://127.0.0.1:{port}/", {}, b"{}"))
        thread.join()

    assert refused.value.error == Delivery.Error.UNREACHABLE
    assert "BadStatusLine" in refused.value.detail


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for `localhost`, and its key in the same file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost")])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - timedelta(days=1))
        .not_valid_after(today + timedelta(days=1))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(made.public_bytes(pem) + private)
    return path


def test_https_is_spoken_to_whom_the_certificate_names_and_to_nobody_else(certificate, settings, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with web_server(lambda plain: context.wrap_socket(plain, server_side=True)) as web:
        settings.TONGXIN_WEBHOOK_HOSTS = [("localhost", web.port), (str(ip_address("127.0.0.1")), web.port)]
        named, unnamed = web.url(scheme="https", host="localhost"), web.url(scheme="https")

        with pytest.raises(SendingError) as unknown:
            post(Request(named, {}, b"{}"))
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        with pytest.raises(SendingError) as other:
            post(Request(unnamed, {}, b"{}"))
        assert web.got == []

        assert post(Request(named, {}, b"{}")) == web.answer

    assert "certificate" in unknown.value.detail.lower()
    assert "certificate" in other.value.detail.lower()
    assert web.got[0].headers["Host"] == f"localhost:{web.port}"
