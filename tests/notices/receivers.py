"""What messages are sent to in tests: a web server and a mail server on this machine."""

from __future__ import annotations

import json
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def said(self) -> Any:
        return json.loads(self.body)


@dataclass
class Web:
    """A web server that answers as it is told and keeps what it got."""

    port: int = 0
    status: int = 200
    answer: bytes = b'{"errcode":0,"errmsg":"ok"}'
    headers: dict[str, str] = field(default_factory=dict)
    got: list[Received] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    hangs: threading.Event | None = None
    """While it is not set, what arrives is answered by nothing."""

    def url(self, path: str = "/hook", scheme: str = "http", host: str = "127.0.0.1") -> str:
        return f"{scheme}://{host}:{self.port}{path}"


@contextmanager
def web_server(wrap: Any = None) -> Iterator[Web]:
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            web.got.append(Received(self.path, dict(self.headers), body))
            if web.hangs is not None:
                web.arrived.set()
                web.hangs.wait()
            self.send_response(web.status)
            for name, value in web.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(web.answer)))
            self.end_headers()
            self.wfile.write(web.answer)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if wrap is not None:
        server.socket = wrap(server.socket)
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    web.port = server.server_address[1]
    with running(server):
        yield web


@dataclass
class Post:
    """A mail server that keeps what it got; it refuses recipients whose address begins with `nobody`."""

    port: int = 0
    got: list[bytes] = field(default_factory=list)
    connections: int = 0
    refuses_all: bool = False


@contextmanager
def mail_server() -> Iterator[Post]:
    post = Post()

    class Handler(socketserver.StreamRequestHandler):
        def say(self, text: str) -> None:
            self.wfile.write(f"{text}\r\n".encode())

        def handle(self) -> None:
            post.connections += 1
            if post.refuses_all:
                self.say("421 closed for today")
                return
            self.say("220 ready")
            while line := self.rfile.readline():
                self.answer(line.decode().strip())

        def answer(self, line: str) -> None:
            word = line.upper()
            if word.startswith("RCPT TO:<NOBODY"):
                self.say("550 no such mailbox")
            elif word == "DATA":
                self.say("354 go on")
                lines = []
                while (row := self.rfile.readline()) != b".\r\n":
                    lines.append(row)
                post.got.append(b"".join(lines))
                self.say("250 kept")
            else:
                self.say("221 bye" if word == "QUIT" else "250 fine")

    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]
    post.port = server.server_address[1]
    with running(server):
        yield post


@contextmanager
def running(server: socketserver.TCPServer) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
